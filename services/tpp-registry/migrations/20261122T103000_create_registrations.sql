-- breaking: no

-- The one thing about us that must stay the same over all registrations.
create table tpp_profile (
  singleton boolean primary key default true check (singleton),
  software_client_id uuid not null,
  created_at timestamptz not null
);

create table registrations (
  registration_id uuid primary key,
  aspsp_id text not null,
  status text not null check (status in ('running', 'completed', 'failed')),
  started_at timestamptz not null,
  completed_at timestamptz,
  tries integer not null default 0 check (tries >= 0),
  -- When the next step may be tried; only a running registration has one.
  next_try_at timestamptz,
  error_code text,
  error_message text,
  error_at timestamptz,
  constraint registrations_completed_when_completed check ((status = 'completed') = (completed_at is not null)),
  constraint registrations_tried_while_running check ((status = 'running') = (next_try_at is not null)),
  constraint registrations_error_whole check (num_nulls(error_code, error_message, error_at) in (0, 3)),
  constraint registrations_failed_for_a_reason check (status <> 'failed' or error_code is not null)
);
-- Two registrations at one bank at a time would fight over its credentials.
create unique index registrations_one_running on registrations (aspsp_id) where status = 'running';
create index registrations_due on registrations (next_try_at) where status = 'running';

create table registration_steps (
  registration_id uuid not null references registrations,
  step text not null check (step in ('certificates', 'software-statement', 'registration-request', 'submission', 'validation', 'activation')),
  finished_at timestamptz not null,
  duration_ms integer not null check (duration_ms >= 0),
  -- What came out, secrets left out.
  artefact jsonb not null,
  -- When the artefact is of no use any more: a signed statement has an end.
  expires_at timestamptz,
  primary key (registration_id, step)
);

create table certificates (
  certificate_id uuid primary key,
  registration_id uuid not null references registrations,
  aspsp_id text not null,
  purpose text not null check (purpose in ('qwac', 'qsealc')),
  kid text not null,
  algorithm text not null,
  subject text not null,
  organization_identifier text,
  roles text[] not null,
  not_before timestamptz not null,
  not_after timestamptz not null check (not_after > not_before),
  thumbprint text not null unique,
  chain_pem text[] not null,
  in_use boolean not null,
  -- Days left at which the last warning was given.
  warned_at_days integer
);
create index certificates_ending on certificates (not_after) where in_use;

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
