-- breaking: no

-- The version whose refresh token left and has no answer: the bank may have spent it. It says nothing of any later version.
alter table token_sets add column refresh_unanswered_version int;
