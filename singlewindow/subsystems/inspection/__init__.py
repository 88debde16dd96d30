"""免于到场协助查验申请: a company tells customs that it will not be present at an inspection.

Legal ground: 海关总署公告2020年第24号. Manual: 免于到场协助查验申请, April 2020. Read README.md first.
"""

from singlewindow.kernel.subsystem import MenuItem, Subsystem
from singlewindow.subsystems.inspection.bill import BILL
from singlewindow.subsystems.inspection.declaration import DECLARATION

SUBSYSTEM = Subsystem(
    name="inspection",
    title="免于到场协助查验申请",
    group=("货物申报", "海关事务联系系统"),
    documents=(DECLARATION, BILL),
    menu=(
        MenuItem(DECLARATION.title, "form", (DECLARATION.name,)),
        MenuItem(BILL.title, "form", (BILL.name,)),
        MenuItem("数据查询", "query", (DECLARATION.name, BILL.name)),
    ),
)
