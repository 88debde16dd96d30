"""Transitions that come by themselves when their time has come.

Revision ID: k0020_schedule
Revises: k0019_parties
"""

from pathlib import Path

from alembic import op

revision = "k0020_schedule"
down_revision = "k0019_parties"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
