"""An endpoint that is away rests between two tries, however many documents wait for it.

Revision ID: k0027_rest
Revises: k0026_tokens
"""

from alembic import op

revision = "k0027_rest"
down_revision = "k0026_tokens"
depends_on = None


def upgrade() -> None:
    """Nobody rests at first."""
    op.execute("alter table webhook add column rests_until timestamptz not null default '-infinity'")
