-- An application for layout files or data: what was signed, by whom, and the work that follows. Kept for ever (PORT-08).
create sequence declarations_serial
-- ;;
create table declarations_application (
    id bigint generated always as identity primary key,
    company_id bigint not null references company,
    account_id bigint not null,
    number text not null unique,                -- 自助打印申请编号, 结关后报关单数据导出申请编号
    kind text not null check (kind in ('print', 'export')),
    sealed boolean not null,
    applied_at timestamptz not null,
    applied_by text not null,
    total integer not null,
    refused jsonb not null,                     -- the declarations that were not accepted, and why
    token text not null unique,                 -- of what was signed: the same request again is answered alike
    key text,                                   -- the request's idempotency key
    request_id text not null,
    card_no text not null,
    statement bytea not null,
    content bytea not null,
    signature bytea not null,
    certificate bytea not null,
    job_id bigint,                              -- swept some time after it has ended
    expires_at timestamptz,                     -- of all that is made of it: a month after the first of it was made
    data_file_id bigint,                        -- the workbook of an export that is done
    unique (id, company_id),
    foreign key (account_id, company_id) references account (id, company_id),
    foreign key (job_id) references job on delete set null,
    foreign key (data_file_id) references file on delete set null
)
-- ;;
create unique index declarations_application_by_key on declarations_application (account_id, key)
-- ;;
create index declarations_application_by_job on declarations_application (job_id)
-- ;;
create index declarations_application_by_file on declarations_application (data_file_id)
-- ;;
-- One accepted declaration of an application, and what became of it. `file_id` is the layout file, or the data as they
-- were at that moment; the sweeper takes it when the month is over, the row stays (PRNT-08).
create table declarations_result (
    id bigint generated always as identity primary key,
    application_id bigint not null,
    company_id bigint not null,
    no integer not null,
    declaration text not null,
    kind text not null,
    applied_at timestamptz not null,
    state text not null,
    why text not null default '',
    made_at timestamptz,
    expires_at timestamptz,
    file_id bigint,
    unique (application_id, no),
    unique (id, company_id),
    foreign key (application_id, company_id) references declarations_application (id, company_id),
    foreign key (file_id) references file on delete set null
)
-- ;;
create index declarations_result_by_time on declarations_result (company_id, kind, applied_at)
-- ;;
create index declarations_result_by_declaration on declarations_result (company_id, declaration)
-- ;;
create index declarations_result_by_file on declarations_result (file_id)
-- ;;
-- 操作记录: added to, never changed.
create table declarations_operation (
    id bigint generated always as identity primary key,
    result_id bigint not null,
    company_id bigint not null,
    at timestamptz not null,
    what text not null check (what in ('export', 'print', 'archive')),
    who text not null,
    username text not null,
    address text not null,
    foreign key (result_id, company_id) references declarations_result (id, company_id)
)
-- ;;
create index declarations_operation_by_result on declarations_operation (result_id, id)
-- ;;
grant usage on sequence declarations_serial to sw_web
-- ;;
grant select, insert, update (expires_at, data_file_id) on declarations_application to sw_web
-- ;;
grant select, insert, update (state, why, made_at, expires_at, file_id) on declarations_result to sw_web
-- ;;
grant select, insert on declarations_operation to sw_web
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['declarations_application', 'declarations_result', 'declarations_operation'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy own on %I for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())', t);
    end loop;
end $$
