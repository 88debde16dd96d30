"""Signed acts without a document, and files of a whole company.

Revision ID: k0016_core
Revises: k0015_core
"""

from pathlib import Path

from alembic import op

revision = "k0016_core"
down_revision = "k0015_core"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
