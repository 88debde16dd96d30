"""The table in which parcels are searched.

Revision ID: labels_0001
"""

from singlewindow.kernel.database.register_tables import create_register_index
from singlewindow.kernel.registers.index import IndexColumn, RegisterIndex

revision = "labels_0001"
down_revision = None
depends_on = ("k0015_core",)

INDEX = RegisterIndex(
    kind="sample_parcel",
    table="find_labels_parcel",
    columns=(
        IndexColumn("owner", "owner"),
        IndexColumn("arrived_on", "arrived_on", "date"),
        IndexColumn("weight", "weight", "number"),
    ),
    company="owner",
)


def upgrade() -> None:
    """Make and fill it."""
    create_register_index(INDEX, searches=(("arrived_on",),))
