"""What is filled in: a code-table field, a conditional field, a line table, two attachments."""

from __future__ import annotations

from singlewindow.kernel.definition.conditions import eq, filled, negated, one_of
from singlewindow.kernel.definition.fields import (
    Attachments,
    Category,
    Content,
    Form,
    HeaderField,
    Section,
    Variant,
    code,
    date,
    decimal,
    lines,
    moment,
    text,
    textarea,
)

CLAUSE, FOLLOWING = "样例 1", "样例 3"
APPROVED, OVERDUE, ANSWERED = "4", "7", "8"
FOLLOWED = frozenset({APPROVED, OVERDUE, ANSWERED})  # in these an answer or an explanation may follow


class Good(Content):
    """A row of the goods table."""

    name: str = text("名称", length=40, required=True, element="GName", clause=CLAUSE, hint="必填，货物名称")
    weight: str = decimal(
        "重量", digits=9, places=3, required=True, element="Weight", clause=CLAUSE, hint="必填，千克"
    )
    vessel_mark: str = text(
        "舱位", length=10, required=eq("header.transport", "2"), disabled=one_of("header.transport", "4", "5"),
        element="Hold", clause=CLAUSE, hint="水路运输时必填",
    )  # fmt: skip
    goods_code: str = code(
        "商品编号", "goods", length=10, least_digits=4, fills="name", disabled=negated(filled("header.visit_at")),
        element="CodeTS", clause=CLAUSE, hint="选填，录入至少 4 位数字后回车，从列表中选取；约定了到访时间的才填",
    )  # fmt: skip


class Answer(Content):
    """A row of what is answered when an application was approved."""

    answer_no: str = text(
        "答复编号", length=12, required=True, upper=True, element="AnswerNo", clause=FOLLOWING,
        pattern=r"[A-Z0-9]{4,12}", pattern_message="答复编号应为 4 至 12 位字母或数字",
        hint="必填，4 至 12 位字母或数字",
    )  # fmt: skip


class Letter(Content):
    """An application that nobody needs but everybody understands."""

    letter_no: str = text(
        "申请书编号", system=True, element="LetterNo", clause=CLAUSE, hint="返填，暂存后生成"
    )
    applicant_code: str = text("申请单位代码", system=True, element="TradeCode", clause=CLAUSE, hint="返填")
    reference: str = text(
        "申请事项编号", length=12, required=True, upper=True, lookup=True, search=True, element="RefNo", clause=CLAUSE,
        pattern=r"[A-Z]{2}[0-9]{2,10}", pattern_message="申请事项编号应为两个字母加 2 至 10 位数字",
        hint="必填，两个字母加 2 至 10 位数字",
    )  # fmt: skip
    transport: str = code(
        "运输方式", "transport_modes", required=True, search=True, length=1, element="TrafMode", clause=CLAUSE,
        hint="必填，按空格键调出列表",
    )  # fmt: skip
    vessel: str = text(
        "船名", length=30, required=eq("transport", "2"), disabled=one_of("transport", "4", "5"), element="Vessel",
        clause=CLAUSE, hint="水路运输时必填，公路、航空运输时不填",
        variants=(Variant(eq("transport", "3"), "车次", "选填，铁路运输的车次"),),
    )  # fmt: skip
    remark: str = textarea("备注", length=200, element="Remark", clause=CLAUSE, hint="选填，至多 200 字")
    consignee_code: str = text(
        "收货单位代码", length=10, upper=True, search=True, element="RcvCode", clause=CLAUSE,
        pattern=r"[0-9]{4}[0-9A-Z]{6}", pattern_message="收货单位代码应为 10 位海关编码",
        hint="选填，10 位海关编码；申报后该企业可以查看本单据",
    )  # fmt: skip
    answer_by: str = date(
        "答复期限", element="AnswerBy", clause=CLAUSE, hint="选填；期限后第五日 24 时仍为审批通过的，转为逾期"
    )
    visit_at: str = moment(
        "到访时间", span=2, lookup=True, search=True, element="VisitAt", clause=CLAUSE,
        hint="选填，录入日期和时间，如 2026112810 或 2026-11-28 10:00；周日不接待",
    )  # fmt: skip
    visit_end: str = text(
        "到访截止", system=True, element="VisitEnd", clause=CLAUSE, hint="返填，到访时间后两小时"
    )
    goods: list[Good] = lines("货物", Good, least=1, most=50, insert="插入", clause=CLAUSE)
    answers: list[Answer] = lines("答复", Answer, most=10, clause=FOLLOWING)
    note: str = textarea(
        "情况说明", length=200, element="Explanation", clause=FOLLOWING, hint="不能答复的原因，至多 200 字"
    )


FORM = Form(
    content=Letter,
    header=(
        HeaderField("number", "数据中心统一编号", "返填，暂存后生成", clause=CLAUSE),
        HeaderField(
            "customs_no", "海关审核编号", "返填，海关审批后返回", returned=True, search=True, clause=CLAUSE
        ),
        HeaderField("status", "状态", "返填", clause=CLAUSE),
        HeaderField("filed_on", "申请日期", "返填", clause=CLAUSE),
    ),
    sections=(
        Section(
            "基本信息",
            (
                "number", "customs_no", "status", "filed_on", "letter_no", "applicant_code", "reference", "transport",
                "vessel", "remark", "consignee_code", "answer_by", "visit_at", "visit_end",
            ),
        ),
        Section("图纸", (), attachments=("3",)),
        Section("答复", (), tables=("answers",), states=FOLLOWED),
        Section("情况说明", ("note",), attachments=("4",), states=FOLLOWED),
    ),
    attachments=Attachments(
        categories=(
            Category("1", "申请书"),
            Category("2", "其他材料"),
            Category("3", "图纸", most=3),
            Category("4", "说明材料"),
        ),
        hint="仅限 PDF",
        clause=CLAUSE,
    ),
)  # fmt: skip
