"""Moves, submissions that wait for another document, and quantities that documents draw on.

Revision ID: k0022_core
Revises: k0022_pages
"""

from pathlib import Path

from alembic import op

revision = "k0022_core"
down_revision = "k0022_pages"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
