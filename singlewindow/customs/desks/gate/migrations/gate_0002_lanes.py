"""Keys of lanes, and the passages through them.

Revision ID: gate_0002
"""

from pathlib import Path

from alembic import op

revision = "gate_0002"
down_revision = "gate_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
