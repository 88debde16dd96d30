"""国内地区, 国内口岸 and 行政区划 are tables of the kernel's: two chapters use them.

Revision ID: k0022_pages
Revises: k0021_core
"""

from alembic import op

revision = "k0022_pages"
down_revision = "k0021_core"
depends_on = None

NAMES = {
    "declarations_regions": "domestic_regions",
    "declarations_entry_ports": "entry_ports",
    "declarations_divisions": "administrative_divisions",
}


def upgrade() -> None:
    """Entries keep what was imported into them, under the new names."""
    for old, new in NAMES.items():
        op.execute(f"update code_entry set table_name = '{new}' where table_name = '{old}'")
