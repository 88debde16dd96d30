"""Indexes that nothing asks for go, and rows that change get room to do so.

Revision ID: k0008_speed
Revises: k0007_figures
"""

from pathlib import Path

from alembic import op

revision = "k0008_speed"
down_revision = "k0007_figures"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
