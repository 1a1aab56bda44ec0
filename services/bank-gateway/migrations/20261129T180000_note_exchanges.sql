-- breaking: no

-- When the exchange of the code was taken: an exchange that is under way is told from one whose process died.
alter table bank_consents add column exchange_began_at timestamptz;
