"""The number by which a company's own system knows a document (INTG-02): one document, however often it is sent.

Revision ID: k0024_batch
Revises: k0023_merge
"""

from alembic import op

revision = "k0024_batch"
down_revision = "k0023_merge"
depends_on = None

STATEMENTS = (
    """create table sender_number (
        company_id bigint not null references company,
        type text not null,
        sender_number text not null check (length(sender_number) between 1 and 100),
        number text not null unique references document (number) on delete cascade,
        digest text not null,  -- of what was sent, as it was cleaned
        primary key (company_id, type, sender_number)
    )""",
    "alter table sender_number enable row level security",
    """create policy own on sender_number for all to sw_web
        using (company_id = sw_company()) with check (company_id = sw_company())""",
    "create policy worker on sender_number for select to sw_worker using (true)",
    "grant select, insert, update on sender_number to sw_web",
    "grant select on sender_number to sw_worker",
)


def upgrade() -> None:
    """Add the table; a number goes with its document."""
    for statement in STATEMENTS:
        op.execute(statement)
