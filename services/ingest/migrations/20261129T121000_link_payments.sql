-- breaking: no

-- Executions of payments, as we were told of them, and the line of the ledger that shows each.
create table payment_executions (
  psu_id uuid not null,
  execution_id uuid not null,
  payment_order_id uuid not null,
  payment_id uuid not null,
  aspsp_id text not null,
  debtor_iban text,
  creditor_iban text,
  creditor_name text,
  -- Positive.
  amount_minor bigint not null check (amount_minor > 0),
  currency char(3) not null,
  archive_id text,
  executed_at timestamptz not null,
  account_id uuid,
  transaction_id uuid,
  -- The line is booked; until then a better one may come.
  settled boolean not null default false,
  primary key (psu_id, execution_id),
  check ((account_id is null) = (transaction_id is null)),
  check (transaction_id is not null or not settled)
);
create index payment_executions_open on payment_executions (psu_id, executed_at) where not settled;
-- A line shows one payment.
create unique index payment_executions_of_transaction on payment_executions (psu_id, transaction_id) where transaction_id is not null;
