-- A system administrator is an account of no company: nothing that belongs to a company fits him.
alter table account
    alter company_id drop not null,
    add must_change boolean not null default false,  -- the password was set by someone else
    add last_login_at timestamptz,
    drop constraint account_role_check,
    add constraint account_role_check check (role in ('administrator', 'operator', 'system')),
    add constraint account_of_no_company check ((role = 'system') = (company_id is null))
-- ;;
alter table company add active boolean not null default true
-- ;;
create index company_by_scc on company (scc)
-- ;;
-- The pair of keys says nothing where the company is null.
alter table session
    alter company_id drop not null,
    add foreign key (account_id) references account
-- ;;
alter table challenge
    drop constraint challenge_kind_check,
    add constraint challenge_kind_check check (kind in ('captcha', 'card', 'register', 'bind'))
-- ;;
-- Who did what to whose account, and when (real time, as log-ins); it is only ever added to.
create table account_event (
    id bigint generated always as identity primary key,
    company_id bigint references company,  -- of the account concerned; null: a system administrator's own
    at timestamptz not null default clock_timestamp(),
    who text not null,
    kind text not null,
    account text not null,  -- user name of the account concerned; '': the company as a whole
    data jsonb not null default '{}'
)
-- ;;
create index account_event_by_company on account_event (company_id, id desc)
-- ;;
-- ---------------------------------------------------------------- who asks
create function sw_system() returns boolean language sql stable security definer set search_path = public, pg_temp as
$$ select exists (select from account where id = sw_account() and role = 'system' and active) $$
-- ;;
drop function sw_login(text)
-- ;;
create function sw_login(wanted text)
returns table (account_id bigint, company_id bigint, password_hash text, active boolean)
language sql stable security definer set search_path = public, pg_temp as
$$ select a.id, a.company_id, a.password_hash, a.active and coalesce(c.active, true)
   from account a left join company c on c.id = a.company_id where a.username = wanted $$
-- ;;
drop function sw_card(text)
-- ;;
create function sw_card(wanted text)
returns table (account_id bigint, company_id bigint, username text, active boolean, customs_code text)
language sql stable security definer set search_path = public, pg_temp as
$$ select a.id, a.company_id, a.username, a.active and c.active, c.customs_code from card k
   join account a on a.id = k.account_id join company c on c.id = k.company_id where k.card_no = wanted $$
-- ;;
drop function sw_session(bytea)
-- ;;
create function sw_session(hash bytea)
returns table (account_id bigint, company_id bigint, level text, csrf text, username text, display_name text,
               role text, must_change boolean, customs_code text, scc text, company_name text, card_no text,
               card_kind text, seen_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as
$$ select s.account_id, s.company_id, s.level, s.csrf, a.username, a.display_name, a.role, a.must_change,
          c.customs_code, c.scc, c.name, k.card_no, k.kind, s.seen_at
   from session s join account a on a.id = s.account_id left join company c on c.id = s.company_id
   left join card k on k.account_id = a.id
   where s.token_hash = hash and s.expires_at > now() and a.active and coalesce(c.active, true) $$
-- ;;
-- ---------------------------------------------------------------- registration: nobody is known yet
create function sw_registered(wanted_company text, wanted_username text)
returns table (company boolean, username boolean)
language sql stable security definer set search_path = public, pg_temp as
$$ select exists (select from company c where c.customs_code = wanted_company),
          exists (select from account a where a.username = wanted_username) $$
-- ;;
-- A company, its first account with all rights over the others, and the card that proved both: all or nothing.
create function sw_register(code text, social_code text, inspection_code text, company_name text,
                            new_username text, hash text, person text, number text, card_kind text, card_holder text)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_company bigint;
    new_account bigint;
begin
    insert into company (customs_code, scc, ciq_code, name)
    values (code, social_code, inspection_code, company_name) returning id into new_company;
    insert into account (company_id, username, password_hash, display_name, role)
    values (new_company, new_username, hash, person, 'administrator') returning id into new_account;
    insert into card (card_no, company_id, kind, holder, account_id, bound_at)
    values (number, new_company, card_kind, card_holder, new_account, now());
    insert into account_event (company_id, who, kind, account, data)
    values (new_company, person || '（' || new_username || '）', 'registered', new_username,
            jsonb_build_object('card', number));
end $$
-- ;;
-- ---------------------------------------------------------------- customs' messages that nobody understood
create function sw_unread(most integer)
returns table (id bigint, message_id text, kind text, problem text, received_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as
$$ select id, message_id, kind, problem, received_at from inbox
   where state = 'unreadable' and (sw_system() or pg_has_role(session_user, 'sw_worker', 'member'))
   order by id limit most $$
-- ;;
create function sw_unread_again(wanted bigint[]) returns setof bigint
language sql volatile security definer set search_path = public, pg_temp as
$$ update inbox set state = 'received', problem = ''
   where id = any(wanted) and state = 'unreadable'
     and (sw_system() or pg_has_role(session_user, 'sw_worker', 'member'))
   returning id $$
-- ;;
-- ---------------------------------------------------------------- who may do what
grant insert (company_id, username, password_hash, display_name, role, must_change) on account to sw_web
-- ;;
grant update (password_hash, role, active, must_change, last_login_at) on account to sw_web
-- ;;
grant insert, update (kind, holder, account_id, bound_at) on card to sw_web
-- ;;
grant update (active) on company to sw_web
-- ;;
grant select, insert on account_event to sw_web
-- ;;
alter table account_event enable row level security
-- ;;
create policy own on account_event for select to sw_web using (company_id = sw_company())
-- ;;
create policy made on account_event for insert to sw_web
    with check (company_id = sw_company() or (select sw_system()))
-- ;;
drop policy own on company
-- ;;
create policy own on company for select to sw_web using (id = sw_company())
-- ;;
-- A system administrator sees companies, accounts, cards and sessions, and no business document.
create policy system on company for all to sw_web using ((select sw_system())) with check ((select sw_system()))
-- ;;
create policy system_sees on account for select to sw_web using ((select sw_system()))
-- ;;
create policy system_changes on account for update to sw_web
    using ((select sw_system())) with check ((select sw_system()))
-- ;;
create policy system_sees on card for select to sw_web using ((select sw_system()))
-- ;;
create policy system_own on session for insert to sw_web
    with check (company_id is null and account_id = sw_account())
-- ;;
create policy system_changes on session for update to sw_web
    using (company_id is null and account_id = sw_account())
-- ;;
create policy system_sees on session for select to sw_web using ((select sw_system()))
-- ;;
create policy system_ends on session for delete to sw_web using ((select sw_system()))
