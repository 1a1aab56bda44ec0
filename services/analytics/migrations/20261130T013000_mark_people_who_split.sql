-- breaking: no

-- Whether the person ever split an entry: their months are counted from nothing whenever they are settled, as a process that knows no parts may have
-- counted them. Stays when the parts are taken back. For everybody else that reading of all entries is spared.
alter table people add column has_split boolean not null default false;
update people set has_split = true where psu_id in (select psu_id from split_parts);
