"""The gross weight is added up; documents are counted over a span of days.

Revision ID: load_0002
"""

from alembic import op

from singlewindow.kernel.database.find_tables import index_statistics

revision = "load_0002"
down_revision = "load_0001"
depends_on = None

TABLE = "find__load"


def upgrade() -> None:
    """Add the column, fill it from what is stored, and the index of the statistics."""
    op.execute(f"alter table {TABLE} add column gross varchar(13)")
    op.execute(f"update {TABLE} f set gross = d.content->>'gross' from document d where d.id = f.document_id")
    index_statistics(TABLE)
