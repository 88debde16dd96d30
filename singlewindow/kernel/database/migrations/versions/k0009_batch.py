"""Long work (jobs, their items, their files), and templates of forms.

Revision ID: k0009_batch
Revises: k0008_speed
"""

from pathlib import Path

from alembic import op

revision = "k0009_batch"
down_revision = "k0008_speed"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
