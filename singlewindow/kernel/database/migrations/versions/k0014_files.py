"""Files are swept and counted by indexes.

Revision ID: k0014_files
Revises: k0013_statistics
"""

from alembic import op

revision = "k0014_files"
down_revision = "k0013_statistics"
depends_on = None


def upgrade() -> None:
    """A file that goes is looked for in the jobs that name it; a new one is counted with the account's others."""
    op.execute("create index job_by_source_file on job (source_id)")
    op.execute("create index job_by_result on job (result_id)")
    op.execute("create index file_by_account on file (company_id, account_id)")
