"""The routes of merging, below /api/consolidated; declarations themselves have the kernel's, as every document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi import Path as InPath

from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.documents.view import actions_of
from singlewindow.kernel.http.answers import json_answer
from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.downloads import written_attachment
from singlewindow.kernel.http.print_routes import Pdf
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.text import Text
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.jobs.files import XLSX
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.printing.figures import TEMPLATE
from singlewindow.kernel.printing.typesetter import CannotPrint, Typesetter
from singlewindow.kernel.problems import Conflict, Refused, TooMany
from singlewindow.kernel.spreadsheets.exporting import CannotExport, export, waited_for
from singlewindow.kernel.subsystem import DECLARANT
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.declaration import DECLARATION
from singlewindow.subsystems.consolidated.declaration.document import CLAUSE as FINDING
from singlewindow.subsystems.consolidated.merging import (
    batches,
    candidates,
    deadlines,
    declarations,
    relations,
    statistics,
)
from singlewindow.subsystems.consolidated.merging.agents import get_agent
from singlewindow.subsystems.consolidated.merging.asking import (
    COUNTED,
    GoodsNature,
    refused,
    span_of,
)
from singlewindow.subsystems.consolidated.merging.checking import check
from singlewindow.subsystems.consolidated.merging.papers import statistics_data
from singlewindow.subsystems.consolidated.merging.periods import CLAUSE
from singlewindow.subsystems.consolidated.merging.preview import preview
from singlewindow.subsystems.consolidated.merging.views import (
    AgentAnswer,
    BatchesAnswer,
    CandidatesAnswer,
    ClickedAnswer,
    DeadlinesAnswer,
    DeclarationsAnswer,
    MayView,
    MergeBody,
    PreviewAnswer,
    RelationsAnswer,
    StatisticsAnswer,
    StatisticsLine,
    batch_view,
    candidate_view,
    deadline_view,
    declaration_view,
    preview_answer,
    related_view,
)
from singlewindow.subsystems.consolidated.readings import readings

router = APIRouter()
Day = Annotated[Text, Query(max_length=20, description="YYYY-MM-DD, counted", examples=["2026-11-26"])]
District = Annotated[Text, Query(max_length=60, description="申报地海关, 4 digits", examples=["5301"])]
ListNumber = Annotated[Text, Query(max_length=60, description="清单中心统一编号")]
ListNo = Annotated[Text, Query(max_length=60, description="清单海关编号")]
BookNo = Annotated[Text, Query(max_length=60, description="备案号, 12 characters")]
DeclarationNumber = Annotated[Text, Query(max_length=60, description="报关单统一编号")]
Sort = Annotated[Text, Query(max_length=60, description="A column, descending with - before it")]
PageNo = Annotated[int, Query(ge=1, le=1000)]
Size = Annotated[int, Query(ge=1, le=100)]
Flag = Literal["I", "E"]


@router.get(
    "/candidates",
    summary="Lists that can be merged",
    response_model=CandidatesAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def find_candidates(
    person: ChapterPerson,
    database: Base,
    ie_flag: Annotated[Flag, Query(description="进出口方式")] = "I",
    goods_nature: Annotated[
        GoodsNature, Query(description="货物性质; general includes 边境小额 and 对外承包出口货物")
    ] = "general",
    declared_from: Day = "",
    declared_to: Day = "",
    number: ListNumber = "",
    list_no: ListNo = "",
    district: District = "",
    book_no: BookNo = "",
    transport_mode: Annotated[Text, Query(max_length=60, description="运输方式")] = "",
    page: PageNo = 1,
    size: Size = 20,
    sort: Sort = "declared_on",
) -> Response:
    """The company's lists that are 已结关, with the last day on which each is merged in time."""
    declared = span_of("declared", "申报日期", (declared_from, declared_to), CLAUSE)
    texts = {
        "number": number, "list_no": list_no, "district": district, "book_no": book_no, "transport_mode": transport_mode
    }  # fmt: skip
    asked = candidates.Asked(goods_nature, ie_flag, declared, texts, sort, page, size)
    async with database.transaction(person.actor) as transaction:
        total, found = await candidates.find_candidates(transaction, person, asked)
    return json_answer(
        CandidatesAnswer(items=[candidate_view(each) for each in found], **_paged(total, page, size))
    )


