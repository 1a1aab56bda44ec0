-- breaking: no

-- Who lost a consent: the bank, or we our way in. Null where it was ended otherwise, or by a replica from before.
alter table bank_consents add column ended_by text check (ended_by in ('aspsp', 'tpp'));
