-- breaking: no

-- What a person sees of a permission when the ledger has nothing of it any more: renewed, withdrawn with its data erased.
alter table consents add column last_used_at timestamptz;

-- The default is for processes of the version before, which go on during a rolling update.
alter table consent_accounts add column kind text not null default 'unknown';
-- Of a card or a loan without a number its kind is all there is to show.
alter table consent_accounts alter column masked_number drop not null;
