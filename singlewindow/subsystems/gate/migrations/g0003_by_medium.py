"""The index of media in one way of writing.

Revision ID: gate_0003
"""

from singlewindow.contract.migrating import build_index

revision = "gate_0003"
down_revision = "gate_0002"
depends_on = None


def upgrade() -> None:
    """Behind the company, as every condition of a query page."""
    build_index("find_gate_trip_by_medium", "find_gate_trip (company_id, medium)")
