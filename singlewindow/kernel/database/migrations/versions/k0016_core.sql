-- What a card signs need be no document: an act of a chapter's own.
alter table prepared alter document_id drop not null
-- ;;
-- A file for the whole company, until a moment of the business clock.
alter table file add company_wide boolean not null default false, add until timestamptz, alter expires_at drop not null,
    add constraint file_ends check ((expires_at is null) <> (until is null) and company_wide = (until is not null))
-- ;;
create index file_by_until on file (until) where until is not null
-- ;;
-- What an account holds is counted without those.
drop index file_by_account
-- ;;
create index file_by_account on file (company_id, account_id) where not company_wide
