-- Who asks stands in two settings of the transaction, set by sw_begin() and nowhere else.
create function sw_company() returns bigint language sql stable parallel safe as
$$ select nullif(current_setting('sw.company', true), '')::bigint $$
-- ;;
create function sw_account() returns bigint language sql stable parallel safe as
$$ select nullif(current_setting('sw.account', true), '')::bigint $$
-- ;;
-- Business time: real time plus a shift, or a frozen moment (training and tests move it).
create table clock (
    only_row boolean primary key default true check (only_row),
    shift interval not null default '0',
    frozen timestamptz
)
-- ;;
insert into clock default values
-- ;;
create function sw_begin(company bigint, account bigint) returns timestamptz language plpgsql as $$
begin
    perform set_config('sw.company', coalesce(company::text, ''), true),
            set_config('sw.account', coalesce(account::text, ''), true);
    return (select coalesce(frozen, clock_timestamp()) + shift from clock);
end $$
-- ;;
-- ---------------------------------------------------------------- people
create table company (
    id bigint generated always as identity primary key,
    customs_code text not null unique check (customs_code ~ '^[0-9]{4}[0-9A-Z]{6}$'),
    scc text not null,
    ciq_code text not null default '',
    name text not null,
    created_at timestamptz not null default now()
)
-- ;;
create table account (
    id bigint generated always as identity primary key,
    company_id bigint not null references company,
    username text not null unique,
    password_hash text not null,
    display_name text not null,
    role text not null check (role in ('administrator', 'operator')),
    active boolean not null default true,
    created_at timestamptz not null default now(),
    unique (id, company_id)
)
-- ;;
create index account_by_company on account (company_id)
-- ;;
-- A card belongs to a company; it is bound to at most one account, and an account to at most one card.
create table card (
    card_no text primary key,
    company_id bigint not null references company,
    kind text not null check (kind in ('法人卡', '操作员卡')),
    holder text not null,
    account_id bigint unique,
    bound_at timestamptz,
    foreign key (account_id, company_id) references account (id, company_id)
)
-- ;;
create index card_by_company on card (company_id)
-- ;;
create table session (
    token_hash bytea primary key,
    account_id bigint not null,
    company_id bigint not null references company,
    level text not null check (level in ('password', 'card')),
    csrf text not null,
    created_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    foreign key (account_id, company_id) references account (id, company_id)
)
-- ;;
create index session_by_account on session (account_id)
-- ;;
create index session_by_expiry on session (expires_at)
-- ;;
-- A captcha or a card challenge: one secret, used once, for a few minutes.
create table challenge (
    id text primary key,
    kind text not null check (kind in ('captcha', 'card')),
    secret text not null,
    address text not null,
    expires_at timestamptz not null
)
-- ;;
create index challenge_by_expiry on challenge (expires_at)
-- ;;
create index challenge_by_address on challenge (address)
-- ;;
-- Every try to log in, kept for the limiter and for the user's own log; `succeeded` is null while it is checked.
create table login_attempt (
    id bigint generated always as identity primary key,
    username text not null,
    address text not null,
    level text not null,
    succeeded boolean,
    at timestamptz not null default now()
)
-- ;;
create index login_attempt_by_user on login_attempt (username, at)
-- ;;
create index login_attempt_by_address on login_attempt (address, at)
-- ;;
-- ---------------------------------------------------------------- code tables and registers
create table code_entry (
    table_name text not null,
    code text not null,
    name text not null,
    initials text not null,
    position integer not null,
    shipped boolean not null default true,  -- as this program brings it; an imported entry is never put back
    valid_from date,
    valid_to date,
    extra jsonb not null default '{}',
    primary key (table_name, code)
)
-- ;;
create index code_entry_in_order on code_entry (table_name, position)
-- ;;
-- What customs publish, read-only here: a higher seq of the same (kind, key) replaces a lower one.
create table register_entry (
    kind text not null,
    key text not null,
    seq bigint not null,
    data jsonb,
    valid_from timestamptz,
    valid_to timestamptz,
    received_at timestamptz not null default now(),
    primary key (kind, key)
)
-- ;;
-- ---------------------------------------------------------------- documents
create sequence document_number
-- ;;
create table document (
    id bigint generated always as identity primary key,
    type text not null,
    number text not null unique,
    company_id bigint not null references company,
    status text not null,
    version integer not null default 1,
    content jsonb not null,
    returned jsonb not null default '{}',
    filed_on date not null,
    created_by bigint not null references account,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    pending_submission bigint,
    in_force_submission bigint,
    last_submission integer not null default 0,
    hidden boolean not null default false,
    unique (id, company_id)
)
-- ;;
create index document_by_company on document (company_id, type, updated_at desc)
-- ;;
-- Who may see a document, and as what. The owner alone names parties: the pair of keys proves that he owns it.
create table document_party (
    document_id bigint not null,
    owner_id bigint not null,
    company_id bigint not null references company,
    role text not null,
    type text not null,
    status text not null,
    updated_at timestamptz not null,
    primary key (document_id, company_id, role),
    foreign key (document_id, owner_id) references document (id, company_id) on delete cascade
)
-- ;;
create index document_party_by_company on document_party (company_id, type, updated_at desc)
-- ;;
-- Every party sees the new status, whoever's transaction made it.
create function document_party_follows() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    update document_party set status = new.status, updated_at = new.updated_at where document_id = new.id;
    return null;
