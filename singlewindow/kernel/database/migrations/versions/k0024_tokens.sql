-- A token stands for one account of its company where no browser is; what of it is kept is its SHA-256.
-- Like sessions, tokens run on real time.
create table api_token (
    id bigint generated always as identity primary key,
    company_id bigint not null references company,
    account_id bigint not null,
    name text not null,
    hash bytea not null unique,
    shown text not null,  -- its first characters, by which people tell tokens apart
    access text not null check (access in ('read', 'draft', 'submit')),
    chapters text[],  -- null: all
    valid_until timestamptz not null,
    created_at timestamptz not null default now(),
    created_by text not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text not null default '',
    foreign key (account_id, company_id) references account (id, company_id),
    unique (id, company_id)
)
-- ;;
create index api_token_by_company on api_token (company_id, id desc)
-- ;;
create index api_token_ending on api_token (company_id, valid_until) where revoked_at is null
-- ;;
-- It is written before the work that was asked for, and says afterwards whether that was refused.
create table api_token_use (
    id bigint generated always as identity primary key,
    company_id bigint not null,
    token_id bigint not null,
    at timestamptz not null default clock_timestamp(),
    method text not null,
    route text not null,  -- the route's pattern, not the address
    request_id text not null,
    address text not null,
    refused text not null default '',
    foreign key (token_id, company_id) references api_token (id, company_id)
)
-- ;;
create index api_token_use_by_token on api_token_use (token_id, id desc)
-- ;;
create index api_token_use_by_time on api_token_use (at)
-- ;;
-- Whoever it is: as sw_session, also for tokens that are good no more (`over` says why; '': it is good).
create function sw_token(wanted bytea)
returns table (token_id bigint, account_id bigint, company_id bigint, username text, display_name text, role text,
               customs_code text, scc text, company_name text, card_no text, card_kind text,
               name text, access text, chapters text[], valid_until timestamptz, over text)
language sql stable security definer set search_path = public, pg_temp as
$$ select t.id, t.account_id, t.company_id, a.username, a.display_name, a.role,
          c.customs_code, c.scc, c.name, k.card_no, k.kind, t.name, t.access, t.chapters, t.valid_until,
          case when t.revoked_at is not null then 'revoked' when t.valid_until <= now() then 'expired'
               when not (a.active and c.active) then 'closed' else '' end
   from api_token t join account a on a.id = t.account_id join company c on c.id = t.company_id
   left join card k on k.account_id = a.id
   where t.hash = wanted $$
-- ;;
-- The same, with a line in the log of its uses; the last use is noted at most once a minute. The line is gone when
-- the machine fails within the next moments, but never lost with the work's own transaction.
create function sw_token_used(wanted bytea, asked_method text, asked_route text, asked_id text, asked_from text)
returns table (use_id bigint, token_id bigint, account_id bigint, company_id bigint, username text, display_name text,
               role text, customs_code text, scc text, company_name text, card_no text, card_kind text,
               name text, access text, chapters text[], valid_until timestamptz, over text)
language sql volatile security definer set search_path = public, pg_temp as
$$ with found as (select * from sw_token(wanted)),
        touched as (update api_token t set last_used_at = now() from found f
                    where t.id = f.token_id and f.over = ''
                      and (t.last_used_at is null or t.last_used_at < now() - interval '1 minute')),
        used as (insert into api_token_use (company_id, token_id, method, route, request_id, address)
                 select f.company_id, f.token_id, asked_method, asked_route, asked_id, asked_from from found f
                 returning id)
   select used.id, found.* from found, used $$
-- ;;
create function sw_token_refused(wanted_use bigint, why text) returns void
language sql volatile security definer set search_path = public, pg_temp as
$$ update api_token_use set refused = why where id = wanted_use and refused = '' $$
-- ;;
grant select (id, company_id, account_id, name, shown, access, chapters, valid_until, created_at, created_by,
              last_used_at, revoked_at, revoked_by) on api_token to sw_web
-- ;;
grant insert (company_id, account_id, name, hash, shown, access, chapters, valid_until, created_by)
    on api_token to sw_web
-- ;;
grant update (revoked_at, revoked_by) on api_token to sw_web
-- ;;
grant select on api_token_use to sw_web
-- ;;
grant select, delete on api_token_use to sw_worker
-- ;;
do $$
declare
    t text;
begin
    foreach t in array array['api_token', 'api_token_use'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy worker on %I for all to sw_worker using (true) with check (true)', t);
        execute format('create policy own on %I for all to sw_web using (company_id = sw_company()) with check (company_id = sw_company())', t);
    end loop;
end $$
-- ;;
revoke execute on function sw_token_used(bytea, text, text, text, text), sw_token_refused(bigint, text) from public
-- ;;
grant execute on function sw_token_used(bytea, text, text, text, text), sw_token_refused(bigint, text) to sw_web
