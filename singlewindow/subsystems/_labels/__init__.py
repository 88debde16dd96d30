"""样例标签: an invented chapter without document types: it searches a register, and takes signed orders.

Start a chapter that nobody fills in from a copy of this folder (CONTRIBUTING.md); the kernel's tests use it.
"""

from singlewindow.kernel.subsystem import MenuItem, Subsystem
from singlewindow.subsystems._labels.jobs import PRINTING
from singlewindow.subsystems._labels.queries import PARCELS
from singlewindow.subsystems._labels.routes import router

SUBSYSTEM = Subsystem(
    name="_labels",
    title="样例标签",
    group=("样例",),
    menu=(MenuItem("样例包裹", "own", name="parcels"),),
    routes=router,
    registers=(PARCELS,),
    jobs=(PRINTING,),
)
