"""The keys of requests that were made once are swept by age.

Revision ID: k0029_idempotency_age
Revises: k0028_isolation
"""

from singlewindow.contract.migrating import build_index

revision = "k0029_idempotency_age"
down_revision = "k0028_isolation"
depends_on = None


def upgrade() -> None:
    """An index; the worker read the whole table every five minutes."""
    build_index("idempotency_by_age", "idempotency (created_at)")
