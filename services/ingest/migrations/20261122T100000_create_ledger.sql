-- breaking: no

-- What we were told about consents: enough to know what may be read.
create table consents (
  psu_id uuid not null,
  consent_id uuid not null,
  aspsp_id text not null,
  status text not null check (status in ('active', 'ended')),
  authorised_at timestamptz,
  valid_until timestamptz,
  ended_at timestamptz,
  replaced_by uuid,
  next_sync_at timestamptz,
  primary key (psu_id, consent_id),
  check ((status = 'ended') = (ended_at is not null)),
  check (status = 'ended' or (authorised_at is not null and valid_until is not null))
);
create index consents_due on consents (next_sync_at) where status = 'active';

-- People who asked to be forgotten: whatever arrives late about them is dropped.
create table erased_psus (
  psu_id uuid primary key,
  erased_at timestamptz not null,
  -- When their facts were taken out of the stream as well.
  purged_at timestamptz
);
create index erased_psus_to_purge on erased_psus (erased_at) where purged_at is null;

-- Banks that do not answer as they should; the later statement wins.
create table aspsp_health (
  aspsp_id text primary key,
  status text not null check (status in ('up', 'degraded', 'down')),
  since timestamptz not null,
  learned_at timestamptz not null
);

create table accounts (
  psu_id uuid not null,
  account_id uuid not null,
  -- Person, bank, IBAN (or card) and currency: the same after a new consent.
  account_key uuid not null,
  aspsp_id text not null,
  -- The latest consent that listed it, and the bank's id within it.
  consent_id uuid not null,
  resource_id text not null,
  kind text not null,
  iban text,
  masked_pan text,
  bic text,
  currency char(3) not null,
  name text not null,
  owner_name text,
  raw_hash text not null,
  raw_pointer text not null,
  discovered_at timestamptz not null,
  connected boolean not null,
  transaction_count integer not null default 0 check (transaction_count >= 0),
  oldest_booking_date date,
  read_at timestamptz,
  incomplete_since timestamptz,
  primary key (psu_id, account_id),
  unique (psu_id, account_key)
);
create index accounts_by_consent on accounts (psu_id, consent_id);
create index accounts_by_id on accounts (account_id);

-- Append only: every statement of a bank.
create table balances (
  psu_id uuid not null,
  balance_id uuid not null,
  account_id uuid not null,
  sync_id uuid not null,
  type text not null,
  amount_minor bigint not null,
  currency char(3) not null,
  as_of timestamptz not null,
  recorded_at timestamptz not null,
  raw_hash text not null,
  raw_pointer text not null,
  primary key (psu_id, balance_id),
  foreign key (psu_id, account_id) references accounts on delete cascade
);
create index balances_latest on balances (psu_id, account_id, type, as_of desc, recorded_at desc);
create index balances_by_id on balances (balance_id);

-- Booked rows are added and get revisions; pending rows are replaced as a set.
create table transactions (
  psu_id uuid not null,
  transaction_id uuid not null,
  account_id uuid not null,
  pending boolean not null,
  identity_key uuid not null,
  content_key uuid not null,
  by_reference boolean not null,
  occurrence integer not null check (occurrence >= 0),
  -- A twin whose sibling stood on an earlier page: perhaps the same entry, pushed over the border while we read.
  doubtful boolean not null default false,
  revision integer not null check (revision > 0),
  sync_id uuid not null,
  recorded_at timestamptz not null,
  revised_at timestamptz not null,
  -- Since when the bank shows a booked row no more; it stays.
  missing_since timestamptz,
  entry_reference text,
  amount_minor bigint not null,
  currency char(3) not null,
  original_amount_minor bigint,
  original_currency char(3),
  booking_date date not null,
  value_date date,
  counterparty_name text,
  counterparty_iban text,
  counterparty_bic text,
  remittance_information text,
  reference text,
  proprietary_code text,
  -- Lower case counterparty and text.
  search_text text not null,
  raw_hash text not null,
  raw_pointer text not null,
  primary key (psu_id, transaction_id),
  check ((original_amount_minor is null) = (original_currency is null))
);
-- One order for a list of one account and, merged, of several; also finds what is known of some days.
create index transactions_of_account on transactions (psu_id, account_id, pending desc, booking_date desc, transaction_id desc);
create index transactions_by_id on transactions (transaction_id);

-- What a booked transaction was before.
create table transaction_revisions (
  psu_id uuid not null,
  transaction_id uuid not null,
  revision integer not null,
  account_id uuid not null,
  recorded_at timestamptz not null,
  amount_minor bigint not null,
  currency char(3) not null,
  booking_date date not null,
  -- The whole transaction as it was published then.
  content jsonb not null,
  primary key (psu_id, transaction_id, revision)
);
create index transaction_revisions_of_account on transaction_revisions (psu_id, account_id);

