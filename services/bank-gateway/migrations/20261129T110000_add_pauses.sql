-- breaking: no

-- Two reasons to ask the bank nothing although the consent stands. The person has to confirm by then (UK) ...
alter table bank_consents add column reconfirm_by timestamptz;
-- ... and the bank wanted to see the person since then, which a renewal does.
alter table bank_consents add column sca_required_at timestamptz;
