"""Chapters search registers in tables of their own.

Revision ID: k0015_core
Revises: k0014_files
"""

from pathlib import Path

from alembic import op

revision = "k0015_core"
down_revision = "k0014_files"
depends_on = None


def upgrade() -> None:
    """Functions for such tables."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split("-- ;;"):
        op.execute(statement)
