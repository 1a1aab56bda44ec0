-- breaking: no

-- Hints for open pages: that something changed, never what. Ids of one person are given out in the order of commit.
create table live_events (
  id bigint primary key generated always as identity,
  -- Null: for everybody.
  psu_id uuid,
  event jsonb not null,
  created_at timestamptz not null
);
create index live_events_psu_id_id on live_events (psu_id, id);
create index live_events_created_at on live_events (created_at);

-- One channel per schema wakes the streams: something to show, or a session that ended.
create function wake_streams() returns trigger language plpgsql as $$
begin
  perform pg_notify(tg_table_schema || '.live', '');
  return null;
end $$;
create trigger live_events_wake after insert on live_events for each statement execute function wake_streams();
create trigger sessions_wake after delete on sessions for each statement execute function wake_streams();
