"""Desks with states of their own, history of decisions, delays from–to, faults of delivery.

Revision ID: c0003
Revises: c0002
"""

from pathlib import Path

from alembic import op

revision = "c0003"
down_revision = "c0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
