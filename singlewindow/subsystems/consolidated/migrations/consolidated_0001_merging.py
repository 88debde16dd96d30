"""汇总: what was clicked, which lists wait to be merged, and 归并关系.

Revision ID: consolidated_0001
"""

from alembic import op

revision = "consolidated_0001"
down_revision = None
depends_on = ("k0023_merge",)

STATEMENTS = (
    """create table consolidated_batch (
        id bigint generated always as identity primary key,
        company_id bigint not null references company,
        account_id bigint not null references account,
        clicked_at timestamptz not null,
        clicked_by text not null,
        declarant jsonb,
        lists integer not null,
        key text,
        request text not null,
        unique (id, company_id),
        unique (account_id, key)
    )""",
    "create index consolidated_batch_by_company on consolidated_batch (company_id, id desc)",
    # The lists of a batch whose heads agree: who builds declarations of them holds this row.
    """create table consolidated_group (
        id bigint generated always as identity primary key,
        batch_id bigint not null,
        company_id bigint not null,
        key text not null,
        next_at timestamptz not null default '-infinity',
        unique (batch_id, key),
        foreign key (batch_id, company_id) references consolidated_batch (id, company_id)
    )""",
    """create table consolidated_batch_list (
        batch_id bigint not null,
        document_id bigint not null references document,
        company_id bigint not null,
        group_id bigint not null references consolidated_group,
        number text not null,
        accepted_on text not null,
        state text not null default 'waiting' check (state in ('waiting', 'merged', 'gone')),
        declaration_id bigint references document,
        why text not null default '',
        primary key (batch_id, document_id),
        foreign key (batch_id, company_id) references consolidated_batch (id, company_id)
    )""",
    """create index consolidated_batch_list_waiting on consolidated_batch_list (group_id, accepted_on, number)
        where state = 'waiting'""",
    "create index consolidated_batch_list_by_document on consolidated_batch_list (document_id)",
    "create index consolidated_batch_list_by_declaration on consolidated_batch_list (declaration_id)",
    # 归并关系: an item of a list goes into one item of one declaration, and never twice.
    """create table consolidated_relation (
        list_id bigint not null references document,
        list_item integer not null,
        list_number text not null,
        list_no text not null,
        company_id bigint not null references company,
        declaration_id bigint not null references document,
        declaration_item integer not null,
        declaration_number text not null,
        owner_id bigint not null references company,
        code text not null,
        name text not null,
        quantity text not null,
        unit text not null,
        total text not null,
        currency text not null,
        primary key (list_id, list_item)
    )""",
    "create index consolidated_relation_of_list on consolidated_relation (list_number, list_item)",
    """create index consolidated_relation_of_declaration on consolidated_relation
        (declaration_number, declaration_item, list_number, list_item)""",
    "create index consolidated_relation_by_declaration on consolidated_relation (declaration_id)",
    # Whether a company can take declarations in: the dialog says so of another company, and nothing else.
    """create function consolidated_has_account(code text) returns boolean
        language sql stable security definer set search_path = public, pg_temp as
        $$ select exists (select from company c join account a on a.company_id = c.id
                          where c.customs_code = code and c.active and a.active) $$""",
    "revoke all on function consolidated_has_account(text) from public",
    "grant execute on function consolidated_has_account(text) to sw_web, sw_worker",
)


def upgrade() -> None:
    """Make them; a company sees its own, and whose declaration it is the relations of that."""
    for statement in STATEMENTS:
        op.execute(statement)
    own = "company_id = sw_company()"
    for table in ("consolidated_batch", "consolidated_group", "consolidated_batch_list"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy own on {table} for all to sw_web using ({own}) with check ({own})")
        op.execute(f"create policy worker on {table} for all to sw_worker using (true) with check (true)")
        op.execute(f"grant select, insert on {table} to sw_web, sw_worker")
        op.execute(f"grant update on {table} to sw_worker")
    table = "consolidated_relation"
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy own on {table} for select to sw_web using ({own} or owner_id = sw_company())")
    op.execute(f"create policy worker on {table} for all to sw_worker using (true) with check (true)")
    op.execute(f"grant select on {table} to sw_web, sw_worker")
    op.execute(f"grant insert on {table} to sw_worker")
