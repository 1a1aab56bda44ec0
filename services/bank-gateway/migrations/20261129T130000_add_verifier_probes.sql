-- breaking: no

-- Whether a bank compares PKCE's verifier: the last try of each lie, with a consent of our own that an operator approved.
create table verifier_probes (
  aspsp_id text not null,
  lie text not null check (lie in ('absent', 'wrong')),
  registration_id uuid not null,
  aspsp_consent_id text not null,
  redirect_uri text not null,
  begun_at timestamptz not null,
  -- State, nonce and verifier of the request, sealed; gone once an address was brought for it.
  data_key_id uuid references data_keys,
  sealed bytea,
  -- `unproven`: turned away, and so was the right verifier after it.
  outcome text check (outcome in ('taken', 'refused', 'unproven')),
  ended_at timestamptz,
  primary key (aspsp_id, lie),
  check ((data_key_id is null) = (sealed is null)),
  check ((outcome is null) = (ended_at is null))
);
