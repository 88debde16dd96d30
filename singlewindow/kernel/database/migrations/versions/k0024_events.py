"""The feed of events: what the history told which company, in an order that stays.

Revision ID: k0024_events
Revises: k0024_tokens
"""

from pathlib import Path

from alembic import op

revision = "k0024_events"
down_revision = "k0024_tokens"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
