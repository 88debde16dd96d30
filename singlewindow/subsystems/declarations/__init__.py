"""报关单证查询打印: a company finds its closed declarations, applies for layout files or data, and fetches them.

Read README.md first. There is no document to fill in: a register is searched, applications are signed and worked on.
"""

from singlewindow.kernel.subsystem import MenuItem, Subsystem
from singlewindow.subsystems.declarations.export_job import EXPORT
from singlewindow.subsystems.declarations.print_job import PRINT
from singlewindow.subsystems.declarations.queries import INDEX
from singlewindow.subsystems.declarations.routes import router

SUBSYSTEM = Subsystem(
    name="declarations",
    title="报关单证查询打印",
    group=("货物申报",),
    menu=(
        MenuItem("自助打印申请", "own", name="apply"),
        MenuItem("自助打印/导出", "own", name="results"),
    ),
    card_kind="法人卡",
    card_stays=True,
    jobs=(PRINT, EXPORT),
    routes=router,
    registers=(INDEX,),
)
