"""Samples are found by the number that customs gave them.

Revision ID: template_0005
"""

from singlewindow.kernel.database.find_tables import add_answer

revision = "template_0005"
down_revision = "template_0004"
depends_on = None


def upgrade() -> None:
    """The column, filled from what is stored, and its index."""
    add_answer("find__template", "customs_no", 18)
