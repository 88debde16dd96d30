"""The find table of the invented deliveries.

Revision ID: deliveries_0001
"""

from singlewindow.kernel.database.find_tables import create_find_table

revision = "deliveries_0001"
down_revision = None
depends_on = ("k0022_core",)


def upgrade() -> None:
    """Make it."""
    create_find_table("find__deliveries", {"letter": 18, "gate": 10})
