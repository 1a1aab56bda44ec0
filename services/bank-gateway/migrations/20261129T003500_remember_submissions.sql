-- breaking: no

-- A request that makes a client, from before it is sent until the bank is known not to have taken it: no second one is sent blindly.
alter table registrations add column sent_request text;
-- What was asked for, so that the client can be made again what it was after a successor that failed.
alter table registrations add column asked jsonb;
