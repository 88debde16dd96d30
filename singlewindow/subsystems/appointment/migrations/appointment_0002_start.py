"""Appointments are found by the days of their time.

Revision ID: appointment_0002
"""

from singlewindow.kernel.database.find_tables import index_span

revision = "appointment_0002"
down_revision = "appointment_0001"
depends_on = None


def upgrade() -> None:
    """预约时间 is asked for by a span of days."""
    index_span("find_appointment_application", "start")
