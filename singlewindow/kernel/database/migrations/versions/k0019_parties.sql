-- The owner's row names his company; another party's the customs code that the document gives, so that a company which
-- registers later finds it there. `shown`: what the document holds is what was submitted, no working version of it.
alter table document_party
    drop constraint document_party_pkey,
    alter company_id drop not null,
    add code text,
    add shown boolean not null default true
-- ;;
update document_party p set code = c.customs_code, company_id = null
from company c where c.id = p.company_id and p.company_id <> p.owner_id
-- ;;
alter table document_party
    add primary key (document_id, role),
    add constraint document_party_names_one check ((code is null) = (company_id is not null and company_id = owner_id))
-- ;;
drop index document_party_foreign
-- ;;
create index document_party_by_code on document_party (code, updated_at desc) where code is not null
-- ;;
comment on column document_party.status is 'of other parties'' rows as the document has it; of the owner''s as it was at first'
-- ;;
comment on column document_party.updated_at is 'of other parties'' rows as the document has it; of the owner''s as it was at first'
-- ;;
create or replace function document_party_follows() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update document_party set status = new.status, updated_at = new.updated_at
    where document_id = new.id and code is not null;
    return null;
end $$
-- ;;
-- One notification for the entries of one statement, as many as it can hold (8,000 bytes): document:no:companies, with ;
-- between. Of other parties those are told who see the document.
create or replace function event_live() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    perform pg_notify('live', string_agg(told, ';'))
    from (select told, sum(length(told) + 1) over (order by document_id, no) / 6000 as part
          from (select e.document_id, e.no, e.document_id || ':' || e.no || ':' || coalesce(
                           (select string_agg(distinct coalesce(
                                p.company_id, (select c.id from company c where c.customs_code = p.code))::text, ',')
                            from document_party p where p.document_id = e.document_id and p.shown), '') as told
                from entered e where e.kind <> 'created') as entries) as parts
    group by part;
    return null;
end $$
-- ;;
-- ---------------------------------------------------------------- who may do what
drop policy seen on document_party
-- ;;
create policy seen on document_party for select to sw_web
    using (owner_id = sw_company() or (shown and code = (select sw_customs_code())))
-- ;;
create policy changed on document_party for update to sw_web
    using (owner_id = sw_company()) with check (owner_id = sw_company())
-- ;;
grant update (code, shown) on document_party to sw_web, sw_worker
-- ;;
drop policy seen on document
-- ;;
create policy seen on document for select to sw_web
    using (company_id = sw_company()
           or (not hidden and exists (select from document_party p where p.document_id = id and p.shown
                                                                     and p.code = (select sw_customs_code()))))
-- ;;
-- Of the history a party sees what was submitted and answered, not how it was drawn up.
drop policy seen on event
-- ;;
create policy seen on event for select to sw_web
    using (company_id = sw_company()
           or (kind in ('submitted', 'receipt') and exists (select from document d where d.id = document_id)))
