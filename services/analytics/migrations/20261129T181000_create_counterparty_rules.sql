-- breaking: no

-- What a person said about everything with one counterparty. Theirs like the annotations; a rule whose counterparty is in no entry any
-- more goes with the account that had it.
create table counterparty_rules (
  psu_id uuid not null references people,
  -- Made from the person and the key, so there is one rule a counterparty without an index over texts of banks.
  rule_id uuid not null,
  counterparty_key text not null check (counterparty_key <> ''),
  -- As shown to the person when they said it.
  counterparty_name text not null,
  category text not null,
  created_at timestamptz not null,
  primary key (psu_id, rule_id)
);
