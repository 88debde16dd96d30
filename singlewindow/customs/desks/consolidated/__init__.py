"""The desks of consolidated declaration: qualifications and booklets are approved, changed, extended and revoked; lists
are accepted, moved, amended and withdrawn; declarations are closed (CUST-03, CONS-01 … CONS-18).

`states.py` states and functions · `contents.py` what is read out of a submission · `records.py` the documents that
customs hold · `numbers.py` the numbers that they give · `filings.py` qualifications and booklets · `lists.py` lists ·
`grounds.py` why a list is not accepted · `ledger.py` what lists take of licences and account books ·
`declarations.py` declarations up to the register · `notes.py` what officers should know · `routes.py` their page.
What was decided where the facts are silent: docs/decisions/0045-customs-consolidated.md.
"""

from __future__ import annotations

from singlewindow.contract.messages import ReceiptCode
from singlewindow.customs.desk import RECEIVED, Decision, Desk, Ruling
from singlewindow.customs.desks.consolidated import declarations, filings, lists, records, routes
from singlewindow.customs.desks.consolidated.contents import unfit
from singlewindow.customs.desks.consolidated.notes import note
from singlewindow.customs.desks.consolidated.states import (
    AGREED,
    BASE,
    BOOKLET,
    CARRIED,
    CHANGE,
    CHECKING,
    CLOSED,
    CROSSED,
    DECLARATION,
    DECLARATION_STATES,
    DENIED,
    ENTRUSTED,
    EXTENSION,
    FILING_STATES,
    HELD,
    LIST,
    LIST_STATES,
    PASSED,
    QUALIFICATION,
    REFUSED,
    RELEASED,
    RETURNED,
    REVIEWED,
    REVOKED,
    STORED,
    SUSPENDED,
    TURNED_DOWN,
    WITHDRAWAL,
)

REFUSAL = "自动审核按设定比例退回，请核对后重新办理"
NO_WAY_BACK = "此决定不能撤回，确定{}吗？"

QUALIFYING = (
    Decision("accept", "审批通过", ReceiptCode.APPROVED, PASSED, functions=BASE, receipt="海关审批通过",
             data=filings.qualified, hindrance=filings.why_not_qualified, otherwise="return"),
    Decision("return", "核准拒绝", ReceiptCode.REFUSED, DENIED, needs_remark=True, functions=BASE,
             question=NO_WAY_BACK.format("核准拒绝")),
    Decision("revoke", "取消资质", "REVOKED", REVOKED, needs_remark=True, from_states=(PASSED,), functions=BASE,
             question="该资质及其全部备案分册将一并取消，不能撤回，确定取消资质吗？"),
    Decision("accept", "同意变更", "CHANGE_AGREED", AGREED, functions=(CHANGE,), receipt="变更已生效",
             data=filings.changed_until, hindrance=filings.why_not_changed, otherwise="return"),
    Decision("return", "不同意变更", "CHANGE_REFUSED", REFUSED, needs_remark=True, functions=(CHANGE,),
             question=NO_WAY_BACK.format("不同意变更")),
    Decision("accept", "同意延期", "EXTENDED", AGREED, functions=(EXTENSION,), receipt="延期申请已同意",
             data=filings.changed_until, hindrance=filings.why_not_extended, otherwise="return"),
    Decision("return", "不同意延期", "EXTEND_REFUSED", REFUSED, needs_remark=True, functions=(EXTENSION,),
             question=NO_WAY_BACK.format("不同意延期")),
)  # fmt: skip

BOOKING = (
    Decision("accept", "审批通过", ReceiptCode.APPROVED, PASSED, functions=BASE, receipt="海关审批通过",
             data=filings.booked, hindrance=filings.why_not_booked, otherwise="return"),
    Decision("return", "核准拒绝", ReceiptCode.REFUSED, DENIED, needs_remark=True, functions=BASE,
             question=NO_WAY_BACK.format("核准拒绝")),
    Decision("accept", "同意变更", "CHANGE_AGREED", AGREED, functions=(CHANGE,), receipt="变更已生效",
             hindrance=filings.why_not_rebooked, otherwise="return"),
    Decision("return", "不同意变更", "CHANGE_REFUSED", REFUSED, needs_remark=True, functions=(CHANGE,),
             question=NO_WAY_BACK.format("不同意变更")),
)  # fmt: skip

