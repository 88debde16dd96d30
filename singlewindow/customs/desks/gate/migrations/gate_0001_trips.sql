-- One trip is one document: its base submission, and the content that is in force. Kept by the desk's decisions in
-- their transactions; whoever locks a trip has locked its base submission before.
create table gate_trip (
    id bigint generated always as identity primary key,
    type text not null,
    number text not null,
    submission_id bigint not null unique references submission, -- the base: all receipts of the trip's life name it
    sequence integer not null,           -- the base's
    content_sequence integer not null,   -- of the submission whose content is in force
    company text not null,
    company_name text not null,
    sure_id text not null,
    district text not null,
    medium text not null check (medium in ('VN', 'VE', 'IC', 'BC')),
    medium_key text not null,            -- normalised
    content jsonb not null,
    state text not null,                 -- the base submission's
    held_weight numeric,                 -- kg at the lane that locked it
    confirmed_weight numeric,            -- kg that an officer has confirmed by unlocking
    changed_at timestamptz not null,
    unique (type, number)
)
-- ;;
create index gate_trip_by_medium on gate_trip (medium, medium_key, id desc)
-- ;;
create index gate_trip_open on gate_trip (medium, medium_key, id desc)
    where state in ('received', 'accepted', 'locked', 'unlocked')
-- ;;
create index gate_trip_inside on gate_trip (medium, medium_key, id desc)
    where state in ('finished', 'finished_by_hand')
-- ;;
create index gate_trip_by_state on gate_trip (state, id desc)
-- ;;
create index gate_trip_by_key on gate_trip (medium_key text_pattern_ops, id desc)
-- ;;
create index gate_trip_by_district on gate_trip (district, id desc)
