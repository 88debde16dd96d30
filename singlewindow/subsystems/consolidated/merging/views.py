"""What the routes of merging answer and take: shapes, and how they are made of what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from singlewindow.kernel.database.connection import Row
from singlewindow.kernel.documents.view import ActionView
from singlewindow.kernel.http.text import RequestBody, Text
from singlewindow.kernel.problems import Violation
from singlewindow.subsystems.consolidated.declaration.document import Declaration, Good
from singlewindow.subsystems.consolidated.merging.batches import Batch
from singlewindow.subsystems.consolidated.merging.candidates import Candidate
from singlewindow.subsystems.consolidated.merging.deadlines import Deadline
from singlewindow.subsystems.consolidated.merging.merge import Merged
from singlewindow.subsystems.consolidated.merging.preview import MOST_RELATIONS, Preview

STATES = {"waiting": "待生成报关单", "done": "已生成报关单", "partly": "部分清单未汇总", "failed": "未汇总"}


class PageOf(BaseModel):
    """A page of a result; beyond 10,000 the total is capped."""

    total: int
    total_capped: bool
    page: int
    size: int


class CandidateView(BaseModel):
    """A list that is 已结关. Amounts are decimal texts; `total` is empty for one of several currencies. `standing` is
    "", overdue (逾期, with a `message`) or refused; `merge_by` is the last day in time."""

    number: str
    list_no: str
    ie_flag: Literal["I", "E"]
    nature: str
    nature_name: str
    district: str
    district_name: str
    book_no: str
    trade_mode: str
    trade_mode_name: str
    transport_mode: str
    transport_mode_name: str
    declared_on: str
    accepted_on: str
    items: int
    packages: str
    gross_weight: str
    net_weight: str
    total: str
    currency: str
    merge_by: str
    standing: Literal["", "overdue", "refused"]
    message: str
    may: ActionView = Field(description="Whether it may be ticked, and why not")


class CandidatesAnswer(PageOf):
    """Lists that may be merged."""

    items: list[CandidateView]


class MergeBody(RequestBody):
    """The ticked lists by 清单中心统一编号, and 报关单申报单位代码; "": 不指定."""

    numbers: list[Text] = Field(examples=[["202600000000000001"]])
    declarant_code: Text = Field(default="", max_length=20)


class RelationView(BaseModel):
    """An item of a list and the declaration's item that it goes into; both count from 1."""

    list_number: str
    list_item: int
    item: int


class MergedView(BaseModel):
    """A declaration that would come: `head` and `goods` by the declaration's names, codes with their names."""

    declarant_code: str
    declarant_name: str
    month: str
    head: dict[str, str]
    goods: list[dict[str, str]]
    lists: list[str]
    relations: list[RelationView]
    relations_capped: bool


class TotalView(BaseModel):
    """总价 in one currency, before and after."""

    currency: str
    before: str
    after: str


class PreviewAnswer(BaseModel):
    """What 汇总 would make: `count` declarations, of which the first 50 are shown. `total_before` and `total_after` are
    the `totals` in words."""

    declarations: list[MergedView]
    count: int
    lists: int
    items_before: int
    items_after: int
    totals: list[TotalView]
    total_before: str
    total_after: str
    warnings: list[Violation]


class ClickedAnswer(BaseModel):
    """What was begun: 汇总成功; the declarations come by the timed job."""

    id: int
    lists: int


class BuiltView(BaseModel):
    """A declaration that came of a batch, and how many of its lists are in it."""

    number: str
    lists: int


class SkippedView(BaseModel):
    """A list of a batch that was not merged."""

    number: str
    why: str


class BatchView(BaseModel):
    """A click on 汇总, and what has come of it: of `made` declarations and `left_out` lists the first 20 are named."""

    id: int
    clicked_at: datetime
    clicked_by: str
    declarant_code: str
    declarant_name: str
    lists: int
    waiting: int
    merged: int
    state: Literal["waiting", "done", "partly", "failed"]
    state_name: str
    made: int
    declarations: list[BuiltView]
    left_out: int
    skipped: list[SkippedView]


class BatchesAnswer(PageOf):
    """Clicks on 汇总, the newest first; `merge_day` is the day of the next month until which lists of general trade are
    merged in time, it included."""

    items: list[BatchView]
    merge_day: int = Field(examples=[10])


class AgentAnswer(BaseModel):
    """A company that may be named as 报关单申报单位."""

    code: str
    name: str
    scc: str


class MayView(BaseModel):
    """What may be done with a declaration."""

    declare: ActionView
    print: ActionView


class DeclarationView(BaseModel):
    """A merged declaration; amounts are decimal texts."""

    number: str
    entry_no: str
    status: str
    status_name: str
    entry_type: str
    ie_flag: Literal["I", "E"]
    nature_name: str
    district: str
    district_name: str
    trade_mode: str
    trade_mode_name: str
    transport_mode_name: str
    consignee_code: str
    consignee_name: str
    declarant_code: str
    declarant_name: str
    lists: int
    items: int
    packages: str
    gross_weight: str
    net_weight: str
    total: str
    currency: str
    filed_on: str
    declared_on: str
    closed_on: str
    may: MayView


