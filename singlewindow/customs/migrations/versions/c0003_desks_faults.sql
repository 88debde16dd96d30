-- A desk of its own has states of its own.
alter table submission drop constraint submission_state_check
-- ;;
drop index submission_due_at_idx
-- ;;
create index on submission (due_at) where due_at is not null
-- ;;
create index on submission (type, received_at desc)
-- ;;
create index on submission (district, received_at desc)
-- ;;
create index on submission (company, received_at desc)
-- ;;
-- Who decided what, and when; only ever added to.
create table decision (
    id bigint generated always as identity primary key,
    submission_id bigint not null references submission,
    name text not null,
    title text not null,
    remark text not null,
    from_state text not null,
    to_state text not null,
    at timestamptz not null,
    by text not null
)
-- ;;
create index on decision (submission_id, id)
-- ;;
alter table mode add column delay_max_seconds double precision
-- ;;
update mode set delay_max_seconds = delay_seconds
-- ;;
alter table mode alter column delay_max_seconds set not null,
    add check (delay_max_seconds between delay_seconds and 86400)
-- ;;
-- A number from 0 up to 1, always the same for the same key.
create function roll(key text) returns double precision language sql immutable strict parallel safe as
$$ select ('x' || left(md5(key), 8))::bit(32)::bigint / 4294967296.0::double precision $$
-- ;;
-- When the automatic mode decides what comes in now; null in manual mode. In a frozen clock no delay would ever end.
create function automatic_moment(key text) returns timestamptz language sql volatile as
$$ select business_now() + case when (select frozen is null from clock)
       then (delay_seconds + roll(key) * (delay_max_seconds - delay_seconds)) * interval '1 second' else interval '0' end
   from mode where automatic $$
-- ;;
-- Faults of delivery for trainings and tests; written at the first start from the settings.
create table fault (
    single boolean primary key default true check (single),
    lost double precision not null check (lost between 0 and 1),
    doubled double precision not null check (doubled between 0 and 1),
    delayed double precision not null check (delayed between 0 and 1),
    shuffled double precision not null check (shuffled between 0 and 1),
    lost_seconds double precision not null check (lost_seconds between 0 and 86400), -- 0: until somebody sends again
    hold_seconds double precision not null check (hold_seconds between 0 and 3600),
    seed text not null
)
-- ;;
alter table outgoing drop constraint outgoing_state_check,
    add check (state in ('queued', 'sent', 'refused', 'lost')),
    add column again_at timestamptz -- a lost one is sent then, a sent one once more
-- ;;
create index on outgoing (again_at) where again_at is not null
-- ;;
-- Whatever writes a receipt into the outbox, the faults strike here; the dice are those of the receipt.
create function strike() returns trigger language plpgsql as $$
declare
    f fault;
    key text;
begin
    select * into f from fault;
    if f is null or f.lost + f.doubled + f.delayed + f.shuffled = 0 then
        return new;
    end if;
    key := concat_ws('/', f.seed, new.topic, new.payload ->> 'submission', new.payload ->> 'seq');
    if roll(key || '/delayed') < f.delayed then -- in order: what comes after it waits too
        new.next_at := clock_timestamp() + roll(key || '/hold') * f.hold_seconds * interval '1 second';
    end if;
    if roll(key || '/shuffled') < f.shuffled then -- a topic of its own: others overtake it
        new.next_at := clock_timestamp() + roll(key || '/overtaken') * f.hold_seconds * interval '1 second';
        new.topic := new.topic || '#' || new.message_id;
    end if;
    if roll(key || '/lost') < f.lost then
        new.state := 'lost';
        if f.lost_seconds > 0 then
            new.again_at := clock_timestamp() + f.lost_seconds * interval '1 second';
        end if;
    elsif roll(key || '/doubled') < f.doubled then
        new.again_at := clock_timestamp() + roll(key || '/again') * f.hold_seconds * interval '1 second';
    end if;
    if new.again_at is not null then
        perform pg_notify('faults', '');
    end if;
    return new;
end $$
-- ;;
create trigger strike before insert on outgoing for each row when (new.kind = 'receipt') execute function strike()
