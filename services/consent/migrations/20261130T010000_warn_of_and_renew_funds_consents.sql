-- breaking: no

-- Which permission it takes the place of, and which one took its own.
alter table funds_consents add column replaces uuid;
alter table funds_consents add column replaced_by uuid;

-- When the person is next told that it ends soon, and when they were told.
alter table funds_consents add column next_warning_at timestamptz;
alter table funds_consents add column warned_at timestamptz[] not null default '{}';
create index funds_consents_to_warn on funds_consents (next_warning_at) where status = 'valid' and next_warning_at is not null;

-- What was given before, or meanwhile by a replica from before: the clock sets the first warning.
create index funds_consents_without_warning on funds_consents (valid_until) where status = 'valid' and next_warning_at is null;
