-- breaking: no

-- What a person wants paid at one bank and approves in one go. The person leads the keys; the ids of orders and payments, which come
-- from a page, are nobody else's as well: at the bank all people are one client.
create table payment_orders (
  psu_id uuid not null,
  payment_order_id uuid not null unique,
  aspsp_id text not null,
  debtor_iban text,
  -- SHA-256 of what was wanted: the same id with other content is another intent, and refused.
  content_hash bytea not null check (octet_length(content_hash) = 32),
  created_at timestamptz not null,
  approve_until timestamptz not null,
  -- When the bank may have heard of it for the first time.
  given_at timestamptz,
  approved_at timestamptz,
  -- One process at a time gives it to the bank or takes it back; who dies with it in hand leaves it to the next.
  held_until timestamptz,
  -- When its clock next looks at it, and how often it did since it last got on.
  next_look_at timestamptz,
  looks integer not null default 0,
  primary key (psu_id, payment_order_id),
  constraint payment_orders_approved_when_given check (approved_at is null or given_at is not null)
);
create index payment_orders_newest on payment_orders (psu_id, created_at desc);
create index payment_orders_due on payment_orders (next_look_at) where next_look_at is not null;

create table payments (
  psu_id uuid not null,
  payment_id uuid not null unique,
  payment_order_id uuid not null,
  position integer not null check (position > 0),
  instruction jsonb not null,
  first_date date,
  every text check (every in ('week', 'month')),
  count integer not null check (count > 0),
  status text not null check (status in ('intended', 'awaitingAuthorisation', 'authorised', 'rejected', 'refused', 'cancelled', 'expired')),
  status_at timestamptz not null,
  reason text,
  -- That it shall end; it does once the bank has let go of it.
  ending text check (ending in ('cancelled', 'refused', 'expired')),
  ending_by text check (ending_by in ('psu', 'tpp', 'aspsp')),
  ending_reason text,
  primary key (psu_id, payment_id),
  foreign key (psu_id, payment_order_id) references payment_orders on delete cascade,
  unique (psu_id, payment_order_id, position),
  constraint payments_ending_whole check ((ending is null) = (ending_by is null) and (ending is not null or ending_reason is null)),
  constraint payments_ending_while_open check (ending is null or status in ('intended', 'awaitingAuthorisation', 'authorised')),
  constraint payments_reason_when_over check (reason is null or status in ('rejected', 'refused', 'cancelled', 'expired'))
);

create table payment_executions (
  psu_id uuid not null,
  -- Ours, made before the bank hears of it, and the same at every repetition.
  execution_id uuid not null,
  payment_id uuid not null,
  position integer not null check (position > 0),
  due_date date not null,
  status text not null check (status in ('authorised', 'submitted', 'accepted', 'pending', 'debited', 'credited', 'rejected', 'cancelled')),
  status_at timestamptz not null,
  submitted_at timestamptz,
  again text check (again in ('today', 'later')),
  executed_at timestamptz,
  debtor_iban text,
  archive_id text,
  reason text,
  transaction_id uuid,
  -- When the bank is next given or asked about it, and how often it was in this status.
  next_ask_at timestamptz,
  asks integer not null default 0,
  primary key (psu_id, execution_id),
  foreign key (psu_id, payment_id) references payments on delete cascade,
  unique (psu_id, payment_id, position),
  constraint payment_executions_submitted_when_sent check (status not in ('submitted', 'accepted', 'pending', 'debited', 'credited') or submitted_at is not null),
  constraint payment_executions_again_when_pending check ((status = 'pending') = (again is not null)),
  constraint payment_executions_executed_when_moved check ((status in ('debited', 'credited')) = (executed_at is not null)),
  constraint payment_executions_booked_when_moved check (transaction_id is null or executed_at is not null),
  constraint payment_executions_asked_while_open check ((status in ('debited', 'credited', 'rejected', 'cancelled')) = (next_ask_at is null))
);
create index payment_executions_due on payment_executions (next_ask_at) where next_ask_at is not null;

create table payment_history (
  psu_id uuid not null,
  payment_id uuid not null,
  position integer not null check (position > 0),
  at timestamptz not null,
  status text not null,
  by text not null check (by in ('psu', 'tpp', 'aspsp')),
  reason text,
  primary key (psu_id, payment_id, position),
  foreign key (psu_id, payment_id) references payments on delete cascade
);

-- Permissions to ask one account whether it holds an amount.
create table funds_consents (
  psu_id uuid not null,
  funds_consent_id uuid not null,
  aspsp_id text not null,
  iban text,
  status text not null check (status in ('received', 'valid', 'rejected', 'revokedByPsu', 'terminatedByTpp', 'expired')),
  created_at timestamptz not null,
  valid_until timestamptz not null,
  ended_at timestamptz,
  reason text,
  confirmed_minor bigint check (confirmed_minor > 0),
  confirmed_currency char(3),
  funds_available boolean,
  confirmed_at timestamptz,
  primary key (psu_id, funds_consent_id),
  constraint funds_consents_ended_when_over check ((status in ('received', 'valid')) = (ended_at is null)),
  constraint funds_consents_confirmation_whole check (num_nulls(confirmed_minor, confirmed_currency, funds_available, confirmed_at) in (0, 4))
);
create index funds_consents_ending on funds_consents (valid_until) where status = 'valid';

-- What the gateway has yet to forget: tokens of orders that are over and of funds consents that ended. A row outlives what it is
-- about, also what was erased. `take_back`: the bank is asked to let go of the order first.
create table gateway_farewells (
  psu_id uuid not null,
  about text not null check (about in ('payment', 'funds')),
  about_id uuid not null,
  take_back boolean not null default false,
  requested_at timestamptz not null,
  tries integer not null default 0,
  next_try_at timestamptz not null,
  primary key (psu_id, about, about_id)
);
create index gateway_farewells_due on gateway_farewells (next_try_at);

-- An attempt is about one of three things.
alter table authorisations alter column consent_id drop not null;
alter table authorisations add column payment_order_id uuid;
alter table authorisations add column funds_consent_id uuid;
alter table authorisations add constraint authorisations_about_one check (num_nonnulls(consent_id, payment_order_id, funds_consent_id) = 1);
alter table authorisations add foreign key (psu_id, payment_order_id) references payment_orders on delete cascade;
alter table authorisations add foreign key (psu_id, funds_consent_id) references funds_consents on delete cascade;
create index authorisations_of_payment_order on authorisations (psu_id, payment_order_id) where payment_order_id is not null;
create unique index authorisations_one_open_of_funds on authorisations (psu_id, funds_consent_id) where sca_status in ('received', 'started');
-- Payments are approved once and have no end.
alter table authorisations drop constraint authorisations_outcome_whole;
alter table authorisations add constraint authorisations_outcome_whole check (
  (valid_until is not null) = (outcome is not distinct from 'authorised' and payment_order_id is null) and (outcome is not distinct from 'failed') = (reason is not null)
);
