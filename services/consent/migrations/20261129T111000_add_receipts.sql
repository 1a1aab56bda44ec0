-- breaking: no

-- One row for each grant, renewal, confirmation and end, written in the transaction of that change; signed by a job, one after the other.
create table consent_receipts (
  psu_id uuid not null,
  consent_id uuid not null,
  position integer not null check (position > 0),
  receipt_id uuid not null default gen_random_uuid(),
  -- What happened, as it was known then.
  facts jsonb not null,
  jws text,
  signed_at timestamptz,
  tries integer not null default 0,
  next_try_at timestamptz not null,
  primary key (psu_id, consent_id, position),
  foreign key (psu_id, consent_id) references consents on delete cascade,
  constraint consent_receipts_signed_whole check (num_nulls(jws, signed_at) in (0, 2))
);
create index consent_receipts_unsigned on consent_receipts (next_try_at) where jws is null;

-- Which accounts a consent turned out to cover, each by its number behind dots.
create table consent_accounts (
  psu_id uuid not null,
  consent_id uuid not null,
  account_id uuid not null,
  masked_number text not null,
  primary key (psu_id, consent_id, account_id),
  foreign key (psu_id, consent_id) references consents on delete cascade
);
