"""The find table of the heavy form.

Revision ID: load_0001
"""

from alembic import op

from singlewindow.kernel.database.find_tables import create_find_table

revision = "load_0001"
down_revision = None
depends_on = ("k0001",)


def upgrade() -> None:
    """Make it."""
    create_find_table("find__load", {"reference": 14, "direction": 1, "district": 4, "transport": 1})
    # The conditions that are asked together, as they stand on the query page; the newest first.
    op.execute(
        """create index find__load_together on find__load
               (company_id, status, district, transport, updated_at desc, document_id desc) where not hidden"""
    )
