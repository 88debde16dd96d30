"""What a person leaves behind without 暂存: autosaved forms, and how the pages were arranged.

Revision ID: k0006_form
Revises: k0005_news
"""

from pathlib import Path

from alembic import op

revision = "k0006_form"
down_revision = "k0005_news"
depends_on = None


def upgrade() -> None:
    """Run the SQL beside this file, statement by statement (the driver takes one at a time)."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in script.split("\n-- ;;\n"):
        op.execute(statement)
