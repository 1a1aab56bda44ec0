-- breaking: no

-- Keys whose signatures are shown years later stay in the key set after their retirement.
alter table public_keys add column lasting boolean not null default false;
