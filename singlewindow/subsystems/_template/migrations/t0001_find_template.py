"""The find table of the sample.

Revision ID: template_0001
"""

from singlewindow.kernel.database.find_tables import create_find_table

revision = "template_0001"
down_revision = None
depends_on = ("k0001",)


def upgrade() -> None:
    """Make it."""
    create_find_table("find__template", {"reference": 12, "transport": 1})
