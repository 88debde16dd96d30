"""Up to which message the old ones are emptied (`sweeping.py`).

Revision ID: c0008
Revises: c0007
"""

from alembic import op

revision = "c0008"
down_revision = "c0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A small table of its own: an index would cost every message."""
    op.execute("create table swept (name text primary key, last bigint not null)")
