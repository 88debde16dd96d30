-- The business clock: tests and training move or freeze it; sessions and back-off stay on real time.
create table clock (
    single boolean primary key default true check (single),
    frozen timestamptz,
    shift interval not null default '0'
)
-- ;;
insert into clock default values
-- ;;
create function business_now() returns timestamptz language sql volatile as
$$ select coalesce(frozen, clock_timestamp()) + shift from clock $$
-- ;;
create table officer (
    id bigint generated always as identity primary key,
    username text not null unique,
    name text not null,
    password_hash text not null
)
-- ;;
create table session (
    token_hash bytea primary key,
    officer_id bigint not null references officer,
    csrf text not null,
    expires_at timestamptz not null
)
-- ;;
create table login_failure (
    username text not null,
    at timestamptz not null default clock_timestamp()
)
-- ;;
create index on login_failure (username, at)
-- ;;
-- 自动审核: one row, written at the first start from the settings.
create table mode (
    single boolean primary key default true check (single),
    automatic boolean not null,
    delay_seconds double precision not null check (delay_seconds between 0 and 86400),
    refuse_share double precision not null check (refuse_share between 0 and 1)
)
-- ;;
-- Every envelope exactly as it came, under the sender's unique id.
create table incoming (
    id bigint generated always as identity primary key,
    message_id text not null unique,
    kind text not null,
    sender text not null,
    body text not null,
    received_at timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'understood', 'doubled', 'unreadable')),
    problem text not null default ''
)
-- ;;
create index on incoming (id) where state = 'waiting'
-- ;;
create index on incoming (id) where state = 'unreadable'
-- ;;
create table attachment (
    sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
    content bytea not null,
    received_at timestamptz not null
)
-- ;;
create table submission (
    id bigint generated always as identity primary key,
    incoming_id bigint not null references incoming,
    type text not null,
    title text not null,
    number text not null,
    sequence integer not null,
    action_title text not null,
    district text not null,
    company text not null,
    company_name text not null,
    received json not null,              -- the Submission as it was decrypted; json keeps the order of labels
    statement_sha256 text not null,
    card_no text,                        -- null: the signature did not hold
    holder text,
    state text not null check (state in ('received', 'approved', 'refused', 'rejected')),
    request_id text not null,
    received_at timestamptz not null,
    due_at timestamptz,                  -- when the automatic mode decides
    last_seq integer not null default 0, -- of the receipts; counted under this row's lock
    customs_no text unique,
    decided_at timestamptz,
    decided_by text,
    unique (type, number, sequence)
)
-- ;;
create unique index submission_statement_once on submission (statement_sha256) where state <> 'rejected'
-- ;;
create index on submission (state, received_at desc)
-- ;;
create index on submission (received_at desc)
-- ;;
create index on submission (number text_pattern_ops)
-- ;;
create index on submission (due_at) where state = 'received' and due_at is not null
-- ;;
create table outgoing (
    id bigint generated always as identity primary key,
    message_id text not null unique,
    kind text not null check (kind in ('receipt', 'notice')),
    topic text not null,                 -- messages of one topic are delivered in the order of their ids
    payload json not null,
    body text,                           -- the JWS, once signed: every delivery carries the same bytes
    state text not null default 'queued' check (state in ('queued', 'sent', 'refused')),
    attempts integer not null default 0,
    next_at timestamptz not null default clock_timestamp(),
    problem text not null default '',
    sent_at timestamptz
)
-- ;;
create index on outgoing (id) where state = 'queued'
-- ;;
create index on outgoing (topic, id) where state = 'queued'
-- ;;
create index on outgoing (id) where state = 'refused'
-- ;;
create table receipt (
    submission_id bigint not null references submission,
    seq integer not null check (seq >= 1),
    code text not null,
    text text not null,
    data jsonb not null,
    at timestamptz not null,
    message_id text not null references outgoing (message_id),
    primary key (submission_id, seq)
)
-- ;;
-- Registers: declarations, companies, pilot districts …; every change publishes a notice with the next seq.
create table entry (
    kind text not null,
    key text not null,
    seq integer not null default 1,
    data jsonb,
    valid_from timestamptz,
    valid_to timestamptz,
    primary key (kind, key)
)
-- ;;
create index on entry (kind, key text_pattern_ops)
-- ;;
-- 海关审核编号: the last serial of a customs district on a day.
create table serial (
    district text not null,
    day date not null,
    last integer not null check (last <= 999999),
    primary key (district, day)
)
