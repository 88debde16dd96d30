-- Where a company's events are sent. All moments are real time. Secrets are sealed (webhooks/signing.py).
create table webhook (
    id bigint generated always as identity primary key,
    company_id bigint not null references company,
    name text not null,
    url text not null,
    applications text[],  -- of these alone; null: of all
    closed text[] not null default '{}',  -- not of these: the session of who saved it last may not enter them
    active boolean not null default true,
    secret bytea not null,
    old_secret bytea,  -- also signs until old_until
    old_until timestamptz,
    reached bigint not null,  -- up to this number of the feed there are deliveries
    failing integer not null default 0,  -- requests that failed since the last one that did not
    failed_since timestamptz,
    gave_up_at timestamptz,  -- an event was given up, and nobody has looked after it since
    delivered_at timestamptz,  -- of late; to the minute
    created_at timestamptz not null default clock_timestamp(),
    unique (id, company_id)
)
-- ;;
create index webhook_by_company on webhook (company_id, id)
-- ;;
create table webhook_delivery (
    id bigint generated always as identity primary key,
    webhook_id bigint not null,
    company_id bigint not null,
    no bigint,  -- of the feed; null: a test
    document_id bigint,
    event_id text not null,  -- the header webhook-id: the same in every try
    state text not null default 'waiting' check (state in ('waiting', 'delivered', 'given up')),
    tries integer not null default 0,
    lease bigint not null default 0,  -- counts who took it: an answer to an earlier one says nothing any more
    leased_until timestamptz not null default '-infinity',
    next_at timestamptz not null default clock_timestamp(),
    first_at timestamptz,  -- of the tries
    last_at timestamptz,
    fault text not null default '',  -- of the last try
    status integer,
    made_at timestamptz not null default clock_timestamp(),
    foreign key (webhook_id, company_id) references webhook (id, company_id) on delete cascade,
    unique (webhook_id, no)
)
-- ;;
create index webhook_delivery_due on webhook_delivery (webhook_id, next_at, no) where state = 'waiting'
-- ;;
-- What holds back later events of the same document.
create index webhook_delivery_order on webhook_delivery (webhook_id, document_id, no) where state = 'waiting'
-- ;;
create index webhook_delivery_log on webhook_delivery (webhook_id, id desc)
-- ;;
create index webhook_delivery_given_up on webhook_delivery (webhook_id, id desc) where state = 'given up'
-- ;;
alter table webhook enable row level security
-- ;;
alter table webhook_delivery enable row level security
-- ;;
create policy own on webhook for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())
-- ;;
create policy own on webhook_delivery for all to sw_web
    using (company_id = sw_company()) with check (company_id = sw_company())
-- ;;
create policy worker on webhook for all to sw_worker using (true) with check (true)
-- ;;
create policy worker on webhook_delivery for all to sw_worker using (true) with check (true)
-- ;;
grant select, insert, update, delete on webhook to sw_web
-- ;;
grant select, insert on webhook_delivery to sw_web
-- ;;
grant update (next_at, first_at, tries) on webhook_delivery to sw_web
-- ;;
grant select, update on webhook to sw_worker
-- ;;
grant select, insert, update, delete on webhook_delivery to sw_worker
