-- Each of these locked the company's and the account's row for every draft and signature. Who writes such a row is the
-- session's own company and account (row-level security), which are there; below, they stay.
alter table document drop constraint document_company_id_fkey, drop constraint document_created_by_fkey
-- ;;
alter table document_party drop constraint document_party_company_id_fkey
-- ;;
alter table prepared drop constraint prepared_company_id_fkey, drop constraint prepared_account_id_fkey
-- ;;
alter table idempotency drop constraint idempotency_company_id_fkey, drop constraint idempotency_account_id_fkey
-- ;;
alter table submission drop constraint submission_account_id_fkey
-- ;;
create function people_stay() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_table_name = 'company' and exists (select from document_party where company_id = old.id)
       or tg_table_name = 'account' and (exists (select from document where created_by = old.id)
                                         or exists (select from submission where account_id = old.id)) then
        raise foreign_key_violation using message = format('%s %s has documents', tg_table_name, old.id);
    end if;
    delete from prepared where case tg_table_name when 'account' then account_id else company_id end = old.id;
    delete from idempotency where case tg_table_name when 'account' then account_id else company_id end = old.id;
    return old;
end $$
-- ;;
create trigger people_stay before delete on company for each row execute function people_stay()
-- ;;
create trigger people_stay before delete on account for each row execute function people_stay()
-- ;;
-- The submission's own key leads to the document, also when that is deleted.
alter table receipt drop constraint receipt_document_id_fkey
-- ;;
alter table outbox drop constraint outbox_document_id_fkey
-- ;;
-- One notification for the entries of one statement, as many as it can hold (8,000 bytes): document:no:companies, with ;
-- between.
drop trigger event_live on event
-- ;;
drop function event_live()
-- ;;
create function event_live() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform pg_notify('live', string_agg(told, ';'))
    from (select told, sum(length(told) + 1) over (order by document_id, no) / 6000 as part
          from (select e.document_id, e.no, e.document_id || ':' || e.no || ':' || coalesce(
                           (select string_agg(distinct p.company_id::text, ',') from document_party p
                            where p.document_id = e.document_id), '') as told
                from entered e where e.kind <> 'created') as entries) as parts
    group by part;
    return null;
end $$
-- ;;
create trigger event_live after insert on event referencing new table as entered
for each statement execute function event_live()
