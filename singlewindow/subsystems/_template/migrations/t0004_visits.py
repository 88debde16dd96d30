"""Samples are found by when somebody comes.

Revision ID: template_0004
"""

from alembic import op

from singlewindow.kernel.database.find_tables import index_span

revision = "template_0004"
down_revision = "template_0003"
depends_on = None

TABLE = "find__template"


def upgrade() -> None:
    """The column, filled from what is stored, and its index."""
    op.execute(f"alter table {TABLE} add column visit_at varchar(16)")
    op.execute(
        f"update {TABLE} f set visit_at = d.content->>'visit_at' from document d where d.id = f.document_id"
    )
    index_span(TABLE, "visit_at")
