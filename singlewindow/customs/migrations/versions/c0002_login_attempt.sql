-- Every try to log in stands here before its password is checked; `succeeded` is null until then.
create table login_attempt (
    id bigint generated always as identity primary key,
    username text not null,
    address text not null,
    at timestamptz not null default clock_timestamp(),
    succeeded boolean
)
-- ;;
create index on login_attempt (username, at)
-- ;;
create index on login_attempt (address, at)
-- ;;
create index on login_attempt (at)
-- ;;
drop table login_failure
