"""Tries to log in are read by who is not known yet, and of a company by its own people (PORT-10).

Revision ID: k0028_isolation
Revises: k0027_rest
"""

from alembic import op

revision = "k0028_isolation"
down_revision = "k0027_rest"
depends_on = None

OWN = """sw_company() is null
    or exists (select from account a where a.username = login_attempt.username and a.company_id = sw_company())"""


def upgrade() -> None:
    """Whoever logs in, registers or is a system administrator has no company: limits count all tries."""
    op.execute("alter table login_attempt enable row level security")
    op.execute("create policy worker on login_attempt for all to sw_worker using (true) with check (true)")
    op.execute(f"create policy own on login_attempt for all to sw_web using ({OWN}) with check ({OWN})")
