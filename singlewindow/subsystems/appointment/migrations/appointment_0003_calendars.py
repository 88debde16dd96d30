"""The table in which months of customs' working calendars are found.

Revision ID: appointment_0003
"""

from singlewindow.kernel.database.register_tables import create_register_index
from singlewindow.kernel.registers.index import IndexColumn, RegisterIndex

revision = "appointment_0003"
down_revision = "appointment_0002"
depends_on = ("k0015_core",)

INDEX = RegisterIndex(
    kind="port_calendar",
    table="find_appointment_calendar",
    columns=(
        IndexColumn("port", "port"),
        IndexColumn("name", "name"),
        IndexColumn("month", "month"),
        IndexColumn("provisional", "provisional"),
    ),
)


def upgrade() -> None:
    """Make and fill it; a query names months, and perhaps a port."""
    create_register_index(INDEX, searches=(("month", "port"),))
