"""What is sent and what comes back: customs of 申报地海关 answer with the channel letters of 报关单回执 (FA 3.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlewindow.kernel.subsystem import Messages, ReceiptCode


def district(content: Mapping[str, Any]) -> str:
    """申报地海关."""
    return str(content["district"])


MESSAGES = Messages(
    district=district,
    returned=("entry_no", "declared_on", "closed_on"),
    receipts=(
        ReceiptCode("SENT", "发往海关成功"),
        ReceiptCode("SEND_FAILED", "发往海关失败"),
        ReceiptCode("RECEIVED", "海关接收成功"),
        ReceiptCode("REJECTED", "不受理"),
        ReceiptCode("L", "海关入库"),
        ReceiptCode("E", "退单/不受理"),
        ReceiptCode("G", "接单交单"),
        ReceiptCode("W", "无纸验放（审结）"),
        ReceiptCode("J", "审结，办理税费"),
        ReceiptCode("C", "无纸验放查验通知"),
        ReceiptCode("F", "放行交单"),
        ReceiptCode("I", "无纸放行"),
        ReceiptCode("K", "无纸化担保放行"),
        ReceiptCode("B", "担保验放"),
        ReceiptCode("P", "已放行"),
        ReceiptCode("R", "已结关"),
        ReceiptCode("H", "挂起"),
        ReceiptCode("M", "重审通过"),
        ReceiptCode("A", "放行前删除或异常"),
        ReceiptCode("Z", "放行前删除或异常"),
        ReceiptCode("D", "放行后删除"),
        ReceiptCode("X", "准予进港"),
        ReceiptCode("V", "转现场验估"),
        ReceiptCode("Q", "验估反馈"),
        ReceiptCode("O", "准予进卡"),
        ReceiptCode("3", "上载成功"),
        ReceiptCode("4", "上载失败"),
        ReceiptCode("7", "申报成功"),
        ReceiptCode("8", "无权限"),
        ReceiptCode("Y", "无权限"),
        ReceiptCode("9", "处理失败"),
    ),
)
