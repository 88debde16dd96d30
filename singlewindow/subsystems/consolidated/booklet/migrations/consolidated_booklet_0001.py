"""The find table of booklets.

Revision ID: consolidated_booklet_0001
"""

from singlewindow.kernel.database.find_tables import create_find_table

revision = "consolidated_booklet_0001"
down_revision = None
depends_on = ("k0001",)


def upgrade() -> None:
    """Make it."""
    create_find_table("find_consolidated_booklet", {"qualification": 18, "district": 4, "company_code": 10})
