-- What was typed and not yet saved (UI-15): no document, so no number, date or status, found by nobody but its account.
create table autosave (
    account_id bigint not null,
    company_id bigint not null references company,
    key text not null check (key ~ '^[0-9a-f]{32}$'),  -- made by the page's tab, so that two tabs never write one row
    type text not null,
    number text,                                       -- of the document that is being changed; null for a new one
    base_version integer not null,                     -- its version when the typing began; 0 for a new one
    content jsonb not null,
    drafts jsonb not null default '{}',                -- the unfinished rows of the row editors, by table
    saved_at timestamptz not null default clock_timestamp(),
    primary key (account_id, key),
    foreign key (account_id, company_id) references account (id, company_id)
)
-- ;;
create index autosave_by_age on autosave (saved_at)
-- ;;
create table preference (
    account_id bigint not null,
    company_id bigint not null references company,
    key text not null,
    value jsonb not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (account_id, key),
    foreign key (account_id, company_id) references account (id, company_id)
)
-- ;;
grant select, insert, update, delete on autosave, preference to sw_web
-- ;;
grant select, delete on autosave to sw_worker
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['autosave', 'preference'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy own on %I for all to sw_web using (company_id = sw_company() and account_id = sw_account())
                        with check (company_id = sw_company() and account_id = sw_account())', t);
    end loop;
end $$
-- ;;
create policy worker on autosave for all to sw_worker using (true) with check (true)
