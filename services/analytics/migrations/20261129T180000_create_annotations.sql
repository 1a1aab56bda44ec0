-- breaking: no

-- What a person said about single entries. No fact tells it and no rebuild touches it: it is theirs, and goes with the account or with them.
create table annotations (
  psu_id uuid not null references people,
  transaction_id uuid not null,
  account_id uuid not null,
  -- Goes before every rule; null where the person said nothing about it.
  category text,
  note text check (char_length(note) between 1 and 500),
  changed_at timestamptz not null,
  primary key (psu_id, transaction_id),
  check (category is not null or note is not null)
);
