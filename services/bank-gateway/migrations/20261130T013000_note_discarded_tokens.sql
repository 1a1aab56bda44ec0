-- breaking: no

-- Since when the tokens of an exchange that failed go back to the bank by themselves: it is told nothing else about that consent.
alter table bank_consents add column tokens_discarded_at timestamptz;
