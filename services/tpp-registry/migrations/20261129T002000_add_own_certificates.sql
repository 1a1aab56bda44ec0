-- breaking: no

-- The gateway's own certificates as last seen: what is known of them while it is away.
create table own_certificates (
  certificate_id uuid primary key,
  purpose text not null check (purpose in ('qwac', 'qsealc')),
  key_type text not null check (key_type in ('rsa', 'ec')),
  status text not null check (status in ('requested', 'ready', 'retired')),
  created_at timestamptz not null,
  retired_at timestamptz,
  csr_pem text,
  -- Public parts; null until it is issued.
  issued jsonb,
  -- When it was first seen to be usable.
  ready_since timestamptz,
  -- When the next one was last asked for in its place.
  next_asked_at timestamptz,
  -- Days left at which the last warning was given.
  warned_at_days integer,
  constraint own_certificates_ready_is_issued check (status <> 'ready' or (issued is not null and ready_since is not null))
);

-- Our public key set: what banks check our signatures with. Only public members are kept.
create table public_keys (
  kid text primary key,
  jwk jsonb not null,
  published_at timestamptz not null,
  retired_at timestamptz
);
