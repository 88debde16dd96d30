"""Parties to a document are named by their customs code, and see what was submitted.

Revision ID: k0019_parties
Revises: k0018_mend
"""

from pathlib import Path

from alembic import op

revision = "k0019_parties"
down_revision = "k0018_mend"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
