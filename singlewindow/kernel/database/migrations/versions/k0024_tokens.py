"""Tokens of a company for its own programs, and a line for each use (INTG-01).

Revision ID: k0024_tokens
Revises: k0024_batch
"""

from pathlib import Path

from alembic import op

revision = "k0024_tokens"
down_revision = "k0024_batch"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
