"""What comes in costs less: the mode is looked at once for a batch, and a submission, most of which is Base64, is not
compressed.

Revision ID: c0006
Revises: c0005
"""

from alembic import op

revision = "c0006"
down_revision = "c0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    # From when on the automatic mode decides what comes in now, and within how many seconds; none in manual mode.
    # In a frozen clock no delay would ever end.
    """create or replace function automatic_span() returns table (earliest timestamptz, seconds double precision)
       language sql volatile as
       $$ select business_now() + case when runs then delay_seconds else 0 end * interval '1 second',
              case when runs then delay_max_seconds - delay_seconds else 0 end
          from mode, (select frozen is null as runs from clock) as c where automatic $$""",
    """create or replace function automatic_moment(key text) returns timestamptz language sql volatile as
       $$ select earliest + roll(key) * seconds * interval '1 second' from automatic_span() $$""",
    # Compressing costs more than all else of a row, and makes Base64 hardly smaller.
    "alter table submission alter column received set storage external",
)


def upgrade() -> None:
    """A function that is new, one with the same meaning, and how new rows are stored."""
    for statement in STATEMENTS:
        op.execute(statement)
