-- breaking: no

-- A request that the provider did not answer, or wants to look at first, is sent again: how often it was sent, and not before when.
alter table own_certificates add column attempts integer not null default 0;
alter table own_certificates add column retry_at timestamptz;
-- Why the provider refused it; then it is not sent again by itself.
alter table own_certificates add column refusal text;
