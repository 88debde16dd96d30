-- When a document is to be looked at again, for which timer of its lifecycle. A row decides nothing: whoever comes looks
-- at the document anew, under its lock. `due_at` is business time, `next_at` the real time of another try after trouble.
create table schedule (
    document_id bigint not null,
    company_id bigint not null,
    timer text not null,
    due_at timestamptz not null,
    next_at timestamptz not null default '-infinity',
    primary key (document_id, timer),
    foreign key (document_id, company_id) references document (id, company_id) on delete cascade
)
-- ;;
create index schedule_queue on schedule (due_at)
-- ;;
create index schedule_by_company on schedule (company_id, due_at)
-- ;;
alter table schedule enable row level security
-- ;;
create policy own on schedule for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())
-- ;;
create policy worker on schedule for all to sw_worker using (true) with check (true)
-- ;;
grant select, insert, update, delete on schedule to sw_web, sw_worker
-- ;;
-- A clock that was moved may have reached what waits.
create function clock_moved() returns trigger language plpgsql as $$
begin
    perform pg_notify('schedule', '');
    return null;
end $$
-- ;;
create trigger clock_moved after update on clock for each row execute function clock_moved()
-- ;;
-- A party reads of timed transitions too.
drop policy seen on event
-- ;;
create policy seen on event for select to sw_web
    using (company_id = sw_company()
           or (kind in ('submitted', 'receipt', 'timed') and exists (select from document d where d.id = document_id)))
