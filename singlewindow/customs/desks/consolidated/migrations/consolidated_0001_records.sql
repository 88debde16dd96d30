-- One filing, list or declaration is one document. Kept by the desks' decisions in their transactions; whoever locks a
-- record has locked its base submission before, and whoever locks entries of registers has locked the record before.
create table consolidated_record (
    id bigint generated always as identity primary key,
    type text not null,
    number text not null,
    submission_id bigint not null unique references submission, -- the base: receipts of its life name it
    sequence integer not null,           -- the base's
    content_sequence integer not null,   -- of the submission whose content is in force
    company text not null,               -- who filed it
    company_name text not null,
    trader text not null,                -- 境内收发货人, whose goods they are
    district text not null,
    nature text not null,                -- of a qualification: 货物性质; of a list: its kind; else ie_flag, or nothing
    basis text not null,                 -- of a booklet: its qualification's number; of a list: 备案号
    customs_no text,                     -- 企业资质海关编号, 备案分册海关编号, 清单海关编号, 报关单号: with the approval
    valid_until date,                    -- 核准有效期 of a filing, its last day
    content jsonb not null,              -- in force
    state text not null,                 -- the base submission's
    accepted_at timestamptz,             -- with the approval
    released_at timestamptz,             -- of a declaration
    changed_at timestamptz not null,
    unique (type, number)
)
-- ;;
create unique index consolidated_record_once on consolidated_record (type, customs_no) where customs_no is not null
-- ;;
create index consolidated_record_newest on consolidated_record (type, id desc)
-- ;;
create index consolidated_record_by_state on consolidated_record (type, state, id desc)
-- ;;
create index consolidated_record_by_district on consolidated_record (type, district, id desc)
-- ;;
create index consolidated_record_by_number on consolidated_record (type, number text_pattern_ops, id desc)
-- ;;
create index consolidated_record_by_trader on consolidated_record (type, trader, district)
-- ;;
create index consolidated_record_by_basis on consolidated_record (type, basis)
-- ;;
-- What a list takes from a licence or an account book while it counts: from its approval until it is withdrawn.
create table consolidated_use (
    record_id bigint not null references consolidated_record,
    kind text not null check (kind in ('licence', 'account_book')),
    key text not null,                   -- the licence's or book's number
    item text not null,                  -- 商品编号 of the licence, 备案序号 of the book
    amount numeric not null check (amount > 0),
    primary key (record_id, kind, key, item)
)
-- ;;
create index consolidated_use_of on consolidated_use (kind, key, item)