class DeclarationsAnswer(PageOf):
    """Merged declarations."""

    items: list[DeclarationView]


class RelatedView(BaseModel):
    """归并关系: an item of a list, with what is declared by it, and the declaration's item that holds it. `own_list`:
    the list is the company's own, which alone may open it."""

    own_list: bool
    list_number: str
    list_no: str
    list_item: int
    declaration_number: str
    entry_no: str
    declaration_item: int
    code: str
    name: str
    quantity: str
    unit: str
    total: str
    currency: str


class RelationsAnswer(PageOf):
    """归并关系, by declaration and item."""

    items: list[RelatedView]


class StatisticsLine(BaseModel):
    """Lists of one district, flag, nature, mode and currency. Sums are decimal texts; a list of several currencies has
    the word 多币制, and no total. `merged` and `unmerged` are lists."""

    district: str
    district_name: str
    ie_flag: str
    ie_flag_name: str
    nature: str
    nature_name: str
    trade_mode: str
    trade_mode_name: str
    currency: str
    currency_name: str
    lists: int
    items: int
    packages: int
    gross_weight: str
    net_weight: str
    total: str
    merged: int
    unmerged: int
    declarations: int


class StatisticsAnswer(BaseModel):
    """The lines (at most 1,000) and their total, which has no sum of money."""

    lines: list[StatisticsLine]
    total: StatisticsLine


class DeadlineView(BaseModel):
    """What has its last day on `day`; `days_left` is negative once it is over. `count` lists can be merged now,
    `pending` of that month are not closed yet; `preset` are the conditions with which `GET /candidates` finds them.
    `number` and `type` name a document that ends."""

    day: date
    kind: Literal["merge", "guarantee", "qualification", "booklet"]
    title: str
    text: str
    number: str
    type: str
    days_left: int
    count: int
    pending: int
    preset: dict[str, str]


class DeadlinesAnswer(BaseModel):
    """The deadlines of a month, by day."""

    month: str
    items: list[DeadlineView]


def candidate_view(each: Candidate) -> CandidateView:
    """A row of the query."""
    texts = {
        name: value or ""
        for name, value in each.row.items()
        if name in CandidateView.model_fields and name != "may"
    }
    return CandidateView.model_validate(
        {
            **texts, **each.names, "items": int(texts["items"] or 0), "merge_by": each.merge_by,
            "standing": each.standing, "message": each.message,
            "may": {"allowed": not each.why, "why": each.why},
        }
    )  # fmt: skip


def preview_answer(made: Preview, warnings: Sequence[Violation]) -> PreviewAnswer:
    """What would come, with what is doubtful."""
    return PreviewAnswer(
        declarations=[_merged_view(made, each) for each in made.declarations],
        count=made.count, lists=made.lists, items_before=made.items_before, items_after=made.items_after,
        totals=[
            TotalView(currency=currency, before=f"{before:f}", after=f"{after:f}")
            for currency, (before, after) in made.totals.items()
        ],
        total_before=_in_words({currency: before for currency, (before, _) in made.totals.items()}),
        total_after=_in_words({currency: after for currency, (_, after) in made.totals.items()}),
        warnings=list(warnings),
    )  # fmt: skip


def _in_words(totals: Mapping[str, Decimal]) -> str:
    """Sums of money, each with its currency."""
    return "，".join(f"{amount:f} {currency}" for currency, amount in totals.items())


def _merged_view(made: Preview, each: Merged) -> MergedView:
    return MergedView(
        declarant_code=each.content["declarant_code"],
        declarant_name=each.content["declarant_name"],
        month=each.lists[0].accepted_on[:7],
        head=made.shown(Declaration, each.content),
        goods=[made.shown(Good, row) for row in each.content["goods"]],
        lists=each.numbers,
        relations=[RelationView(**vars(relation)) for relation in each.relations[:MOST_RELATIONS]],
        relations_capped=len(each.relations) > MOST_RELATIONS,
    )


def batch_view(batch: Batch) -> BatchView:
    """A click and what came of it."""
    declarant: Mapping[str, str] = batch.declarant or {}
    return BatchView.model_validate(
        {
            **vars(batch), "declarant_code": declarant.get("code", ""), "declarant_name": declarant.get("name", ""),
            "state_name": STATES[batch.state],
        }
    )  # fmt: skip


def related_view(row: Row) -> RelatedView:
    """A row of 归并关系."""
    return RelatedView.model_validate(
        {name: "" if row[name] is None else row[name] for name in RelatedView.model_fields}
    )


def deadline_view(each: Deadline, today: date) -> DeadlineView:
    """A deadline, with the days that are left."""
    said = {name: value for name, value in vars(each).items() if name in DeadlineView.model_fields}
    return DeadlineView.model_validate({**said, "days_left": each.days_left(today)})


def declaration_view(row: Mapping[str, Any], may: MayView) -> DeclarationView:
    """A row of 集报报关单查询."""
    counts = {name: int(row[name] or 0) for name in ("lists", "items")}
    return DeclarationView.model_validate({**row, **counts, "may": may})
