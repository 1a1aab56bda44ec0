-- breaking: no

-- Answers in a row that the bank does not know us, and since when: one may be a hiccup, several over some minutes are not.
alter table bank_views add column unknown_times integer not null default 0 check (unknown_times >= 0);
alter table bank_views add column unknown_since timestamptz;
alter table bank_views add constraint bank_views_unknown_since_the_first check ((unknown_times = 0) = (unknown_since is null));

-- Since when the bank's record has been what we registered, look by look: only a while of that says that a repair has helped.
alter table bank_views add column agreed_since timestamptz;

-- Whether it was begun to renew certificates, and how many renewals in a row up to it brought none that ends later.
alter table registrations add column renews boolean not null default false;
alter table registrations add column fruitless_renewals integer not null default 0 check (fruitless_renewals >= 0);
