-- breaking: no, for every version that was given out: the table came after the last of them

-- The bank's words a rule was made from. Keys are worked out from them when rules are read, so a change of how names are cleaned needs no
-- change here. Of rules made before only the name as shown is known.
alter table counterparty_rules add column counterparty_text text;
update counterparty_rules set counterparty_text = counterparty_name;
alter table counterparty_rules alter column counterparty_text set not null;
alter table counterparty_rules drop column counterparty_key;
