-- What a piece counts for in a step of its job: a document with many rows more than one with few.
alter table job_item add weight integer not null default 1 check (weight > 0)
-- ;;
-- Jobs whose pieces are to be swept are found by when they ended.
create index job_by_end on job (ended_at) where ended_at is not null
