"""Samples are counted over a span of days.

Revision ID: template_0002
"""

from singlewindow.kernel.database.find_tables import index_statistics

revision = "template_0002"
down_revision = "template_0001"
depends_on = None


def upgrade() -> None:
    """The index of the statistics."""
    index_statistics("find__template")
