"""预约通关: the first time outside working hours that may be had; then the declarations' numbers, or 取消预约.

    python examples/appointment.py 4403110001
    python examples/appointment.py 4403110001 --feedback 530120261700000001 530120261700000002
    python examples/appointment.py 4403110001 --cancel

Grades, ports and their working hours are customs'; the form says what may be had, and so does the API.
"""

from argparse import Namespace
from typing import Any

from window import Window, run

TYPE = "appointment.application"
DRAFT, APPROVED, RETURNED, CANCELLED = "S", "P", "R", "C"
OVER = ("I", "F")  # 通关完成未反馈, 已反馈: approved before


def application(consignee: str) -> dict[str, Any]:
    return {
        "consignee_code": consignee, "contact": "王芳", "mobile": "13800138000", "declare_port": "5301",
        "entry_port": "5301", "transport": "4", "reason_kind": "2", "reason": "鲜活货物", "ie_flag": "I",
        "goods": [{"hs_code": "0303120000", "name": "冻大麻哈鱼"}],
    }  # fmt: skip


def first_time(window: Window, content: dict[str, Any]) -> dict[str, Any]:
    """推荐时段 as the form offers them once 预约申报口岸 is there; each says what choosing it fills in."""
    asked = {"field": "declare_port", "content": content}
    said = window.call("POST", f"/api/documents/{TYPE}/lookup", json=asked)
    offer = next(offer for notice in said["notices"] for offer in notice["offers"])
    print(f"推荐时段 First time that may be had: {offer['label']}")
    return offer["values"]


def appoint(window: Window, given: Namespace) -> None:
    content = application(given.consignee)
    content |= {"start": given.start} if given.start else first_time(window, content)
    view = window.save(TYPE, content, f"{given.consignee} {content['start']}")
    print(f"暂存成功 Saved: {view['number']}，{view['content']['start']} 至 {view['content']['end']}")
    if view["status"]["code"] == DRAFT:
        [view] = window.act("apply", view)
        print("预约申报成功 Applied")
    if view["status"]["code"] not in OVER:
        window.wait([view], APPROVED, RETURNED, CANCELLED)
    path = f"/api/documents/{TYPE}/{view['number']}"
    view = window.call("GET", path)
    print(f"预约成功 Approved: {view['header']['application_no']}，海关联系人 {view['header']['officer']}")
    if given.feedback:
        feed_back(window, view, given.feedback)
    if given.cancel:
        window.act("cancel", view)
        window.wait([view], "accepted", "refused", "failed", by="outcome")
        print(f"{window.call('GET', path)['status']['name']} Cancelled")


def feed_back(window: Window, view: dict[str, Any], numbers: list[str]) -> None:
    """预约通关报关单号反馈; what does not agree is told number by number."""
    answers = {"declarations": [{"entry_no": number} for number in numbers]}
    view = window.amend(view, "feedback", answers)
    for doubt in view["warnings"]:
        print(f"提示 Note: {doubt['message']}（{doubt['advice']}）")
    window.act("feedback", view)
    window.wait([view], "accepted", "refused", "failed", by="outcome")
    print(f"已反馈 Fed back: {len(numbers)}")


if __name__ == "__main__":
    run(
        appoint,
        __doc__,
        consignee={"help": "收发货人海关编码"},
        **{
            "--start": {"metavar": "TIME", "help": "预约通关时间; default: the first that may be had"},
            "--feedback": {"nargs": "+", "metavar": "ENTRY", "help": "报关单号"},
            "--cancel": {"action": "store_true", "help": "取消预约"},
        },
    )
