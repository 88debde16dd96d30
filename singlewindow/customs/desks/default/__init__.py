"""The default desk: received, then 同意 or 不同意, once; both give the 海关审核编号."""

from singlewindow.contract.messages import ReceiptCode
from singlewindow.customs.desk import Decision, Desk, Ruling
from singlewindow.customs.numbers import customs_number

APPROVE = Decision("approve", "同意", ReceiptCode.APPROVED, "approved", data=customs_number)
REFUSE = Decision(
    "refuse", "不同意", ReceiptCode.REFUSED, "refused", needs_remark=True, data=customs_number,
    question="决定「不同意」后不能撤回，企业须重新办理。确定不同意吗？",
)  # fmt: skip
REFUSAL = "自动审核按设定比例退回，请核对后重新办理"


def automatic(state: str, margin: float) -> Ruling:
    """Refuse the set share."""
    return Ruling(REFUSE.name, REFUSAL) if margin < 0 else Ruling(APPROVE.name)


DESK = Desk("default", (), {"approved": "已同意", "refused": "不同意"}, (APPROVE, REFUSE), automatic,
            amending={"MOD": ("approved",), "DEL": ()})  # fmt: skip
