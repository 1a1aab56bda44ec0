-- breaking: no

-- A person's own clock beside the bank's (UK): confirmed so often, or nothing is read.
alter table consents add column reconfirm_days integer check (reconfirm_days > 0);
alter table consents add column confirmed_at timestamptz;
alter table consents add column reconfirm_by timestamptz;
alter table consents add column next_reminder_at timestamptz;
alter table consents add constraint consents_confirmed_whole check (num_nulls(confirmed_at, reconfirm_by) in (0, 2));
alter table consents add constraint consents_reminded_while_due check (next_reminder_at is null or reconfirm_by is not null);
alter table consents add constraint consents_reconfirmed_before_end check (reconfirm_by < valid_until);

-- Two states in which a consent stands and nothing is read.
alter table consents drop constraint consents_status_check;
alter table consents add constraint consents_status_check check (
  status in ('received', 'valid', 'unconfirmed', 'scaRequired', 'rejected', 'revokedByPsu', 'terminatedByTpp', 'expired', 'replaced')
);
alter table consents drop constraint consents_granted_when_used;
alter table consents add constraint consents_granted_when_used check (
  status not in ('valid', 'unconfirmed', 'scaRequired', 'expired', 'replaced') or authorised_at is not null
);
alter table consents drop constraint consents_ended_when_over;
alter table consents add constraint consents_ended_when_over check ((status in ('received', 'valid', 'unconfirmed', 'scaRequired')) = (ended_at is null));
drop index consents_ending;
create index consents_ending on consents (valid_until) where status in ('valid', 'unconfirmed', 'scaRequired');
drop index consents_to_warn;
create index consents_to_warn on consents (next_warning_at) where status in ('valid', 'unconfirmed', 'scaRequired') and next_warning_at is not null;
create index consents_to_confirm on consents (reconfirm_by) where status = 'valid' and reconfirm_by is not null;

alter table consent_history drop constraint consent_history_what_check;
alter table consent_history add constraint consent_history_what_check check (
  what in (
    'created', 'authorised', 'rejected', 'expiring', 'expired', 'revoked', 'replaced', 'lost', 'reconfirmation-due', 'reconfirmed', 'paused'
  )
);
