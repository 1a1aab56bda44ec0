-- breaking: no

-- What is asked about charges: one charge far above the usual, or several that look like one. Made from the entries whenever a person is settled, a row for
-- each charge of a question. Amounts and names are those of the entries.
create table charge_questions (
  psu_id uuid not null references people,
  -- Made from the kind and the charges: the same question is the same again.
  question_id uuid not null,
  transaction_id uuid not null,
  account_id uuid not null,
  kind text not null check (kind in ('double-charge', 'unusual-charge')),
  usual_minor bigint check (usual_minor >= 0),
  usual_of text check (usual_of in ('counterparty', 'category')),
  primary key (psu_id, question_id, transaction_id),
  check ((kind = 'unusual-charge') = (usual_minor is not null)),
  check ((usual_minor is null) = (usual_of is null))
);

-- Charges of which the person said that they are right; nobody asks about them again. Theirs like the annotations: no rebuild touches it, and it goes with the account or
-- with them.
create table confirmed_charges (
  psu_id uuid not null references people,
  transaction_id uuid not null,
  account_id uuid not null,
  confirmed_at timestamptz not null,
  primary key (psu_id, transaction_id)
);
