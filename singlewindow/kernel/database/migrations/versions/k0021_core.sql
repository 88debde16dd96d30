alter table document
    add column follow_up jsonb not null default '{}', -- what was typed for follow-ups and is not in force, by name
    add column done text[] not null default '{}'      -- follow-ups that can be done once and were accepted
-- ;;
-- Claims that hinder nobody by themselves: many documents may hold one key, and chapters ask whether any other does.
create table shared_claim (
    kind text not null,
    key text not null,
    document_id bigint not null references document on delete cascade,
    company_id bigint not null,
    primary key (kind, key, document_id)
)
-- ;;
create index shared_claim_by_document on shared_claim (document_id)
-- ;;
alter table shared_claim enable row level security
-- ;;
create policy own on shared_claim for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())
-- ;;
create policy worker on shared_claim for all to sw_worker using (true) with check (true)
-- ;;
grant select, insert, delete on shared_claim to sw_web, sw_worker
-- ;;
create or replace function sw_claimed(wanted_kind text, wanted_key text, but_not bigint) returns boolean
language sql stable security definer set search_path = public, pg_temp as
$$ select exists (select from claim where kind = wanted_kind and key = wanted_key and document_id is distinct from but_not)
       or exists (select from shared_claim
                  where kind = wanted_kind and key = wanted_key and document_id is distinct from but_not) $$
-- ;;
-- Of the files a party reads those that were submitted: a follow-up's are uploaded while the document is in force.
drop policy seen on attachment
-- ;;
create policy seen on attachment for select to sw_web
    using (company_id = sw_company()
           or (exists (select from document d where d.id = document_id)
               and exists (select from submission s where s.document_id = attachment.document_id
                                                      and attachment.id = any(s.attachments))))
