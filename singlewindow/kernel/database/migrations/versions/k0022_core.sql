-- A document was moved by a chapter's own work: its place among what was submitted and heard. `after` is the last
-- submission that there was, `at` business time.
create table move (
    id bigint generated always as identity primary key,
    document_id bigint not null,
    company_id bigint not null,
    name text not null,
    after bigint not null,
    at timestamptz not null,
    foreign key (document_id, company_id) references document (id, company_id) on delete cascade
)
-- ;;
create index move_by_document on move (document_id, id)
-- ;;
-- Submissions that are kept until the document that they name has come so far. `start_status` is what the document will
-- be when it is let go; `next_at` the real time of another try after trouble.
create table waiting (
    document_id bigint primary key,
    company_id bigint not null,
    submission_id bigint not null references submission on delete cascade,
    start_status text not null,
    awaited_type text not null,
    awaited text not null,
    since timestamptz not null,
    next_at timestamptz not null default '-infinity',
    foreign key (document_id, company_id) references document (id, company_id) on delete cascade
)
-- ;;
create index waiting_by_awaited on waiting (awaited)
-- ;;
-- What documents use up of quantities that are shared by all of them.
create table draw (
    kind text not null,
    key text not null,
    document_id bigint not null,
    company_id bigint not null,
    amount numeric not null,
    primary key (kind, key, document_id),
    foreign key (document_id, company_id) references document (id, company_id) on delete cascade
)
-- ;;
create index draw_by_document on draw (document_id)
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['move', 'waiting', 'draw'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy own on %I for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())', t);
        execute format('create policy worker on %I for all to sw_worker using (true) with check (true)', t);
    end loop;
end $$
-- ;;
grant select, insert on move to sw_web, sw_worker
-- ;;
grant select, insert, update, delete on waiting, draw to sw_web, sw_worker
-- ;;
-- What was kept begins anew when it is let go.
grant update (start_status) on submission to sw_worker
-- ;;
-- How much all documents but one use, whoever's they are, without saying whose.
create function sw_drawn(wanted_kind text, wanted_key text, but_not bigint) returns numeric
language sql stable security definer set search_path = public, pg_temp as
$$ select coalesce(sum(amount), 0) from draw
   where kind = wanted_kind and key = wanted_key and document_id is distinct from but_not $$
-- ;;
-- A party reads of moves too, and of what was kept.
drop policy seen on event
-- ;;
create policy seen on event for select to sw_web
    using (company_id = sw_company()
           or (kind in ('submitted', 'receipt', 'timed', 'moved', 'released')
               and exists (select from document d where d.id = document_id)))
