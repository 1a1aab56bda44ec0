-- breaking: no

-- Data keys, each wrapped by a key-encryption key that is not in this database. Deleting one shreds what it sealed.
create table data_keys (
  data_key_id uuid primary key,
  owner text not null,
  purpose text not null,
  kek_id text not null,
  wrapped bytea not null,
  created_at timestamptz not null,
  unique (owner, purpose)
);

-- Who we are at a bank. One registration serves; older ones stay until their last token has gone.
create table registrations (
  registration_id uuid primary key,
  aspsp_id text not null,
  created_at timestamptz not null,
  activated_at timestamptz,
  retired_at timestamptz,
  check (retired_at is null or activated_at is not null)
);
create unique index registrations_one_active on registrations (aspsp_id) where activated_at is not null and retired_at is null;

-- What each step of a registration answered, secrets left out; a repeat answers the same.
create table registration_steps (
  registration_id uuid not null references registrations on delete cascade,
  step text not null,
  outcome jsonb not null,
  finished_at timestamptz not null,
  primary key (registration_id, step)
);

create table tpp_secrets (
  registration_id uuid not null references registrations on delete cascade,
  name text not null check (name in ('private-jwks', 'client-credentials')),
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  created_at timestamptz not null,
  primary key (registration_id, name)
);

create table bank_consents (
  consent_id uuid primary key,
  psu_id uuid not null,
  aspsp_id text not null,
  registration_id uuid not null references registrations,
  aspsp_consent_id text not null,
  status text not null check (status in ('created', 'exchanging', 'authorised', 'failed', 'ended')),
  redirect_uri text not null,
  -- SHA-256 of what we signed into the request, to compare with what is brought back.
  state_hash bytea not null,
  nonce_hash bytea not null,
  valid_until timestamptz not null,
  created_at timestamptz not null,
  authorised_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  -- The consent that took its place; what is erased with that one goes with this one.
  successor uuid,
  -- The person withdrew it and wanted what was read with it erased.
  data_erased_at timestamptz,
  check ((status in ('failed', 'ended')) = (ended_at is not null))
);
create index bank_consents_of_psu on bank_consents (psu_id);

create table token_sets (
  consent_id uuid primary key references bank_consents on delete cascade,
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  version int not null check (version > 0),
  access_expires_at timestamptz not null,
  refresh_expires_at timestamptz,
  refreshed_at timestamptz not null,
  -- One refresh at a time: who holds the lease asks the bank, the others wait for the next version.
  refresh_lease_until timestamptz,
  refresh_attempts int not null default 0
);

-- Consents that ended here and that the bank could not be told about yet. The token serves this one call only.
create table revocations_due (
  aspsp_id text not null,
  aspsp_consent_id text not null,
  registration_id uuid not null references registrations,
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  attempts int not null default 0,
  due_at timestamptz not null,
  give_up_at timestamptz not null,
  last_error text,
  primary key (aspsp_id, aspsp_consent_id)
);
create index revocations_due_next on revocations_due (due_at);

-- Reads of one resource of one account: written before the bank is called, counted over a rolling day.
create table bank_reads (
  read_id uuid primary key,
  consent_id uuid not null references bank_consents on delete cascade,
  resource text not null,
  resource_id text not null,
  attended boolean not null,
  started_at timestamptz not null
);
create index bank_reads_of_resource on bank_reads (consent_id, resource, resource_id, started_at);

-- Where the next page of a read begins. No continuation occurs twice: a bank that goes in circles is stopped.
create table read_pages (
  read_id uuid not null references bank_reads on delete cascade,
  page int not null check (page > 1),
  continuation text not null,
  continuation_hash bytea not null,
  primary key (read_id, page),
  constraint read_pages_no_circle unique (read_id, continuation_hash)
);

-- What banks really said, sealed under the person's own key.
create table raw_messages (
  psu_id uuid not null,
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  aspsp_id text not null,
  operation text not null,
  url text not null,
  status_code int not null,
  content_type text,
  interaction_id text not null,
  certificate_thumbprint text,
  received_at timestamptz not null,
  byte_length int not null,
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  primary key (psu_id, hash)
);

-- Under which consents the same bytes were received. A message goes with the last of them whose data is erased.
create table raw_message_consents (
  psu_id uuid not null,
  hash text not null,
  consent_id uuid not null,
  primary key (psu_id, consent_id, hash),
  foreign key (psu_id, hash) references raw_messages
);
create index raw_message_consents_of_message on raw_message_consents (psu_id, hash);

create table aspsp_health (
  aspsp_id text primary key,
  status text not null check (status in ('up', 'degraded', 'down')),
  since timestamptz not null
);

-- People who asked to be forgotten, until their facts are out of our stream as well.
create table erased_psus (
  psu_id uuid primary key,
  erased_at timestamptz not null,
  purged_at timestamptz
);
create index erased_psus_unpurged on erased_psus (erased_at) where purged_at is null;

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
