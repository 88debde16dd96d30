-- Only other companies' rows are looked for by time (document_party_foreign); the owner's row tells that he is a party.
create or replace function document_party_follows() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update document_party set status = new.status, updated_at = new.updated_at
    where document_id = new.id and company_id <> owner_id;
    return null;
end $$
-- ;;
comment on column document_party.status is 'of other companies'' rows as the document has it; of the owner''s as it was at first'
-- ;;
comment on column document_party.updated_at is 'of other companies'' rows as the document has it; of the owner''s as it was at first'
