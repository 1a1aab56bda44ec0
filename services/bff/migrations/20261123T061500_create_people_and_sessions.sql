-- breaking: no

-- People, credentials and sessions are kept by the login library; names and types are ours.
create table people (
  id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  email text not null unique check (email = lower(email) and length(email) <= 254),
  email_verified boolean not null default false,
  image text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table credentials (
  id uuid primary key,
  user_id uuid not null references people (id) on delete cascade,
  provider_id text not null,
  account_id text not null,
  password text check (password like '$argon2id$%'),
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index credentials_user_id on credentials (user_id);

create table sessions (
  id uuid primary key,
  user_id uuid not null references people (id) on delete cascade,
  -- SHA-256 of the token in the cookie, base64url.
  token text not null unique check (length(token) = 43),
  ip_address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sessions_user_id on sessions (user_id);
create index sessions_expires_at on sessions (expires_at);

create table verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index verifications_identifier on verifications (identifier);

create table preferences (
  psu_id uuid primary key references people (id) on delete cascade,
  locale text not null check (locale in ('en', 'fi', 'sv')),
  theme text not null check (theme in ('system', 'light', 'dark')),
  privacy_mode boolean not null,
  updated_at timestamptz not null
);

-- Attempts to sign in or up, by a keyed hash of who tries; outlive a restart.
create table attempts (
  key bytea primary key check (length(key) = 32),
  count integer not null check (count > 0),
  window_ends_at timestamptz not null
);
create index attempts_window_ends_at on attempts (window_ends_at);

-- Who asked to be forgotten. A fact that arrives later must not bring anything back.
create table erasures (
  psu_id uuid primary key,
  erased_at timestamptz not null
);

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