end $$
-- ;;
create trigger document_party_follows after update of status, updated_at on document
for each row execute function document_party_follows()
-- ;;
create table attachment (
    id bigint generated always as identity primary key,
    document_id bigint not null,
    company_id bigint not null,
    category text not null,
    name text not null,
    size integer not null,
    pages integer not null,
    sha256 text not null,
    content bytea not null,
    statement bytea not null,
    signature bytea not null,
    certificate bytea not null,
    uploaded_by bigint not null references account,
    uploaded_at timestamptz not null,
    superseded boolean not null default false,
    foreign key (document_id, company_id) references document (id, company_id) on delete cascade
)
-- ;;
create unique index attachment_one_per_category on attachment (document_id, category) where not superseded
-- ;;
create table submission (
    id bigint generated always as identity primary key,
    document_id bigint not null,
    company_id bigint not null,
    sequence integer not null,
    action text not null,
    version integer not null,
    start_status text not null,
    content bytea not null,
    statement bytea not null,
    signature bytea not null,
    certificate bytea not null,
    card_no text not null,
    account_id bigint not null references account,
    request_id text not null,
    submitted_at timestamptz not null,
    attachments bigint[] not null default '{}',
    frozen jsonb not null default '{}',
    superseded boolean not null default false,
    unique (document_id, sequence),
    foreign key (document_id, company_id) references document (id, company_id) on delete cascade
)
-- ;;
-- seq 0 is the portal's own word (sent / sending failed); customs' receipts count from 1.
create table receipt (
    id bigint generated always as identity primary key,
    submission_id bigint not null references submission on delete cascade,
    document_id bigint not null references document on delete cascade,
    seq integer not null,
    code text not null,
    text text not null,
    data jsonb not null default '{}',
    at timestamptz not null,
    received_at timestamptz not null default now(),
    jws text,
    unique (submission_id, seq)
)
-- ;;
create index receipt_by_document on receipt (document_id)
-- ;;
-- History: numbered per document, each entry's hash covers the one before it. Both are the trigger's work.
create table event (
    document_id bigint not null,
    no integer not null,
    company_id bigint not null,
    at timestamptz not null,
    kind text not null,
    who text not null,
    data jsonb not null default '{}',
    previous bytea not null,
    hash bytea not null,
    primary key (document_id, no),
    foreign key (document_id, company_id) references document (id, company_id) on delete cascade
)
-- ;;
create function event_chain() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    last record;
begin
    select e.no, e.hash into last from event e where e.document_id = new.document_id order by e.no desc limit 1;
    new.no := coalesce(last.no, 0) + 1;
    new.previous := coalesce(last.hash, ''::bytea);
    new.hash := sha256(new.previous || convert_to(
        jsonb_build_array(new.document_id, new.no, extract(epoch from new.at), new.kind, new.who, new.data)::text, 'UTF8'));
    return new;
