-- breaking: no

-- The parts a person split single entries into. Theirs like the annotations: no fact tells them, no rebuild touches them.
create table split_parts (
  psu_id uuid not null references people,
  transaction_id uuid not null,
  position integer not null check (position between 1 and 20),
  account_id uuid not null,
  -- The whole entry when it was split. While the bank says the same the parts stand in its place, else they are set aside.
  whole_minor bigint not null,
  currency char(3) not null,
  category text not null,
  amount_minor bigint not null check (amount_minor <> 0 and sign(amount_minor) = sign(whole_minor)),
  note text check (char_length(note) between 1 and 100),
  changed_at timestamptz not null,
  primary key (psu_id, transaction_id, position)
);

-- A process of the version before counts entries whole beside one that counts their parts: one's difference is taken from the other's total, and a category
-- can owe an entry until the person is settled, who is then counted from nothing. The check would refuse the request or the fact instead.
alter table cash_flow_months drop constraint cash_flow_months_entries_check;
