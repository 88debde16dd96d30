-- The customs code of whoever asks, for policies of rows that customs publish by that code. A policy asks it once for a
-- query: company_code = (select sw_customs_code()).
create function sw_customs_code() returns text language sql stable parallel safe as
$$ select customs_code from company where id = sw_company() $$
-- ;;
-- Members of register entries as values; what is none is empty, so that one odd entry holds up no notice.
create function sw_day(given text) returns date language plpgsql stable strict as $$
begin
    return case when given ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then left(given, 10)::date end;
exception when data_exception then
    return null;
end $$
-- ;;
create function sw_moment(given text) returns timestamptz language plpgsql stable strict as $$
begin
    return case when given ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then given::timestamptz end;
exception when data_exception then
    return null;
end $$
-- ;;
create function sw_number(given text) returns numeric language plpgsql immutable strict as $$
begin
    return case when given ~ '^-?[0-9]{1,30}([.][0-9]{1,30})?$' then given::numeric end;
end $$
