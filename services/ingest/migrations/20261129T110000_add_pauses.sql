-- breaking: no

-- A consent that stands while nothing is read.
alter table consents drop constraint consents_status_check;
alter table consents add constraint consents_status_check check (status in ('active', 'paused', 'ended'));
-- When what we were told last of it happened: pause and confirmation are facts of two kinds, and may come in either order.
alter table consents add column standing_since timestamptz;
