"""Filings, lists and declarations as customs hold them, and what lists take of licences and account books.

Revision ID: consolidated_0001
"""

from pathlib import Path

from alembic import op

revision = "consolidated_0001"
down_revision = None
branch_labels = None
depends_on = ("c0005",)


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
