alter table document add column drafted text not null default '' -- the action on whose form the amendment was saved
-- ;;
-- Documents for which an amendment cannot be begun: few, and asked for with every page of those for which it can.
create index document_busy on document (id) where amending <> '' or ended_by <> '' or drafted <> ''
-- ;;
-- Every amendment of a document that has a form of its own, from its first 暂存 on: number, what it asks, what became of it.
create table amendment (
    id bigint generated always as identity primary key,
    document_id bigint not null references document on delete cascade,
    company_id bigint not null references company,
    type text not null,
    place int not null,                      -- 1 is the document's first
    number text not null,                    -- <document number>-<place, two digits>
    document_number text not null,
    action text not null,
    status text not null check (status in ('draft', 'declared', 'agreed', 'refused', 'failed')),
    asked jsonb not null default '{}',       -- what was typed for it alone: reason, contact
    before jsonb,                            -- the content in force as it was declared
    submission_id bigint unique references submission,
    asked_at timestamptz not null,           -- last 暂存, then 申报; business time, as the next
    settled_at timestamptz,                  -- customs' answer, or when sending failed
    dropped boolean not null default false,  -- deleted, or its document is hidden: the number is not given again
    unique (document_id, place)
)
-- ;;
create unique index amendment_draft on amendment (document_id) where status = 'draft' and not dropped
-- ;;
create index amendment_found on amendment (company_id, type, action, asked_at desc, id desc) where not dropped
-- ;;
create index amendment_number on amendment (company_id, number)
-- ;;
create index amendment_document on amendment (company_id, document_number)
-- ;;
alter table amendment enable row level security
-- ;;
create policy own on amendment for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())
-- ;;
create policy worker on amendment for all to sw_worker using (true) with check (true)
-- ;;
grant select, insert, update on amendment to sw_web, sw_worker
