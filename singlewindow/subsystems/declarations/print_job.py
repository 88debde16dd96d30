"""自助打印: layout files of an application's declarations, with or without seal (PRNT-02, PRNT-09, PRNT-10)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import date

from singlewindow.kernel.jobs.files import NewFile
from singlewindow.kernel.jobs.kind import Item, JobKind, Outcome, Work
from singlewindow.kernel.printing.sealing import SealBox
from singlewindow.kernel.printing.typesetter import CannotPrint
from singlewindow.papers.declaration import paper
from singlewindow.papers.declaration.paper import Names
from singlewindow.subsystems.declarations import rules, work
from singlewindow.subsystems.declarations.access import find_layout_since
from singlewindow.subsystems.declarations.work import Due, Made

BATCH = 20  # layout files in one step: about a second of work
PDF = "application/pdf"
REASON = "报关单证自助打印（样章 SPECIMEN）"
BOX = SealBox(1, paper.SEAL_BOX)
NOT_MADE = "版式文件未能生成，请重新申请；仍不成功请联系系统管理员"
NO_GOODS = "海关发布的该报关单没有商品数据，版式文件未能生成，请向申报地海关咨询"
NO_LONGER_CLOSED = "申请后海关撤回或变更了该报关单，请待海关作业流程完结后重新申请"


async def _step(job: Work, items: Sequence[Item]) -> Sequence[Outcome]:
    due = await work.load(job, items)
    sealed, since = await work.is_sealed(job), await find_layout_since(job.transaction)
    judged = [_judged(job, each, since, sealed=sealed) for each in due]
    printable = [each.due.declaration for each in judged if each.state in rules.MADE["print"]]
    names = await paper.code_names_of(job.transaction, printable)
    return await work.record(job, "print", await _all(_made(job, each, names) for each in judged))


async def _all(making: Iterable[Coroutine[None, None, Made]]) -> list[Made]:
    """All of them at once; the first that fails ends the others and is told by itself, so that the job says why."""
    tasks = [asyncio.create_task(each) for each in making]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _judged(job: Work, due: Due, since: date | None, *, sealed: bool) -> Made:
    """What the declaration comes to, before anything is printed."""
    if not due.is_closed(job.person):
        return Made(due, "2", NO_LONGER_CLOSED)
    data = due.data or {}
    open_process = data.get("open_process") is True
    state = rules.print_state(
        open_process=open_process, declared_on=due.declared_on, layout_since=since, sealed=sealed
    )
    if state in rules.MADE["print"] and not data.get("goods"):
        return Made(due, rules.WAITING["print"], NO_GOODS)
    return Made(due, state, rules.print_why(state, str(data.get("open_process_name") or ""), since))


async def _made(job: Work, judged: Made, names: Names) -> Made:
    """The same with its layout file, where there is to be one. What cannot be typeset stays 制作中 and says so."""
    if judged.state not in rules.MADE["print"]:
        return judged
    sealed, now = judged.state == "1", job.transaction.now
    data = paper.paper_data(judged.due.declaration, names, sealed=sealed)
    try:
        pdf = await job.tools.typesetter.typeset(paper.TEMPLATE, data, now)
    except CannotPrint:
        return Made(judged.due, rules.WAITING["print"], NOT_MADE)
    if sealed:
        pdf = await job.tools.sealer.seal(pdf, BOX, REASON, now)
    return Made(judged.due, judged.state, file=NewFile(f"{judged.due.number}.pdf", PDF, pdf))


PRINT = JobKind(
    name="declarations.print",
    title="自助打印报关单证申请",
    unfold=work.unfold,
    step=_step,
    batch=BATCH,
    open=False,
)
