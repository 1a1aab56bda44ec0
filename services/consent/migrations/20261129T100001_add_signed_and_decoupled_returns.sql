-- breaking: no

-- How the return must look; null is as it was before there was a choice.
alter table authorisations add column response_mode text check (response_mode in ('fragment', 'query', 'jwt'));
-- When the gateway is next asked for the outcome; null where the person brings it.
alter table authorisations add column next_poll_at timestamptz;
create index authorisations_to_poll on authorisations (next_poll_at) where sca_status = 'received' and next_poll_at is not null;
