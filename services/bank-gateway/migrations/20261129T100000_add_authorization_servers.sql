-- breaking: no

-- What the authorization server of a bank says of itself, as far as we go by it. A change waits for an operator.
create table authorization_servers (
  aspsp_id text primary key,
  -- What we call it by; null where nothing it said was ever believed.
  accepted jsonb,
  accepted_at timestamptz,
  -- The operator who approved it; null for the first reading.
  accepted_by text,
  quarantined_at timestamptz,
  -- The rule that refused, or `changed`.
  reason text,
  -- What stands there instead, where it could be read.
  offered jsonb,
  -- Whether it turned away what lacks PKCE, when it was last tried.
  pkce_enforced boolean,
  pkce_probed_at timestamptz,
  check ((accepted is null) = (accepted_at is null)),
  check ((quarantined_at is null) = (reason is null)),
  check (accepted is not null or quarantined_at is not null),
  check ((pkce_enforced is null) = (pkce_probed_at is null))
);

-- What has to be remembered of an authorization under way, sealed: the verifier of PKCE, or the name of a decoupled request.
create table open_authorizations (
  consent_id uuid primary key references bank_consents on delete cascade,
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  -- SHA-256 of the request_uri the bank gave out; none is taken twice.
  request_uri_hash bytea unique,
  -- Of a decoupled request: how often its bank may be asked, when next, and until when.
  poll_interval_seconds int check (poll_interval_seconds > 0),
  next_poll_at timestamptz,
  ends_at timestamptz not null,
  check ((poll_interval_seconds is null) = (next_poll_at is null))
);
