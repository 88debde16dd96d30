"""The find table of qualifications.

Revision ID: consolidated_qualification_0001
"""

from singlewindow.kernel.database.find_tables import create_find_table

revision = "consolidated_qualification_0001"
down_revision = None
depends_on = ("k0001",)


def upgrade() -> None:
    """Make it."""
    columns = {"district": 4, "company_code": 10, "nature": 1, "guarantee_until": 8}
    create_find_table("find_consolidated_qualification", columns)
