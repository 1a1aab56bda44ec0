-- breaking: stop the processes of the version before first; they cannot record a registration's certificates any more and know one scheme only. One that still runs does no harm: its step fails and is repeated by a new one.

-- How the bank gets to know us, and what we asked of it when the registration began. Those before had one scheme, which they do not
-- name; their terms are those of the environment they ran in, which the service writes down when it starts.
alter table registrations add column scheme text not null default 'op' check (scheme in ('op', 'dcr', 'certificate', 'manual'));
alter table registrations add column terms jsonb;

-- A registration ends when we leave the bank, or when it has forgotten us.
alter table registrations drop constraint registrations_status_check;
alter table registrations add constraint registrations_status_check check (status in ('running', 'completed', 'failed', 'ended'));
alter table registrations add column ended_at timestamptz;
alter table registrations drop constraint registrations_completed_when_completed;
alter table registrations add constraint registrations_completed_when_completed check (status = 'ended' or (status = 'completed') = (completed_at is not null));
alter table registrations add constraint registrations_ended_when_ended check ((status = 'ended') = (ended_at is not null));

-- One certificate may serve at several banks, so its thumbprint is not unique, which is what the version before relies on.
alter table certificates drop constraint certificates_thumbprint_key;
alter table certificates add constraint certificates_once_a_registration unique (registration_id, thumbprint);
