-- breaking: no

-- Ways in beside the password, which is a credential of the login library like a link to single sign-on.
create table passkeys (
  passkey_id uuid primary key,
  psu_id uuid not null references people (id) on delete cascade,
  name text not null check (length(name) between 1 and 100),
  -- Base64url, as the authenticator gave it.
  credential_id text not null unique check (length(credential_id) <= 1400),
  public_key bytea not null,
  counter bigint not null check (counter >= 0),
  transports jsonb not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkeys_psu_id on passkeys (psu_id);

-- The shared secret of an authenticator app, sealed. It counts from the moment a first code confirmed it.
create table second_factors (
  psu_id uuid primary key references people (id) on delete cascade,
  secret bytea not null,
  confirmed_at timestamptz,
  -- The thirty seconds of the last code that was taken: none is taken twice.
  last_step bigint not null
);

-- SHA-256 of each code that is left; a code has 80 random bits.
create table recovery_codes (
  code_hash bytea primary key check (length(code_hash) = 32),
  psu_id uuid not null references people (id) on delete cascade,
  created_at timestamptz not null
);
create index recovery_codes_psu_id on recovery_codes (psu_id);

-- What has begun in a browser and is not finished: a challenge, half a sign-in. Opens nothing by itself.
create table ceremonies (
  -- SHA-256 of the token in the cookie.
  token_hash bytea primary key check (length(token_hash) = 32),
  kind text not null,
  psu_id uuid references people (id) on delete cascade,
  data jsonb not null,
  expires_at timestamptz not null
);
create index ceremonies_psu_id on ceremonies (psu_id) where psu_id is not null;
create index ceremonies_expires_at on ceremonies (expires_at);

-- Exports that were asked for and not fetched yet. The file is made when it is fetched.
create table exports (
  export_id uuid primary key,
  psu_id uuid not null references people (id) on delete cascade,
  format text not null check (format in ('json', 'csv')),
  expires_at timestamptz not null
);
create index exports_psu_id on exports (psu_id);
create index exports_expires_at on exports (expires_at);
