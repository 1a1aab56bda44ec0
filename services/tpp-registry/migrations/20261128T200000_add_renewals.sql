-- breaking: no

-- The registration in use that this one is to take over from; only a renewal has one.
alter table registrations add column replaces uuid references registrations;
create index registrations_renewals on registrations (replaces) where replaces is not null;
