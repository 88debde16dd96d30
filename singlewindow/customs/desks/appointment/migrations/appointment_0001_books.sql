-- One appointment is one document. Kept by the desk's decisions in their transactions; whoever locks an appointment
-- has locked its base submission before.
create table appointment_book (
    id bigint generated always as identity primary key,
    type text not null,
    number text not null,
    submission_id bigint not null unique references submission, -- the base: receipts of its life name it
    sequence integer not null,           -- the base's
    company text not null,               -- 申报单位
    company_name text not null,
    consignee text not null,             -- 收发货人
    consignee_name text not null,
    declare_port text not null,
    entry_port text not null,
    ie_flag text not null check (ie_flag in ('I', 'E')),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    answer_by timestamptz not null,      -- from here on it is 通关完成未反馈, when nothing was fed back
    submitted_at timestamptz not null,
    application_no text,                 -- with the approval
    state text not null,                 -- the base submission's
    changed_at timestamptz not null,
    unique (type, number)
)
-- ;;
create index appointment_open_by_company on appointment_book (company, answer_by) where state = 'booked'
-- ;;
create index appointment_open_by_consignee on appointment_book (consignee, answer_by) where state = 'booked'
-- ;;
create index appointment_by_state on appointment_book (state, id desc)
-- ;;
create index appointment_by_number on appointment_book (number text_pattern_ops, id desc)
-- ;;
create index appointment_by_district on appointment_book (declare_port, id desc)
-- ;;
-- Declarations of accepted feedbacks: each counts for one appointment.
create table appointment_declaration (
    entry_no text primary key,
    book_id bigint not null references appointment_book
)
-- ;;
create index appointment_declaration_of on appointment_declaration (book_id)
