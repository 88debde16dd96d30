"""The find table of the gate's trips, and the index of their statistics.

Revision ID: gate_0001
"""

from singlewindow.kernel.database.find_tables import create_find_table, index_statistics

revision = "gate_0001"
down_revision = None
depends_on = ("k0001",)

COLUMNS = {
    "sure_id": 32,
    "customs_master": 4,
    "bind_key_type": 2,
    "bind_key_info": 32,
    "rd_code": 10,
    "ie_flag": 1,
}


def upgrade() -> None:
    """Make it."""
    create_find_table("find_gate_trip", COLUMNS)
    index_statistics("find_gate_trip")
