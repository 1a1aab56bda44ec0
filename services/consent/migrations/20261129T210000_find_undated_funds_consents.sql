-- breaking: no

-- What a replica from before authorised_at lets a person give after that column was filled: the clock fills it from the attempt.
create index funds_consents_undated on funds_consents (psu_id, funds_consent_id) where status = 'valid' and authorised_at is null;
