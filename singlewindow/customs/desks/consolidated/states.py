"""The states of filings, lists and declarations at customs, and the functions of what companies send (FA 3.7, 3.9).

The life of a document is told on its base submission. A change, an extension, an amendment or a withdrawal is a
submission of its own; an accepted one acts upon the document.
"""

from __future__ import annotations

from singlewindow.customs.desk import RECEIVED

QUALIFICATION, BOOKLET = "consolidated.qualification", "consolidated.booklet"
LIST, DECLARATION = "consolidated.list", "consolidated.declaration"
TITLES = {
    QUALIFICATION: "企业资质备案",
    BOOKLET: "企业商品信息备案",
    LIST: "集报清单",
    DECLARATION: "集报报关单",
}

BASE = ("ADD", "")
CHANGE, EXTENSION, WITHDRAWAL = "MOD", "EXT", "DEL"

PASSED, DENIED, REVOKED = "passed", "denied", "revoked"
HELD, RETURNED = "held", "returned"
ENTRUSTED, CARRIED, CROSSED = "entrusted", "carried", "crossed"
WITHDRAWN = "withdrawn"
STORED, TURNED_DOWN, CHECKING, SUSPENDED = "stored", "turned_down", "checking", "suspended"
REVIEWED, RELEASED = "reviewed", "released"
CLOSED = "closed"
AGREED, REFUSED = "agreed", "refused"

_FOLLOWING = {AGREED: "已同意", REFUSED: "不同意"}
FILING_STATES = {PASSED: "海关审批通过", DENIED: "核准拒绝", REVOKED: "取消资质", **_FOLLOWING}
LIST_STATES = {
    HELD: "转人工",
    PASSED: "海关审批通过",
    RETURNED: "退单",
    ENTRUSTED: "已委托",
    CARRIED: "已承运",
    CROSSED: "已过境",
    CLOSED: "已结关",
    WITHDRAWN: "已撤销",
    **_FOLLOWING,
}
DECLARATION_STATES = {
    STORED: "海关入库",
    TURNED_DOWN: "不受理",
    CHECKING: "查验通知",
    SUSPENDED: "挂起",
    REVIEWED: "审结",
    RELEASED: "放行",
    CLOSED: "已结关",
}
"""In the order of the officers' filter; `agreed` and `refused` are those of what follows alone."""

STATES = {
    QUALIFICATION: FILING_STATES,
    BOOKLET: FILING_STATES,
    LIST: LIST_STATES,
    DECLARATION: DECLARATION_STATES,
}
AMENDABLE = (PASSED, ENTRUSTED, CARRIED, CROSSED, CLOSED)
"""States of a list in which it may be amended or withdrawn (the tip of chapter 3; 待汇总 is the portal's own)."""
ANEW = (RECEIVED, DENIED, RETURNED, TURNED_DOWN)
"""States in which a document that is declared again takes its own place."""
