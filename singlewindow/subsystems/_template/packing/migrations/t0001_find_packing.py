"""The find table of packing lists.

Revision ID: template_0051
"""

from singlewindow.kernel.database.find_tables import create_find_table

revision = "template_0051"
down_revision = None
depends_on = ("k0001",)


def upgrade() -> None:
    """Make it."""
    create_find_table("find__template_packing", {"transport": 1, "order_no": 12})
