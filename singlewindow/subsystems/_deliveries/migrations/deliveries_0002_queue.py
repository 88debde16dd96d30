"""Queued deliveries are found by the worker.

Revision ID: deliveries_0002
"""

from alembic import op

revision = "deliveries_0002"
down_revision = "deliveries_0001"
depends_on = None


def upgrade() -> None:
    """The index of the queue."""
    op.execute("create index find__deliveries_queue on find__deliveries (document_id) where status = '6'")
