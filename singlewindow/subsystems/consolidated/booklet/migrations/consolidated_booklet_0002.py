"""Booklets are found by what customs returned.

Revision ID: consolidated_booklet_0002
"""

from singlewindow.kernel.database.find_tables import add_answer

revision = "consolidated_booklet_0002"
down_revision = "consolidated_booklet_0001"
depends_on = None


def upgrade() -> None:
    """Two columns with their indexes."""
    for column, length in (("book_no", 12), ("valid_until", 10)):
        add_answer("find_consolidated_booklet", column, length)
