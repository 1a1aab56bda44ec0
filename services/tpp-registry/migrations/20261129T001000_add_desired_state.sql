-- breaking: no

-- What should be true at each bank. Rows are only added; the newest is in force, and without any the environment is.
create table desired_states (
  revision integer primary key check (revision > 0),
  document jsonb not null,
  document_hash text not null,
  applied_at timestamptz not null,
  -- Who asked: a service's name, operator, or the file it was read from.
  applied_by text not null
);

-- The gateway's directory as it was last seen, so that it can be searched and planned with while the gateway is away.
create table directory (
  aspsp_id text primary key,
  aspsp jsonb not null
);

-- What a bank itself last said of the registration in use.
create table bank_views (
  registration_id uuid primary key references registrations,
  next_check_at timestamptz not null,
  checked_at timestamptz,
  standing text check (standing in ('known', 'unreadable', 'unknown')),
  client jsonb,
  -- From the bank's record to what we registered; empty where they agree.
  differences jsonb not null default '[]',
  drift_since timestamptz,
  constraint bank_views_drift_has_a_beginning check ((differences = '[]') = (drift_since is null))
);
create index bank_views_due on bank_views (next_check_at);

alter table registrations add column ended_reason text check (ended_reason in ('left', 'forgotten'));
update registrations set ended_reason = 'left' where status = 'ended';
alter table registrations add constraint registrations_ended_for_a_reason check ((status = 'ended') = (ended_reason is not null));
-- The drift a registration was begun to repair: the same one again is not repaired once more.
alter table registrations add column repairs jsonb not null default '[]';
create index registrations_completed on registrations (aspsp_id, completed_at desc) where completed_at is not null;
