-- breaking: no

-- Keys for consent receipts and for nothing else: no bank, certificate or registration knows them. Retired ones stay published.
create table receipt_keys (
  kid text primary key,
  public_jwk jsonb not null,
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  created_at timestamptz not null,
  retired_at timestamptz
);
create unique index receipt_keys_one_in_use on receipt_keys ((true)) where retired_at is null;
