"""The find table of the booklet.

Revision ID: booklet_0001
"""

from singlewindow.kernel.database.find_tables import create_find_table

revision = "booklet_0001"
down_revision = None
depends_on = ("k0001",)


def upgrade() -> None:
    """Make it."""
    create_find_table("find__booklet", {"title": 20})
