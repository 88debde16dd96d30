"""Qualifications are found by what customs returned.

Revision ID: consolidated_qualification_0002
"""

from singlewindow.kernel.database.find_tables import add_answer

revision = "consolidated_qualification_0002"
down_revision = "consolidated_qualification_0001"
depends_on = None


def upgrade() -> None:
    """Two columns with their indexes."""
    for column, length in (("qualification_no", 18), ("valid_until", 10)):
        add_answer("find_consolidated_qualification", column, length)
