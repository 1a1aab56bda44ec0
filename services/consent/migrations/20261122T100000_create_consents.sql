-- breaking: no

-- The person leads every key, so that the tables can be distributed by person.
create table consents (
  psu_id uuid not null,
  consent_id uuid not null,
  aspsp_id text not null,
  status text not null check (status in ('received', 'valid', 'rejected', 'revokedByPsu', 'terminatedByTpp', 'expired', 'replaced')),
  created_at timestamptz not null,
  requested_valid_until timestamptz not null,
  replaces uuid,
  -- The bank's own name for it, once the bank has made it.
  aspsp_consent_id text,
  authorised_at timestamptz,
  valid_until timestamptz,
  scope text[],
  -- When the person is next told that the end is near.
  next_warning_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  replaced_by uuid,
  primary key (psu_id, consent_id),
  constraint consents_granted_whole check (num_nulls(authorised_at, valid_until, scope) in (0, 3)),
  constraint consents_granted_when_used check (status not in ('valid', 'expired', 'replaced') or authorised_at is not null),
  constraint consents_not_granted_before check (status not in ('received', 'rejected') or authorised_at is null),
  constraint consents_within_request check (valid_until <= requested_valid_until),
  constraint consents_ended_when_over check ((status in ('received', 'valid')) = (ended_at is null)),
  constraint consents_rejected_for_a_reason check ((status = 'rejected') = (end_reason is not null)),
  constraint consents_replaced_by_another check ((status = 'replaced') = (replaced_by is not null) and replaced_by <> consent_id),
  constraint consents_warned_while_valid check (next_warning_at is null or authorised_at is not null)
);
create index consents_ending on consents (valid_until) where status = 'valid';
create index consents_to_warn on consents (next_warning_at) where status = 'valid' and next_warning_at is not null;

create table consent_history (
  psu_id uuid not null,
  consent_id uuid not null,
  position integer not null check (position > 0),
  at timestamptz not null,
  what text not null check (what in ('created', 'authorised', 'rejected', 'expiring', 'expired', 'revoked', 'replaced', 'lost')),
  by text not null check (by in ('psu', 'tpp', 'aspsp')),
  reason text,
  primary key (psu_id, consent_id, position),
  foreign key (psu_id, consent_id) references consents on delete cascade
);

create table authorisations (
  psu_id uuid not null,
  authorisation_id uuid not null,
  consent_id uuid not null,
  aspsp_id text not null,
  sca_status text not null check (sca_status in ('received', 'started', 'finalised', 'failed')),
  -- SHA-256 of the state: who reads the table cannot come back in a person's place.
  state_hash bytea not null check (octet_length(state_hash) = 32),
  -- In clear: it travels through the browser as well, and is worth nothing without the bank's signature over it. Gone once used.
  nonce text,
  session_binding text not null,
  redirect_uri text not null,
  issuer text,
  iss_in_response boolean,
  response_type text check (response_type in ('code', 'code id_token')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  taken_at timestamptz,
  finished_at timestamptz,
  outcome text check (outcome in ('authorised', 'refused', 'failed')),
  reason text,
  valid_until timestamptz,
  primary key (psu_id, authorisation_id),
  foreign key (psu_id, consent_id) references consents on delete cascade,
  constraint authorisations_server_whole check (num_nulls(issuer, iss_in_response, response_type) in (0, 3)),
  constraint authorisations_nonce_until_used check ((sca_status in ('received', 'started')) = (nonce is not null)),
  constraint authorisations_taken_when_started check (case sca_status when 'received' then taken_at is null when 'started' then taken_at is not null else true end),
  constraint authorisations_finished_with_outcome check (
    case sca_status
      when 'finalised' then finished_at is not null and outcome = 'authorised'
      when 'failed' then finished_at is not null and outcome in ('refused', 'failed')
      else finished_at is null and outcome is null
    end
  ),
  constraint authorisations_outcome_whole check ((outcome = 'authorised') = (valid_until is not null) and (outcome = 'failed') = (reason is not null))
);
create unique index authorisations_by_state on authorisations (psu_id, state_hash);
create unique index authorisations_one_open on authorisations (psu_id, consent_id) where sca_status in ('received', 'started');
create index authorisations_open on authorisations (expires_at) where sca_status in ('received', 'started');

-- Consents whose end the gateway still has to be told of. A row outlives the consent, also one that was erased.
create table aspsp_revocations (
  psu_id uuid not null,
  consent_id uuid not null,
  aspsp_id text not null,
  requested_at timestamptz not null,
  tries integer not null default 0,
  -- Counted up when it is asked for again, so that the end of an earlier call does not take the new order away.
  requests integer not null default 1,
  next_try_at timestamptz not null,
  primary key (psu_id, consent_id)
);
create index aspsp_revocations_due on aspsp_revocations (next_try_at);

-- Who was erased does not come back by what was under way.
create table erased_psus (
  psu_id uuid primary key,
  erased_at timestamptz not null,
  -- When the facts about the person were taken out of the stream and the outbox.
  purged_at timestamptz
);
create index erased_psus_to_purge on erased_psus (erased_at) where purged_at is null;

-- messaging tables
-- Facts to publish; written in the transaction of the change they tell about (DR-P1).
create table outbox (
  event_id uuid primary key,
  position bigint generated always as identity,
  event_type text not null,
  aggregate_id text not null,
  aggregate_version bigint not null check (aggregate_version > 0),
  psu_id uuid,
  occurred_at timestamptz not null,
  correlation_id text,
  causation_id text,
  traceparent text,
  data text not null,
  created_at timestamptz not null default now(),
  published_at timestamptz,
  stream_sequence bigint,
  replay integer not null default 0 check (replay >= 0),
  unique (event_type, aggregate_id, aggregate_version),
  check ((published_at is null) = (stream_sequence is null))
);
create index outbox_waiting on outbox (position) where published_at is null;
create index outbox_published on outbox (stream_sequence) where published_at is not null;
create index outbox_psu on outbox (psu_id) where psu_id is not null;

-- The last version given to each aggregate and type; its row lock keeps versions gapless (DR-P6).
create table outbox_versions (
  event_type text not null,
  aggregate_id text not null,
  version bigint not null check (version >= 0),
  primary key (event_type, aggregate_id)
);

-- Facts already handled; written in the transaction of their effect (DR-C1). Outlives the outbox and every replay (DR-C2).
create table inbox (
  consumer text not null,
  event_id uuid not null,
  handled_at timestamptz not null default now(),
  primary key (consumer, event_id)
);
create index inbox_handled_at on inbox (handled_at);

-- The last version applied of each aggregate, for consumers that need the order (DR-C4).
create table inbox_versions (
  consumer text not null,
  aggregate_id text not null,
  version bigint not null check (version >= 0),
  primary key (consumer, aggregate_id)
);

-- Facts that could not be handled, with the reason; kept until somebody asks for another try (DR-C6).
create table dead_letters (
  dead_letter_id uuid primary key default gen_random_uuid(),
  consumer text not null,
  message_key text not null,
  event_id uuid,
  event_type text not null,
  aggregate_id text,
  psu_id uuid,
  deliveries integer not null check (deliveries > 0),
  error_code text not null,
  error_kind text not null,
  error_message text not null,
  headers jsonb not null,
  body text not null,
  stored_at timestamptz not null default now(),
  retry_requested_at timestamptz,
  unique (consumer, message_key)
);
-- end messaging tables
