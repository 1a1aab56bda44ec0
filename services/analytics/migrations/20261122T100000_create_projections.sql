-- breaking: no
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

-- Everybody whose figures we hold. The row is locked by whatever changes one person's figures, so such changes come one after the other.
create table people (
  psu_id uuid primary key,
  -- Rules the last settling went by; older ones are settled again.
  rules_version integer not null default 0,
  -- Set: forgotten. Facts that come later are ignored.
  erased_at timestamptz,
  -- When the facts we told about an erased person were removed from the event server.
  purged_at timestamptz,
  check (purged_at is null or erased_at is not null)
);
create index people_unpurged on people (erased_at) where erased_at is not null and purged_at is null;

-- Whose transfers and recurring payments have to be worked out again.
create table unsettled_people (
  psu_id uuid primary key references people,
  first_change_at timestamptz not null,
  due_at timestamptz not null,
  check (due_at >= first_change_at)
);
create index unsettled_people_due on unsettled_people (due_at);

-- One row a rebuild; rows of the projections carry the number of the rebuild they were written in or after.
create table rebuilds (
  generation integer primary key generated always as identity,
  started_at timestamptz not null,
  finished_at timestamptz
);

create table accounts (
  psu_id uuid not null references people,
  account_id uuid not null,
  consent_id uuid not null,
  aspsp_id text not null,
  kind text not null,
  currency char(3) not null,
  name text not null,
  iban text,
  owner_name text,
  -- Of the newest fact heard.
  version bigint not null check (version >= 0),
  generation integer not null,
  primary key (psu_id, account_id)
);

-- Accounts the person wanted forgotten: nothing about them comes back. A later permission brings new accounts.
create table erased_accounts (
  psu_id uuid not null references people,
  account_id uuid not null,
  primary key (psu_id, account_id)
);

-- The list of entries with what they mean.
create table transactions (
  psu_id uuid not null,
  transaction_id uuid not null,
  account_id uuid not null,
  revision integer not null check (revision > 0),
  pending boolean not null,
  booking_date date not null,
  value_date date,
  amount_minor bigint not null,
  currency char(3) not null,
  original_amount_minor bigint,
  original_currency char(3),
  counterparty_name text,
  counterparty_iban text,
  counterparty_bic text,
  remittance_information text,
  reference text,
  proprietary_code text,
  entry_reference text,
  raw_hash text not null,
  raw_pointer text not null,
  -- Counterparty and text in lower case, as the search compares them.
  search_text text not null,
  category text not null,
  rule_id text not null,
  matched text,
  confidence text not null check (confidence in ('certain', 'likely', 'guess')),
  rules_version integer not null,
  recurring_id uuid,
  -- Of the fact that told it, counted per account; 0 when it was read again from the ledger.
  version bigint not null check (version >= 0),
  generation integer not null,
  primary key (psu_id, transaction_id),
  check ((original_amount_minor is null) = (original_currency is null))
) with (fillfactor = 90);
-- The order of the list; carries what sums by day need, so that they rarely visit the rows.
create index transactions_in_order on transactions (psu_id, pending desc, booking_date desc, transaction_id desc) include (account_id, amount_minor, currency, category);

-- Entries that count no more. A fact about one that is older than its removal must not bring it back.
create table removed_transactions (
  psu_id uuid not null,
  transaction_id uuid not null,
  version bigint not null check (version > 0),
  removed_at timestamptz not null,
  primary key (psu_id, transaction_id)
);

-- Money in and out of each calendar month of the booking date, booked entries only; kept up entry by entry.
create table cash_flow_months (
  psu_id uuid not null,
  currency char(3) not null,
  month char(7) not null,
  category text not null,
  income_minor numeric(38) not null,
  expenses_minor numeric(38) not null,
  entries bigint not null check (entries >= 0),
  primary key (psu_id, currency, month, category)
);

-- What the bank said about a day, by kind of balance: the latest point in time, and of two statements about the same the one told later.
create table balances (
  psu_id uuid not null,
  account_id uuid not null,
  currency char(3) not null,
  balance_type text not null,
  day date not null,
  as_of timestamptz not null,
  told_at timestamptz not null,
  amount_minor bigint not null,
  generation integer not null,
  primary key (psu_id, account_id, currency, balance_type, day)
);

-- Payments and income that repeat. Nothing here depends on today.
create table recurring_series (
  psu_id uuid not null references people,
  recurring_id uuid not null,
  account_id uuid not null,
  counterparty_name text not null,
  category text not null,
  cadence text not null check (cadence in ('weekly', 'monthly', 'quarterly', 'yearly')),
  amount_minor bigint not null,
  currency char(3) not null,
  previous_amount_minor bigint,
  changed_on date,
  first_date date not null,
  last_date date not null,
  due_date date not null,
  occurrences integer not null check (occurrences > 1),
  regularity integer not null check (regularity between 0 and 100),
  primary key (psu_id, recurring_id),
  check ((previous_amount_minor is null) = (changed_on is null)),
  check (first_date < last_date and last_date < due_date)
);
