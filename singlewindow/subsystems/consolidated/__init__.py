"""集中申报: many small lots pass on lists, and are declared together a month later. Read README.md first."""

from singlewindow.kernel.subsystem import MenuItem, Subsystem
from singlewindow.subsystems.consolidated.booklet import BOOKLET
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from singlewindow.subsystems.consolidated.lists import LIST
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
    menu=(
        MenuItem("企业资质备案", "form", (QUALIFICATION.name,), under="集报备案"),
        MenuItem("企业商品信息备案", "form", (BOOKLET.name,), under="集报备案"),
        MenuItem("企业备案变更", "own", name="changes", under="集报备案"),
        MenuItem("进口一般贸易集报清单", "form", (LIST.name,), under="集报清单", preset={"list_kind": "GI"}),
        MenuItem("进口保税货物集报清单", "form", (LIST.name,), under="集报清单", preset={"list_kind": "BI"}),
        MenuItem("出口一般贸易集报清单", "form", (LIST.name,), under="集报清单", preset={"list_kind": "GE"}),
        MenuItem("出口保税货物集报清单", "form", (LIST.name,), under="集报清单", preset={"list_kind": "BE"}),
        MenuItem("修改申请", "query", (LIST.name,), under="集报清单修撤单", amends="modify"),
        MenuItem("撤销申请", "query", (LIST.name,), under="集报清单修撤单", amends="revoke"),
        MenuItem("修撤状态查询", "amendments", (LIST.name,), under="集报清单修撤单"),
        # 集报清单汇总
        MenuItem("备案表查询", "own", name="filings", under="数据查询/统计"),
        MenuItem("集报清单查询", "query", (LIST.name,), under="数据查询/统计", preset={"list_kind": "GI"}),
        # 数据查询/统计
        # 期限日历
        MenuItem("批量导入", "import", (BOOKLET.name, LIST.name)),
    ),
    card_stays=True,
    routes=router,
)  # fmt: skip
