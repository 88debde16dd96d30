"""A sealed message is not compressed: what is encrypted does not get smaller.

Revision ID: c0007
Revises: c0006
"""

from alembic import op

revision = "c0007"
down_revision = "c0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """How new rows are stored."""
    op.execute("alter table incoming alter column body set storage external")
