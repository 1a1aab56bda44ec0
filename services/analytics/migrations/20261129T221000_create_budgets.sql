-- breaking: no

-- What a person means to spend at most on a category in a calendar month. Theirs like the annotations: no fact tells it, no rebuild touches
-- it, and it goes with them. What was spent is in cash_flow_months.
create table budgets (
  psu_id uuid not null references people,
  currency char(3) not null,
  category text not null,
  limit_minor bigint not null check (limit_minor > 0),
  changed_at timestamptz not null,
  primary key (psu_id, currency, category)
);
