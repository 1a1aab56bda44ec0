-- breaking: no

-- As whom the bank knows us under a registration. Consents of one that was retired go on under the newest of the same client.
alter table registrations add column client_id text;
-- We left the bank: ended registrations take no further step.
alter table registrations add column ended_at timestamptz;
update registrations set client_id = submission.outcome -> 'client' ->> 'clientId'
  from registration_steps as submission
  where submission.registration_id = registrations.registration_id and submission.step = 'submission';
create index registrations_of_client on registrations (aspsp_id, client_id, activated_at) where activated_at is not null;

-- Our own certificates from trust service providers, with the key sealed. Without a chain the certificate is awaited.
create table own_certificates (
  certificate_id uuid primary key,
  purpose text not null check (purpose in ('qwac', 'qsealc')),
  key_type text not null check (key_type in ('rsa', 'ec')),
  csr_pem text,
  -- Leaf first.
  chain_pem jsonb,
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz,
  check (csr_pem is not null or chain_pem is not null)
);
