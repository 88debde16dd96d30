-- Real time, in which a page that was away asks for what it missed; `at` is business time, which may stand still.
alter table event add column recorded_at timestamptz not null default now()
-- ;;
update event set recorded_at = least(at, now())
-- ;;
alter table event alter recorded_at set default clock_timestamp()
-- ;;
create index event_by_company on event (company_id, recorded_at)
-- ;;
-- Documents in which a company is a party without owning them, the last changed first.
create index document_party_foreign on document_party (company_id, updated_at desc) where company_id <> owner_id
-- ;;
-- Tells the web processes at the commit: ids alone, and the companies whose pages may be interested.
create function event_live() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pg_notify('live', new.document_id || ':' || new.no || ':' || coalesce(
        (select string_agg(distinct company_id::text, ',') from document_party where document_id = new.document_id), ''));
    return null;
end $$
-- ;;
-- A new draft interests nobody but its author.
create trigger event_live after insert on event for each row when (new.kind <> 'created') execute function event_live()
