"""An application that goes on may do so by another job.

Revision ID: declarations_0003
"""

from alembic import op

revision = "declarations_0003"
down_revision = "declarations_0002"
depends_on = None


def upgrade() -> None:
    """Let the portal name it."""
    op.execute("grant update (job_id) on declarations_application to sw_web")
