-- breaking: no

-- messaging tables
-- When the fact happened, as its producer says: both sides count facts by it (DR-R1). Null for what was handled before it was kept.
alter table inbox add column occurred_at timestamptz;
create index inbox_occurred_at on inbox (consumer, occurred_at, event_id) where occurred_at is not null;
create index outbox_occurred_at on outbox (event_type, occurred_at, event_id);

-- What was deleted before its time, because a person is forgotten: that it existed, nothing else. Others may have handled it, and
-- it is never sent again.
create table outbox_forgotten (
  event_type text not null,
  occurred_at timestamptz not null,
  event_id uuid not null,
  primary key (event_type, occurred_at, event_id)
);
-- end messaging tables