end $$
-- ;;
create trigger event_chain before insert on event for each row execute function event_chain()
-- ;;
create table claim (
    kind text not null,
    key text not null,
    document_id bigint not null references document on delete cascade,
    company_id bigint not null,
    primary key (kind, key)
)
-- ;;
create index claim_by_document on claim (document_id)
-- ;;
-- What `prepare` pinned: signed or uploaded within five minutes, once.
create table prepared (
    token text primary key,
    company_id bigint not null references company,
    account_id bigint not null references account,
    document_id bigint not null references document on delete cascade,
    purpose text not null,
    version integer not null,
    statement bytea not null,
    content bytea not null,
    facts jsonb not null default '{}',
    expires_at timestamptz not null,
    used_at timestamptz
)
-- ;;
create index prepared_by_expiry on prepared (expires_at)
-- ;;
create table idempotency (
    account_id bigint not null references account,
    key text not null,
    company_id bigint not null references company,
    type text not null,
    request text not null,  -- digest of what was asked
    number text not null,
    created_at timestamptz not null default now(),
    primary key (account_id, key)
)
-- ;;
-- ---------------------------------------------------------------- exchange
create table outbox (
    id bigint generated always as identity primary key,
    document_id bigint not null references document on delete cascade,
    submission_id bigint not null unique references submission on delete cascade,
    message_id text not null unique,
    state text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
    attempts integer not null default 0,
    next_at timestamptz not null default now(),
    last_error text not null default '',
    sent_at timestamptz
)
-- ;;
create index outbox_queue on outbox (id) where state = 'queued'
-- ;;
create index outbox_queue_of_document on outbox (document_id, id) where state = 'queued'
-- ;;
create table inbox (
    id bigint generated always as identity primary key,
    message_id text not null unique,
    kind text not null,
    body text not null,
    state text not null default 'received' check (state in ('received', 'applied', 'unreadable')),
    problem text not null default '',
    received_at timestamptz not null default now()
)
-- ;;
create index inbox_queue on inbox (id) where state = 'received'
-- ;;
create index inbox_problems on inbox (id) where state = 'unreadable'
-- ;;
-- ---------------------------------------------------------------- log-in looks up before anyone is known
create function sw_login(wanted text)
returns table (account_id bigint, company_id bigint, password_hash text, active boolean)
language sql stable security definer set search_path = public, pg_temp as
$$ select id, company_id, password_hash, active from account where username = wanted $$
-- ;;
create function sw_card(wanted text)
returns table (account_id bigint, company_id bigint, username text, active boolean, customs_code text)
language sql stable security definer set search_path = public, pg_temp as
$$ select a.id, a.company_id, a.username, a.active, c.customs_code from card k
   join account a on a.id = k.account_id join company c on c.id = k.company_id where k.card_no = wanted $$
