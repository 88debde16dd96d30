"""What every submission paid and nobody needed: keys of companies and accounts, which are never deleted, keys that
another key implies, and a notification for each entry of the history.

Revision ID: k0017_speed
Revises: k0016_core
"""

from pathlib import Path

from alembic import op

revision = "k0017_speed"
down_revision = "k0016_core"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
