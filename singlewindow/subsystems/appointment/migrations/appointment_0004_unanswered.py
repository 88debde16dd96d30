"""Which appointments a company has left unanswered, across companies.

Revision ID: appointment_0004
"""

from alembic import op

revision = "appointment_0004"
down_revision = "appointment_0003"
depends_on = ("k0021_core",)

STATEMENTS = (
    # Those in state I, and those whose moment has come though the worker has not looked yet. Whoever is asked about may
    # be another company, of whose documents the web role sees nothing: it learns which they are by id, and whether its
    # own company applied for them. Of what is due the first thousand, as the index has them: more there is only while
    # no worker runs, and then customs return what was let through.
    """create function appointment_unanswered(wanted text, moment timestamptz)
        returns table (document_id bigint, own boolean)
        language sql stable security definer rows 2 set search_path = public, pg_temp as
        $$ with due as materialized (
               select s.document_id, s.company_id from schedule s
               where s.timer = 'unanswered' and s.due_at <= moment order by s.due_at limit 1000)
           select c.document_id, coalesce(c.company_id = sw_company(), false) from shared_claim c
           where c.kind = 'appointment.unanswered' and c.key = wanted
           union
           select due.document_id, coalesce(due.company_id = sw_company(), false) from due
           join find_appointment_application f on f.document_id = due.document_id
           join company filer on filer.id = due.company_id
           where not f.hidden and wanted in (filer.customs_code, f.consignee_code) $$""",
    "revoke all on function appointment_unanswered(text, timestamptz) from public",
    "grant execute on function appointment_unanswered(text, timestamptz) to sw_web, sw_worker",
)


def upgrade() -> None:
    """Make the function that answers it."""
    for statement in STATEMENTS:
        op.execute(statement)
