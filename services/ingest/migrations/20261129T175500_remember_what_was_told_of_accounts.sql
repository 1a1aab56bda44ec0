-- breaking: no

-- Names what others were last told of an account. Null where nobody remembers: then they are told again at the next reading, so that
-- those who have learned meanwhile to keep more of it hear it also of accounts from before.
alter table accounts add column told_as uuid;
