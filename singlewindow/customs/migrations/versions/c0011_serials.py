"""A series has as many numbers as its digits hold (`numbers.py`): six digits were the table's limit for all of them.

Revision ID: c0011
Revises: c0010
"""

from alembic import op

revision = "c0011"
down_revision = "c0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Without the table's own limit."""
    op.execute("alter table serial drop constraint if exists serial_last_check")
