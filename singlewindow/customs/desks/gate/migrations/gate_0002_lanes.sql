-- A lane proves itself by a key of its own, of which only the digest is kept.
create table gate_lane_key (
    id bigint generated always as identity primary key,
    lane text not null,
    sha256 bytea not null unique,
    created_at timestamptz not null,
    created_by text not null,
    revoked_at timestamptz,
    revoked_by text
)
-- ;;
create index gate_lane_key_by_lane on gate_lane_key (lane, id desc)
-- ;;
-- Every vehicle at a lane: what was gathered, what was answered. A message of a lane counts once by its session.
create table gate_passage (
    id bigint generated always as identity primary key,
    lane text not null,
    session_id text,                     -- null: an officer at the page
    gathered_sha256 bytea,               -- of what counts in the message
    at timestamptz not null,
    by text not null,
    media text not null,                 -- in words
    gross numeric,
    result text not null check (result in ('Y', 'N', 'M')),
    reason text not null,
    theoretical numeric,
    difference numeric,
    tolerance numeric,
    trip_id bigint references gate_trip,
    feedback text,                       -- the message that was answered
    unique (lane, session_id)
)
-- ;;
create index gate_passage_by_lane on gate_passage (lane, id desc)
