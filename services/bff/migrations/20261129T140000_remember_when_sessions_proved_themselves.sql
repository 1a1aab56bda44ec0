-- breaking: no

-- When whoever uses the session last proved who they are. Null: when it began, and never since.
alter table sessions add column proved_at timestamptz;
