"""集中申报: many small lots pass on lists, and are declared together a month later. Read README.md first."""

from singlewindow.kernel.subsystem import Chore, Subsystem
from singlewindow.subsystems.consolidated.booklet import BOOKLET
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from singlewindow.subsystems.consolidated.lists import LIST
from singlewindow.subsystems.consolidated.menu import MENU
from singlewindow.subsystems.consolidated.merging import freeing
from singlewindow.subsystems.consolidated.merging.batches import CHORE
from singlewindow.subsystems.consolidated.merging.chore import DUE, build_due
from singlewindow.subsystems.consolidated.merging.deadlines import reminders
from singlewindow.subsystems.consolidated.merging.routes import router
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION

SUBSYSTEM = Subsystem(
    name="consolidated",
    title="集中申报",
    group=("货物申报",),
    documents=(
        QUALIFICATION,
        BOOKLET,
        LIST,
        DECLARATION,
    ),
    menu=MENU,
    card_stays=True,
    routes=router,
    chores=(Chore(CHORE, build_due, DUE), Chore(freeing.CHORE, freeing.free_due, freeing.DUE)),
    reminders=reminders,
)  # fmt: skip
