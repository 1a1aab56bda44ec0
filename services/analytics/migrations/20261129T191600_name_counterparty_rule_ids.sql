-- breaking: no, for every version that was given out: the table came after the last of them

-- A category names the rule that decided it, `rule_id`, which is another thing.
alter table counterparty_rules rename column rule_id to counterparty_rule_id;
