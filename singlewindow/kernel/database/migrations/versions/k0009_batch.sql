-- A file that a company handed in or that a job made: read by its owner until it expires, then swept.
create table file (
    id bigint generated always as identity primary key,
    company_id bigint not null references company,
    account_id bigint not null,
    name text not null,
    media_type text not null,
    size integer not null,
    sha256 text not null,
    content bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    foreign key (account_id, company_id) references account (id, company_id),
    unique (id, company_id)
)
-- ;;
alter table file alter content set storage external  -- what comes is compressed already
-- ;;
create index file_by_expiry on file (expires_at)
-- ;;
-- Long work of one account. `lease` names the step under way: only who holds it may write what the step did.
create table job (
    id bigint generated always as identity primary key,
    company_id bigint not null references company,
    account_id bigint not null,
    kind text not null,
    about text not null default '',            -- a document type
    asked jsonb not null default '{}',
    facts jsonb not null default '{}',         -- what its beginning leaves for its steps
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'stopped', 'failed')),
    total integer,                             -- null until the items are known
    done integer not null default 0,
    failed integer not null default 0,
    message text not null default '',          -- why it failed, for the screen
    stop_asked boolean not null default false,
    source_id bigint,
    source_sha256 text not null default '',
    result_id bigint,
    key text,                                  -- the request's idempotency key
    lease text not null default '',
    leased_until timestamptz not null default clock_timestamp(),
    attempts integer not null default 0,       -- of the step under way
    created_at timestamptz not null default clock_timestamp(),
    stepped_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    foreign key (account_id, company_id) references account (id, company_id),
    foreign key (source_id) references file on delete set null,
    foreign key (result_id) references file on delete set null,
    unique (id, company_id),
    unique (account_id, key)
)
-- ;;
create index job_by_account on job (company_id, account_id, id desc)
-- ;;
create index job_by_source on job (company_id, source_sha256)
-- ;;
create index job_queue on job (stepped_at) where state in ('queued', 'running')
-- ;;
create index job_by_age on job (created_at)
-- ;;
-- One piece of a job: what is to be done, then what became of it.
create table job_item (
    job_id bigint not null,
    no integer not null,
    company_id bigint not null,
    state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
    data jsonb not null,
    primary key (job_id, no),
    foreign key (job_id, company_id) references job (id, company_id) on delete cascade
)
-- ;;
create index job_item_waiting on job_item (job_id, no) where state = 'waiting'
-- ;;
create index job_item_failed on job_item (job_id, no) where state = 'failed'
-- ;;
-- A form that is filled in again and again, by name: the company's, without number and status.
create table form_template (
    id bigint generated always as identity primary key,
    company_id bigint not null references company,
    type text not null,
    name text not null,
    content jsonb not null,
    who text not null,
    updated_at timestamptz not null default clock_timestamp(),
    unique (company_id, type, name)
)
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['file', 'job', 'job_item', 'form_template'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy own on %I for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())', t);
    end loop;
    foreach t in array array['file', 'job', 'job_item'] loop
        execute format('create policy worker on %I for all to sw_worker using (true) with check (true)', t);
    end loop;
end $$
-- ;;
grant select, insert, update, delete on form_template to sw_web
-- ;;
grant select, insert on file, job to sw_web
-- ;;
grant update (state, total, facts, done, failed, message, stop_asked, result_id, lease, leased_until, attempts, stepped_at, ended_at)
    on job to sw_web
-- ;;
grant select, insert, update (state, data) on job_item to sw_web
-- ;;
grant select, update, delete on job to sw_worker
-- ;;
grant select, delete on job_item, file to sw_worker
-- ;;
create function job_woken() returns trigger language plpgsql as $$
begin
    perform pg_notify('jobs', '');
    return null;
end $$
-- ;;
create trigger job_woken after insert on job for each statement execute function job_woken()