-- ;;
create function sw_session(hash bytea)
returns table (account_id bigint, company_id bigint, level text, csrf text, username text, display_name text,
               role text, customs_code text, scc text, company_name text, card_no text, card_kind text, seen_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as
$$ select s.account_id, s.company_id, s.level, s.csrf, a.username, a.display_name, a.role, c.customs_code, c.scc, c.name, k.card_no, k.kind, s.seen_at
   from session s join account a on a.id = s.account_id join company c on c.id = s.company_id
   left join card k on k.account_id = a.id
   where s.token_hash = hash and s.expires_at > now() and a.active $$
-- ;;
-- Whether someone else holds a claim, without saying who.
create function sw_claimed(wanted_kind text, wanted_key text, but_not bigint) returns boolean
language sql stable security definer set search_path = public, pg_temp as
$$ select exists (select from claim where kind = wanted_kind and key = wanted_key and document_id is distinct from but_not) $$
-- ;;
-- How many messages wait, for the figures of /metrics; the web role sees the numbers and nothing else.
create function sw_waiting() returns table (outbox bigint, inbox bigint, person bigint)
language sql stable security definer set search_path = public, pg_temp as
$$ select (select count(*) from (select from outbox where state = 'queued' limit 10000) as o),
          (select count(*) from (select from inbox where state = 'received' limit 10000) as i),
          (select count(*) from (select from inbox where state = 'unreadable' limit 10000) as u) $$
-- ;;
-- ---------------------------------------------------------------- who may do what
grant usage on schema public to sw_web, sw_worker
-- ;;
grant select on clock, code_entry, register_entry to sw_web, sw_worker
-- ;;
grant select on company, account, card, receipt to sw_web
-- ;;
grant select, insert on document_party, event, submission to sw_web
-- ;;
grant select, insert, update, delete on session, challenge, document, attachment, claim, prepared, idempotency to sw_web
-- ;;
grant update (superseded) on submission to sw_web
-- ;;
grant select, insert, update (succeeded) on login_attempt to sw_web
-- ;;
grant insert on outbox, inbox to sw_web
-- ;;
grant select (message_id) on inbox to sw_web
-- ;;
grant usage on sequence document_number to sw_web
-- ;;
grant select, insert, update on register_entry, outbox, inbox, claim to sw_worker
-- ;;
grant select, update on document to sw_worker
-- ;;
-- History and receipts are only ever added to.
grant select, insert on receipt, event to sw_worker
-- ;;
grant select on company, account, attachment, submission, document_party to sw_worker
-- ;;
grant delete on claim, challenge, session, prepared, idempotency, inbox, login_attempt to sw_worker
-- ;;
grant select on challenge, session, prepared, idempotency, login_attempt to sw_worker
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['company', 'account', 'card', 'session', 'document', 'document_party', 'attachment', 'submission',
                             'receipt', 'event', 'claim', 'prepared', 'idempotency'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy worker on %I for all to sw_worker using (true) with check (true)', t);
    end loop;
    foreach t in array array['account', 'card', 'session', 'claim', 'prepared', 'idempotency'] loop
        execute format('create policy own on %I for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())', t);
    end loop;
end $$
-- ;;
create policy own on company for all to sw_web using (id = sw_company()) with check (id = sw_company())
-- ;;
create policy seen on document_party for select to sw_web using (company_id = sw_company())
-- ;;
create policy named on document_party for insert to sw_web with check (owner_id = sw_company())
-- ;;
create policy seen on document for select to sw_web
    using (company_id = sw_company()
           or exists (select from document_party p where p.document_id = id and p.company_id = sw_company()))
-- ;;
create policy made on document for insert to sw_web with check (company_id = sw_company())
-- ;;
create policy changed on document for update to sw_web using (company_id = sw_company()) with check (company_id = sw_company())
-- ;;
-- What was never sent may go for good; what was sent is only hidden, its signed versions and receipts stay.
create policy dropped on document for delete to sw_web using (company_id = sw_company() and last_submission = 0)
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['attachment', 'submission', 'receipt', 'event'] loop
        execute format('create policy seen on %I for select to sw_web using (exists (select from document d where d.id = document_id))', t);
    end loop;
    foreach t in array array['attachment', 'submission', 'event'] loop
        execute format('create policy made on %I for insert to sw_web with check (company_id = sw_company())', t);
    end loop;
    foreach t in array array['attachment', 'submission'] loop
        execute format('create policy changed on %I for update to sw_web using (company_id = sw_company()) with check (company_id = sw_company())', t);
        execute format('create policy dropped on %I for delete to sw_web using (company_id = sw_company())', t);
    end loop;
end $$