@router.post(
    "/merges/preview",
    summary="What merging would make",
    response_model=PreviewAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def preview_merge(person: ChapterPerson, database: Base, body: MergeBody) -> Response:
    """Nothing is written. What is refused is named by `numbers/N`, the Nth list, or `declarant_code`."""
    async with database.transaction(person.actor) as transaction:
        checked = await check(transaction, person, body.numbers, body.declarant_code)
        made = await preview(transaction, checked)
    return json_answer(preview_answer(made, checked.warnings))


@router.post(
    "/merges", status_code=201, summary="Merge lists (汇总)", responses=documented(Refused, Conflict)
)
@for_tokens("draft")
async def merge(
    person: ChapterPerson,
    database: Base,
    body: MergeBody,
    idempotency_key: Annotated[Text | None, Header(max_length=100)] = None,
) -> ClickedAnswer:
    """The lists are 待汇总 at once, all or none; the timed job builds the declarations. The same Idempotency-Key
    answers with the same batch again."""
    asked = batches.Asked(body.numbers, body.declarant_code, idempotency_key)
    async with database.transaction(person.actor) as transaction:
        clicked = await batches.click(transaction, person, asked)
    return ClickedAnswer(id=clicked.id, lists=clicked.lists)


@router.get("/merges", summary="What was merged of late", response_model=BatchesAnswer)
@for_tokens("read")
async def find_batches(person: ChapterPerson, database: Base, page: PageNo = 1, size: Size = 20) -> Response:
    """The company's clicks on 汇总, the newest first, what has come of each, and until which day is in time."""
    async with database.transaction(person.actor) as transaction:
        total, found = await batches.find_batches(transaction, person, page, size)
    items, day = [batch_view(each) for each in found], readings().merge_day
    return json_answer(BatchesAnswer(items=items, merge_day=day, **_paged(total, page, size)))


@router.get("/agents/{code}", summary="A company that may declare for others", responses=documented(Refused))
@for_tokens("read")
async def agent(
    person: ChapterPerson,
    database: Base,
    code: Annotated[Text, InPath(max_length=20, examples=["4403980001"])],
) -> AgentAnswer:
    """Its name, for 报关单申报单位代码; refused where it is unknown, may not declare, or has no account here."""
    async with database.transaction(person.actor) as transaction:
        found = await get_agent(transaction, code)
    return AgentAnswer(code=found.code, name=found.name, scc=found.scc)


CompanyKind = Annotated[Literal["A", "B"], Query(description="企业类别: A 报关申报单位, B 境内收发货人")]


def declarations_asked(
    company_kind: CompanyKind = "A",
    entry_type: Annotated[Text, Query(max_length=60, description="报关单类型, 0 for 普通报关单")] = "",
    ie_flag: Annotated[Literal["", "I", "E"], Query(description="进出口方式; empty: both")] = "",
    declared_from: Day = "",
    declared_to: Day = "",
    filed_from: Day = "",
    filed_to: Day = "",
    closed: Annotated[Literal["", "yes", "no"], Query(description="是否结关")] = "",
    number: DeclarationNumber = "",
    entry_no: Annotated[Text, Query(max_length=60, description="海关编号, 18 digits")] = "",
    district: District = "",
    status: Annotated[Text, Query(max_length=60, description="单据状态, its code")] = "",
    page: PageNo = 1,
    size: Size = 20,
    sort: Sort = "-updated_at",
) -> declarations.Asked:
    """The conditions of 集报报关单查询. Raises Refused."""
    texts = {
        "entry_type": entry_type, "ie_flag": ie_flag, "number": number, "entry_no": entry_no, "district": district,
        "status": status,
    }  # fmt: skip
    declared = span_of("declared", "申报日期", (declared_from, declared_to), FINDING)
    filed = span_of("filed", "生成日期", (filed_from, filed_to), FINDING)
    return declarations.Asked(company_kind, declared, filed, closed, texts, sort, page, size)


AskedDeclarations = Annotated[declarations.Asked, Depends(declarations_asked)]


@router.get(
    "/declarations",
    summary="Merged declarations",
    response_model=DeclarationsAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def find_declarations(person: ChapterPerson, database: Base, asked: AskedDeclarations) -> Response:
    """Own ones, or those in which the company is 境内收发货人; drafts too. A draft has no 申报日期."""
    async with database.transaction(person.actor) as transaction:
        total, found = await declarations.find_declarations(transaction, person, asked)
    items = [declaration_view(each, _may(person, each)) for each in found]
    return json_answer(DeclarationsAnswer(items=items, **_paged(total, asked.page, asked.size)))


@router.get(
    "/declarations/export",
    summary="Merged declarations as a workbook (列表导出)",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}, **documented(Refused, TooMany, CannotExport)},
)
@for_tokens("read")
async def export_declarations(person: ChapterPerson, database: Base, asked: AskedDeclarations) -> Response:
    """For 境内收发货人 alone (`company_kind` B): all that fit the conditions."""
    if asked.company_kind != declarations.CONSIGNEE:
        message, advice = "列表导出仅限报关单的境内收发货人", "请将「企业类别」选为“境内收发货人”后再导出"
        raise refused("company_kind", "declarations.export", message, advice, f"{FINDING} 列表导出")
    async with database.transaction(person.actor) as transaction:
        await declarations.check_exportable(transaction, person, asked)
        today = transaction.now.astimezone(CHINA).date()

    async def write(target: Path) -> None:
        with waited_for(person.company_id):
            await export("xlsx", declarations.PARTS, declarations.exported(database, person, asked), target)

    return await written_attachment(f"集报报关单列表_{today}.xlsx", XLSX, write)


