"""Orders of labels, as they were signed, and the labels.

Revision ID: labels_0002
"""

from alembic import op

revision = "labels_0002"
down_revision = "labels_0001"
depends_on = ("k0016_core",)

TABLES = (
    """create table labels_order (
        id bigint generated always as identity primary key,
        company_id bigint not null references company,
        account_id bigint not null references account,
        ordered_at timestamptz not null,
        statement bytea not null,
        content bytea not null,
        signature bytea not null,
        certificate bytea not null,
        card_no text not null,
        job_id bigint references job on delete set null,
        unique (id, company_id)
    )""",
    """create table labels_label (
        order_id bigint not null,
        number text not null,
        company_id bigint not null,
        file_id bigint references file on delete set null,
        primary key (order_id, number),
        foreign key (order_id, company_id) references labels_order (id, company_id)
    )""",
    "create index labels_order_by_job on labels_order (job_id)",
    "create index labels_label_by_file on labels_label (file_id)",
)


def upgrade() -> None:
    """Make them; a company sees its own. What was signed is never changed: only the job's id is set afterwards."""
    for statement in TABLES:
        op.execute(statement)
    for table in ("labels_order", "labels_label"):
        op.execute(f"alter table {table} enable row level security")
        own = "company_id = sw_company()"
        op.execute(f"create policy own on {table} for all to sw_web using ({own}) with check ({own})")
        op.execute(f"grant select, insert on {table} to sw_web")
    op.execute("grant update (job_id) on labels_order to sw_web")
    op.execute("grant update (file_id) on labels_label to sw_web")