create table syncs (
  psu_id uuid not null,
  sync_id uuid not null,
  consent_id uuid not null,
  aspsp_id text not null,
  reason text not null check (reason in ('first', 'manual', 'scheduled')),
  status text not null check (status in ('queued', 'running', 'completed', 'failed')),
  requested_at timestamptz not null,
  due_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  -- When the list of accounts was stored; the reading of each goes on from there.
  accounts_at timestamptz,
  failures integer not null default 0,
  resumes integer not null default 0,
  error_code text,
  -- The trace in which it was asked for.
  traceparent text,
  -- Who runs it, and until when nobody else may.
  run_id uuid,
  leased_until timestamptz,
  primary key (psu_id, sync_id),
  check ((status in ('completed', 'failed')) = (finished_at is not null)),
  check ((status = 'running') = (run_id is not null))
);
create unique index syncs_one_open on syncs (psu_id, consent_id) where status in ('queued', 'running');
create index syncs_open on syncs (due_at) where status in ('queued', 'running');
create index syncs_latest on syncs (psu_id, consent_id, requested_at desc);
create index syncs_finished on syncs (finished_at) where status in ('completed', 'failed');

-- The reading of one account within a sync: where it stands.
create table sync_accounts (
  psu_id uuid not null,
  sync_id uuid not null,
  account_id uuid not null,
  resource_id text not null,
  status text not null check (status in ('reading', 'done', 'incomplete')),
  next_cursor text,
  pages integer not null default 0,
  transactions_seen integer not null default 0,
  transactions_new integer not null default 0,
  primary key (psu_id, sync_id, account_id),
  foreign key (psu_id, sync_id) references syncs on delete cascade
);
create index sync_accounts_of_account on sync_accounts (psu_id, account_id);

-- What the pages of an unfinished reading showed; gone when the account is read to the end.
create table sync_pages (
  psu_id uuid not null,
  sync_id uuid not null,
  account_id uuid not null,
  page integer not null,
  cursor_key uuid not null,
  entries integer not null,
  oldest_booking_date date,
  seen uuid[] not null,
  copies uuid[] not null,
  entry_references_stable boolean not null,
  deferred jsonb not null,
  pending jsonb not null,
  primary key (psu_id, sync_id, account_id, page),
  foreign key (psu_id, sync_id, account_id) references sync_accounts on delete cascade
);

-- Pages that failed their checks.
create table quarantine (
  psu_id uuid not null,
  quarantine_id uuid not null,
  consent_id uuid not null,
  sync_id uuid not null,
  -- Null when the list of accounts itself was refused.
  account_id uuid,
  page integer,
  code text not null,
  raw_hash text,
  created_at timestamptz not null,
  healed_at timestamptz,
  primary key (psu_id, quarantine_id)
);
create index quarantine_open on quarantine (psu_id, account_id) where healed_at is null;

-- messaging tables
-- Facts to publish; written in the transaction of the change they tell about (DR-P1).
create table outbox (
  event_id uuid primary key,
  position bigint generated always as identity,
  event_type text not null,
  aggregate_id text not null,
  aggregate_version bigint not null check (aggregate_version > 0),
  psu_id uuid,
  occurred_at timestamptz not null,
  correlation_id text,
  causation_id text,
  traceparent text,
  data text not null,
  created_at timestamptz not null default now(),
  published_at timestamptz,
  stream_sequence bigint,
  replay integer not null default 0 check (replay >= 0),
  unique (event_type, aggregate_id, aggregate_version),
  check ((published_at is null) = (stream_sequence is null))
);
create index outbox_waiting on outbox (position) where published_at is null;
create index outbox_published on outbox (stream_sequence) where published_at is not null;
create index outbox_psu on outbox (psu_id) where psu_id is not null;

-- The last version given to each aggregate and type; its row lock keeps versions gapless (DR-P6).
create table outbox_versions (
  event_type text not null,
  aggregate_id text not null,
  version bigint not null check (version >= 0),
  primary key (event_type, aggregate_id)
);

-- Facts already handled; written in the transaction of their effect (DR-C1). Outlives the outbox and every replay (DR-C2).
create table inbox (
  consumer text not null,
  event_id uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
create index inbox_handled_at on inbox (handled_at);

-- The last version applied of each aggregate, for consumers that need the order (DR-C4).
create table inbox_versions (
  consumer text not null,
  aggregate_id text not null,
  version bigint not null check (version >= 0),
  primary key (consumer, aggregate_id)
);

-- Facts that could not be handled, with the reason; kept until somebody asks for another try (DR-C6).
create table dead_letters (
  dead_letter_id uuid primary key default gen_random_uuid(),
  consumer text not null,
  message_key text not null,
  event_id uuid,
  event_type text not null,
  aggregate_id text,
  psu_id uuid,
  deliveries integer not null check (deliveries > 0),
  error_code text not null,
  error_kind text not null,
  error_message text not null,
  headers jsonb not null,
  body text not null,
  stored_at timestamptz not null default now(),
  retry_requested_at timestamptz,
  unique (consumer, message_key)
);
-- end messaging tables
