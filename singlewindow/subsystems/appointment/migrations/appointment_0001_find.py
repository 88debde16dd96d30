"""The find table of appointments, and the consignee who sees them.

Revision ID: appointment_0001
"""

from singlewindow.kernel.database.find_tables import add_party, create_find_table, index_statistics

revision = "appointment_0001"
down_revision = None
depends_on = ("k0019_parties",)

TABLE = "find_appointment_application"
COLUMNS = {"consignee_code": 10, "declare_port": 4, "entry_port": 4, "start": 16, "ie_flag": 1}


def upgrade() -> None:
    """Make it."""
    create_find_table(TABLE, COLUMNS)
    index_statistics(TABLE)  # 申请时间 is asked for
    add_party(TABLE, "appointment.application", "consignee", "consignee_code")
