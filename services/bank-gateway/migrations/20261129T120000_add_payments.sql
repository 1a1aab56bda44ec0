-- breaking: no

-- What a person allowed: to read accounts, to pay, to ask for funds. All are authorised alike, each under a scope of its own.
alter table bank_consents add column kind text not null default 'accounts' check (kind in ('accounts', 'payments', 'funds'));
alter table revocations_due add column kind text not null default 'accounts' check (kind in ('accounts', 'payments', 'funds'));

-- Payments that are approved together. The authorisation is a row of bank_consents under the same id, once the person is sent to the bank.
create table payment_orders (
  order_id uuid primary key,
  psu_id uuid not null,
  aspsp_id text not null,
  registration_id uuid not null references registrations,
  -- The first payment makes it; the others join.
  aspsp_authorisation_id text,
  created_at timestamptz not null,
  ended_at timestamptz,
  -- Until then nobody else gives the bank a payment of this order.
  lease_until timestamptz
);
create index payment_orders_of_psu on payment_orders (psu_id);

-- A payment at the bank. The row is there before the request leaves; its id is the idempotency key of every repetition.
create table order_payments (
  payment_id uuid primary key,
  order_id uuid not null references payment_orders on delete cascade,
  scheme text not null check (scheme in ('sepa', 'foreign')),
  -- SHA-256 of what was wanted: the same id never stands for something else.
  wanted_hash bytea not null,
  -- The request, so that a repetition sends the same bytes.
  data_key_id uuid not null references data_keys,
  sealed bytea not null,
  sent_at timestamptz not null,
  outcome text not null check (outcome in ('unknown', 'created', 'refused')),
  aspsp_payment_id text,
  status text,
  instant boolean,
  check ((outcome = 'created') = (aspsp_payment_id is not null and status is not null and instant is not null))
);
create index order_payments_of_order on order_payments (order_id);

-- Executions that were sent, or were about to be: from then on the bank is asked before anything is sent again.
create table payment_executions (
  execution_id uuid primary key,
  payment_id uuid not null references order_payments on delete cascade,
  sent_at timestamptz not null,
  lease_until timestamptz
);
create index payment_executions_of_payment on payment_executions (payment_id);
