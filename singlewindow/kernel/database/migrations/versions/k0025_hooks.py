"""Webhooks: endpoints of companies, and what is delivered to them.

Revision ID: k0025_hooks
Revises: k0025_tokens
"""

from pathlib import Path

from alembic import op

revision = "k0025_hooks"
down_revision = "k0025_tokens"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
