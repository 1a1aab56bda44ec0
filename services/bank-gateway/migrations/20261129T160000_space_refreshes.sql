-- breaking: no

-- A set is not refreshed ahead of time again before then, so that those that cannot be do not stand before the others.
alter table token_sets add column refresh_not_before timestamptz;
create index token_sets_of_refresh_end on token_sets (refresh_expires_at);
create index token_sets_of_last_refresh on token_sets (refreshed_at);
