"""The labels of an order, made by the worker a few at a time; started by a signed order and by nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from singlewindow.kernel.jobs import files
from singlewindow.kernel.jobs.files import NewFile
from singlewindow.kernel.jobs.kind import Item, JobKind, Outcome, Work
from singlewindow.subsystems._labels.queries import parcels_of

TEMPLATE = Path(__file__).parent / "prints" / "label.typ"
KEPT = timedelta(days=30)


async def _step(work: Work, items: Sequence[Item]) -> list[Outcome]:
    """Typeset the labels of a batch; a parcel that customs have withdrawn meanwhile fails alone."""
    numbers = [item.data["number"] for item in items]
    known = await parcels_of(work.transaction, work.person, numbers)
    there = [number for number in numbers if number in known]
    made = await asyncio.gather(
        *(work.tools.typesetter.typeset(TEMPLATE, known[n], work.transaction.now) for n in there)
    )
    given = [NewFile(f"{n}.pdf", "application/pdf", pdf) for n, pdf in zip(there, made, strict=True)]
    until = work.transaction.now + KEPT
    stored = await files.store_for_company(work.transaction, work.person, given, until)
    await work.transaction.run(
        """update labels_label l set file_id = w.file_id from unnest($2::text[], $3::bigint[]) as w (number, file_id)
           where l.order_id = $1 and l.number = w.number""",
        work.asked["order"],
        there,
        [facts.id for facts in stored],
    )
    return [Outcome(item.no, item.data["number"] in known, item.data) for item in items]


PRINTING = JobKind(name="_labels.printing", title="样例标签", step=_step, batch=20, open=False)
