-- Which transaction wrote an entry, and how the document stood after the statement that did. What was there before has
-- none of them: the feed begins here.
alter table event add column xid xid8, add column status text, add column version integer
-- ;;
alter table event alter column xid set default pg_current_xact_id()
-- ;;
create index event_by_xid on event (xid)
-- ;;
-- What each company is told, numbered without gaps, in an order in which nothing comes later before what was read: the
-- worker writes it, nobody changes it. Rows stay where documents go, so that no key leads to them. `at` is business
-- time, `made_at` real time.
create table feed (
    company_id bigint not null,
    no bigint not null,
    document_id bigint not null,
    event_no integer not null,
    type text not null,
    number text not null,
    sender_number text,
    version integer not null,
    kind text not null,
    code text not null,
    amends text not null,
    outcome text not null,
    status text not null,
    text text not null,
    at timestamptz not null,
    made_at timestamptz not null default now(),
    primary key (company_id, no),
    unique (company_id, document_id, event_no)
)
-- ;;
-- The last number of each company's feed, also when all its rows have expired.
create table feed_head (
    company_id bigint primary key,
    last bigint not null
)
-- ;;
-- Up to which transaction (`next` is not in it) the history is in the feed; in which cluster, for the ids of another's
-- mean nothing; and when that was said last.
create table feed_place (
    only_row boolean primary key default true check (only_row),
    next xid8 not null,
    cluster bigint not null,
    at timestamptz not null default now()
)
-- ;;
insert into feed_place (next, cluster)
select pg_current_xact_id(), system_identifier from pg_control_system()
-- ;;
-- What is still to be told of drafts that were deleted for good: their history goes with them.
create table feed_left (
    like event,
    type text not null,
    number text not null,
    sender_number text,
    primary key (document_id, no)
)
-- ;;
alter table feed_left alter column xid set default pg_current_xact_id()
-- ;;
create function feed_left() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    senders text := (select sender_number from sender_number where number = old.number);
begin
    insert into feed_left (document_id, no, company_id, at, kind, who, data, previous, hash, recorded_at, status,
                           version, type, number, sender_number)
    select document_id, no, company_id, at, kind, who, data, previous, hash, recorded_at, coalesce(status, old.status),
           coalesce(version, old.version), old.type, old.number, senders
    from event where document_id = old.id and xid >= (select next from feed_place);
    insert into feed_left (document_id, no, company_id, at, kind, who, data, previous, hash, recorded_at, status,
                           version, type, number, sender_number)
    select old.id, coalesce((select max(no) from event where document_id = old.id), 0) + 1, old.company_id,
           coalesce(frozen, clock_timestamp()) + shift, 'deleted', '', '{}', '', '', clock_timestamp(), old.status,
           old.version, old.type, old.number, senders
    from clock;
    return old;
end $$
-- ;;
create trigger feed_left before delete on document for each row execute function feed_left()
-- ;;
-- Transaction ids of another cluster (the database was restored from a dump) say nothing here: what was not yet in the
-- feed is taken for this transaction's. That was recorded about when the feed was written last, or later.
create function feed_restored() returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    since timestamptz := (select at - interval '1 day' from feed_place);
begin
    update event e set xid = pg_current_xact_id()
    where e.xid is not null and e.recorded_at >= since and not exists (
        select from feed f where (f.company_id, f.document_id, f.event_no) = (e.company_id, e.document_id, e.no));
    update feed_left set xid = pg_current_xact_id();
    update feed_place set next = pg_current_xact_id(), at = now(),
                          cluster = (select system_identifier from pg_control_system());
end $$
-- ;;
revoke execute on function feed_restored() from public
-- ;;
grant execute on function feed_restored() to sw_worker
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['feed', 'feed_head'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy own on %I for select to sw_web using (company_id = sw_company())', t);
        execute format('create policy worker on %I for all to sw_worker using (true) with check (true)', t);
        execute format('grant select on %I to sw_web', t);
    end loop;
end $$
-- ;;
alter table feed_left enable row level security
-- ;;
create policy worker on feed_left for all to sw_worker using (true) with check (true)
-- ;;
-- The feed is only ever added to, and swept.
grant select, insert, delete on feed to sw_worker
-- ;;
grant select, insert, update on feed_head to sw_worker
-- ;;
grant select, update on feed_place to sw_worker
-- ;;
grant select, delete on feed_left to sw_worker
