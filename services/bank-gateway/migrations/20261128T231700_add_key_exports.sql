-- breaking: no

-- Private keys that an operator asked to have; one asks, another approves, the first collects once.
create table key_exports (
  export_id uuid primary key,
  registration_id uuid not null,
  kid text not null,
  reason text not null,
  status text not null check (status in ('requested', 'approved', 'refused', 'collected', 'expired')),
  requested_by text not null,
  approved_by text,
  requested_at timestamptz not null,
  ends_at timestamptz not null,
  check (approved_by <> requested_by),
  check (status not in ('approved', 'collected') or approved_by is not null)
);
create index key_exports_open on key_exports (ends_at) where status in ('requested', 'approved');

-- What was done and tried, in one row each that nobody changes. Each hash covers its row and the hash before.
create table key_audit (
  position bigint primary key check (position > 0),
  at timestamptz not null,
  export_id uuid not null,
  registration_id uuid,
  kid text,
  step text not null check (step in ('requested', 'approved', 'refused', 'collected', 'expired', 'attempt-refused')),
  operator text,
  detail text not null,
  hash bytea not null check (length(hash) = 32)
);

-- The role owns the table, so it could take the right back: then the chain, and the hashes that facts carried out, tell.
create function key_audit_stays() returns trigger language plpgsql as $$
begin
  raise exception 'key_audit is only added to';
end
$$;
create trigger key_audit_stays before update or delete or truncate on key_audit for each statement execute function key_audit_stays();
revoke update, delete, truncate on key_audit from current_user;
