-- breaking: no

-- Who may do what an operator does. Beside the people: the login library neither reads nor writes this.
create table operators (
  psu_id uuid primary key references people (id) on delete cascade,
  granted_at timestamptz not null
);