WAITING = (RECEIVED, HELD)
LISTS = (
    Decision("accept", "审批通过", ReceiptCode.APPROVED, PASSED, from_states=WAITING, functions=BASE,
             receipt="海关审批通过", data=lists.accepted, hindrance=lists.why_not_accepted, otherwise="return"),
    Decision("hold", "转人工", "HELD", HELD, functions=BASE),
    Decision("return", "退单", "RETURNED", RETURNED, needs_remark=True, from_states=WAITING, functions=BASE,
             receipt="海关退单", question=NO_WAY_BACK.format("退单")),
    Decision("entrust", "委托", "ENTRUSTED", ENTRUSTED, from_states=(PASSED,), functions=BASE, receipt="已委托"),
    Decision("carry", "承运", "CARRIED", CARRIED, from_states=(ENTRUSTED,), functions=BASE, receipt="已承运"),
    Decision("cross", "过境", "CROSSED", CROSSED, from_states=(CARRIED,), functions=BASE, receipt="已过境"),
    Decision("close", "结关", "CLOSED", CLOSED, from_states=(PASSED, CROSSED), functions=BASE, receipt="已结关",
             detour=lists.by_road, otherwise="entrust"),
    Decision("accept", "同意修改", "REVISION_AGREED", AGREED, functions=(CHANGE,), receipt="海关同意修改",
             hindrance=lists.why_not_amended, otherwise="return"),
    Decision("return", "不同意修改", "REVISION_REFUSED", REFUSED, needs_remark=True, functions=(CHANGE,),
             receipt="海关不同意修改", question=NO_WAY_BACK.format("不同意修改")),
    Decision("accept", "同意撤销", "REVISION_AGREED", AGREED, functions=(WITHDRAWAL,), receipt="海关同意撤销",
             hindrance=lists.why_not_withdrawn, otherwise="return", question=NO_WAY_BACK.format("同意撤销")),
    Decision("return", "不同意撤销", "REVISION_REFUSED", REFUSED, needs_remark=True, functions=(WITHDRAWAL,),
             receipt="海关不同意撤销", question=NO_WAY_BACK.format("不同意撤销")),
)  # fmt: skip

UNDECIDED = (RECEIVED, STORED, CHECKING, SUSPENDED)
DECLARATIONS = (
    Decision("accept", "入库", "L", STORED, functions=BASE, receipt="海关入库", data=declarations.stored,
             hindrance=declarations.why_not_stored, otherwise="return"),
    Decision("check", "查验通知", "C", CHECKING, from_states=(STORED,), functions=BASE, receipt="查验通知"),
    Decision("suspend", "挂起", "H", SUSPENDED, from_states=(STORED, CHECKING), functions=BASE),
    Decision("review", "审结", "J", REVIEWED, from_states=(STORED, CHECKING, SUSPENDED), functions=BASE),
    Decision("release", "放行", "P", RELEASED, from_states=(REVIEWED,), functions=BASE, receipt="已放行"),
    Decision("close", "结关", "R", CLOSED, from_states=(RELEASED,), functions=BASE, receipt="已结关",
             data=declarations.closed, question=NO_WAY_BACK.format("结关")),
    Decision("return", "不受理", "E", TURNED_DOWN, needs_remark=True, from_states=UNDECIDED, functions=BASE,
             receipt="退单/不受理", question=NO_WAY_BACK.format("不受理")),
)  # fmt: skip
"""Letters of FA 3.9; Z and Y, which change no state, are not sent."""


def automatic(state: str, margin: float) -> Ruling | None:
    """Accept what nothing hinders, or return the set share."""
    return Ruling("return", REFUSAL) if margin < 0 else Ruling("accept")


QUALIFICATIONS = Desk(
    "consolidated",
    (QUALIFICATION,),
    FILING_STATES,
    QUALIFYING,
    automatic,
    unfit=unfit,
    arrival=records.arrive,
    effect=filings.follow_qualification,
    note=note,
    routers=(routes.officers,),
    amending={CHANGE: (AGREED,), EXTENSION: ()},
)

BOOKLETS = Desk(
    "consolidated",
    (BOOKLET,),
    FILING_STATES,
    BOOKING,
    automatic,
    unfit=unfit,
    arrival=records.arrive,
    effect=filings.follow_booklet,
    note=note,
    amending={CHANGE: (AGREED,)},
)

ON_THE_ROAD = {PASSED: "close", ENTRUSTED: "carry", CARRIED: "cross", CROSSED: "close"}
"""What the automatic mode does next with an accepted list."""


def automatic_list(state: str, margin: float) -> Ruling | None:
    """Accept what nothing hinders, or return the set share; then move it on until it is closed."""
    return Ruling(ON_THE_ROAD[state]) if state in ON_THE_ROAD else automatic(state, margin)


LIST_DESK = Desk(
    "consolidated",
    (LIST,),
    LIST_STATES,
    LISTS,
    automatic_list,
    automatic_states=(RECEIVED, *ON_THE_ROAD),
    received_data=lists.declared,
    unfit=unfit,
    arrival=records.arrive,
    effect=lists.follow,
    note=note,
    amending={CHANGE: (AGREED,), WITHDRAWAL: ()},
)

TO_THE_END = {STORED: "review", REVIEWED: "release", RELEASED: "close"}
"""What the automatic mode does next with a declaration that is stored."""


def automatic_declaration(state: str, margin: float) -> Ruling | None:
    """Store what nothing hinders, or turn the set share down; then on until it is closed."""
    return Ruling(TO_THE_END[state]) if state in TO_THE_END else automatic(state, margin)


DECLARATION_DESK = Desk(
    "consolidated",
    (DECLARATION,),
    DECLARATION_STATES,
    DECLARATIONS,
    automatic_declaration,
    automatic_states=(RECEIVED, *TO_THE_END),
    unfit=unfit,
    arrival=records.arrive,
    effect=declarations.follow,
    note=note,
)

DESKS = (QUALIFICATIONS, BOOKLETS, LIST_DESK, DECLARATION_DESK)
