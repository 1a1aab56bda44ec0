-- breaking: no

-- When the person said yes; of what was given before this column, its attempt knows.
alter table funds_consents add column authorised_at timestamptz;
update funds_consents f set authorised_at = a.finished_at
from authorisations a
where a.psu_id = f.psu_id and a.funds_consent_id = f.funds_consent_id and a.outcome = 'authorised';

-- As consent_receipts: one row for the grant and the end of a permission to ask for funds, which is what consent_id names here.
create table funds_receipts (
  psu_id uuid not null,
  consent_id uuid not null,
  position integer not null check (position > 0),
  receipt_id uuid not null default gen_random_uuid(),
  facts jsonb not null,
  jws text,
  signed_at timestamptz,
  tries integer not null default 0,
  next_try_at timestamptz not null,
  primary key (psu_id, consent_id, position),
  foreign key (psu_id, consent_id) references funds_consents on delete cascade,
  constraint funds_receipts_signed_whole check (num_nulls(jws, signed_at) in (0, 2))
);
create index funds_receipts_unsigned on funds_receipts (next_try_at) where jws is null;
