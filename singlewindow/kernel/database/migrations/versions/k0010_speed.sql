-- How often a table was changed that changes seldom: what web and worker remember of it counts for one number alone.
create table stamp (
    what text primary key,
    version bigint not null default 0
)
-- ;;
insert into stamp (what) values ('codes')
-- ;;
grant select on stamp to sw_web, sw_worker
-- ;;
create function code_entry_changes() returns trigger language plpgsql as $$
begin
    update stamp set version = version + 1 where what = 'codes';
    return null;
end $$
-- ;;
create trigger code_entry_changes after insert or update or delete or truncate on code_entry
for each statement execute function code_entry_changes()
