"""Lost receipts are counted by index: the officers' pages ask every few seconds.

Revision ID: c0004
Revises: c0003
"""

from alembic import op

revision = "c0004"
down_revision = "c0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One small index."""
    op.execute("create index on outgoing (id) where state = 'lost'")