@router.get(
    "/relations",
    summary="What went into which declaration (归并关系)",
    response_model=RelationsAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def find_relations(
    person: ChapterPerson,
    database: Base,
    list_number: ListNumber = "",
    declaration_number: DeclarationNumber = "",
    page: PageNo = 1,
    size: Size = 20,
) -> Response:
    """Of a list, or of a declaration, by number; one of them is needed."""
    async with database.transaction(person.actor) as transaction:
        total, rows = await relations.find_relations(
            transaction, person, list_number, declaration_number, page, size
        )
    return json_answer(
        RelationsAnswer(items=[related_view(row) for row in rows], **_paged(total, page, size))
    )


def statistics_asked(
    declared_from: Day = "",
    declared_to: Day = "",
    district: District = "",
    ie_flag: Annotated[Literal["", "I", "E"], Query(description="进出口方式; empty: both")] = "",
    goods_nature: Annotated[
        Literal["", "general", "bonded"], Query(description="货物性质; empty: both")
    ] = "",
) -> statistics.Asked:
    """The conditions of 集报清单业务统计. Raises Refused."""
    given = (declared_from, declared_to)
    declared = span_of("declared", "申报日期", given, statistics.CLAUSE, most_days=statistics.MOST_DAYS)
    return statistics.Asked(declared, district, ie_flag, goods_nature)


AskedStatistics = Annotated[statistics.Asked, Depends(statistics_asked)]


@router.get(
    "/statistics",
    summary="Lists counted and summed",
    response_model=StatisticsAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def count(person: ChapterPerson, database: Base, asked: AskedStatistics) -> Response:
    """Lists that customs accepted, by 申报日期 (both days needed, at most 366 days)."""
    async with database.transaction(person.actor) as transaction:
        lines, total = await statistics.count(transaction, person, asked)
    shown = [StatisticsLine.model_validate(line.members) for line in (*lines, total)]
    return json_answer(StatisticsAnswer(lines=shown[:-1], total=shown[-1]))


@router.get(
    "/statistics/print",
    summary="The same on paper",
    response_class=Pdf,
    responses=documented(Refused, TooMany, CannotPrint),
)
@for_tokens("read")
async def print_statistics(
    person: ChapterPerson, database: Base, asked: AskedStatistics, request: Request
) -> Pdf:
    """A PDF with the conditions, the bars and the table."""
    async with database.transaction(person.actor) as transaction:
        lines, total = await statistics.count(transaction, person, asked)
        now = transaction.now
    typesetter: Typesetter = request.app.state.typesetter
    made = await typesetter.typeset(TEMPLATE, statistics_data(person, asked, lines, total, now), now)
    return Pdf(made, headers={"Cache-Control": "no-store"})


@router.get(
    "/deadlines",
    summary="Deadlines of a month",
    response_model=DeadlinesAnswer,
    responses=documented(Refused),
)
@for_tokens("read")
async def find_deadlines(
    person: ChapterPerson,
    database: Base,
    month: Annotated[
        Text, Query(max_length=7, description="YYYY-MM; empty: this month", examples=["2026-11"])
    ] = "",
) -> Response:
    """What must be merged, and which guarantee, qualification or booklet ends, by day."""
    async with database.transaction(person.actor) as transaction:
        today = transaction.now.astimezone(CHINA).date()
        asked = _month(month, today)
        found = await deadlines.of_month(transaction, asked)
    items = [deadline_view(each, today) for each in found]
    return json_answer(DeadlinesAnswer(month=f"{asked:%Y-%m}", items=items))


def _month(text: str, today: date) -> date:
    """The first day of a month. Raises Refused for what is none."""
    if not text.strip():
        return today.replace(day=1)
    day = find_day(f"{text.strip()}-01")
    if day is None:
        message, advice = f"不是有效的月份：{text.strip()}", "请按 YYYY-MM 填写，如 2026-11"
        raise refused("month", "query.month", message, advice, deadlines.CLAUSE)
    return day


def _paged(total: int, page: int, size: int) -> dict[str, Any]:
    return {"total": min(total, COUNTED), "total_capped": total > COUNTED, "page": page, "size": size}


def _may(person: Person, row: Mapping[str, Any]) -> MayView:
    party = DECLARANT if row["company_id"] == person.company_id else "consignee"
    actions = actions_of(DECLARATION, person, row["status"], party, in_list=True)
    return MayView(declare=actions["declare"], print=actions["print"])
