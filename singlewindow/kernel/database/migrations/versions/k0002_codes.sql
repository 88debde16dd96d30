-- A period is [valid_from, valid_to], both days inclusive; always and still are the infinities, never null.
update code_entry set valid_from = coalesce(valid_from, '-infinity'), valid_to = coalesce(valid_to, 'infinity')
-- ;;
alter table code_entry
    alter valid_from set default '-infinity', alter valid_from set not null,
    alter valid_to set default 'infinity', alter valid_to set not null,
    add constraint code_entry_period check (valid_from <= valid_to),
    drop constraint code_entry_pkey,
    add primary key (table_name, code, valid_from)
-- ;;
-- One code, one last period.
create unique index code_entry_last on code_entry (table_name, code) where valid_to = 'infinity'
-- ;;
-- While a code is being typed. "C": the beginning of a text is a range in every database.
create index code_entry_by_code on code_entry (table_name, lower(code) collate "C")
-- ;;
create index code_entry_by_initials on code_entry (table_name, initials collate "C")
-- ;;
-- Today in China by the business clock.
create function sw_today() returns date language sql stable parallel safe as
$$ select ((coalesce(frozen, clock_timestamp()) + shift) at time zone 'Asia/Shanghai')::date from clock $$
-- ;;
-- One row at most for each (table_name, code): what is in force today.
create view code_now as
select table_name, code, name, initials, position, extra
from code_entry where (select sw_today()) between valid_from and valid_to
-- ;;
-- The name that a code had on a day; null when it was not in force then.
create function sw_code_name(wanted_table text, wanted_code text, wanted_day date) returns text
language sql stable parallel safe as
$$ select name from code_entry
   where table_name = wanted_table and code = wanted_code and wanted_day between valid_from and valid_to $$
-- ;;
grant select on code_now to sw_web, sw_worker
