"""What the rules may know: the qualification under which the goods are filed, the goods' legal units, which of the
document codes before a licence's number there are, and what customs' register says of these licences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from singlewindow.kernel.codes.meanings import details, validity
from singlewindow.kernel.subsystem import Case
from singlewindow.kernel.timing import CHINA
from singlewindow.subsystems.consolidated.booklet.licences import split
from singlewindow.subsystems.consolidated.qualification import QUALIFICATION

PAPERS = "supporting_documents"  # 监管证件代码
LICENCE = "licence"  # customs' register


@dataclass(frozen=True)
class Filed:
    """A qualification of the company's own: its number, its status, and what a booklet takes from it."""

    number: str
    status: str
    district: str
    nature: str


@dataclass(frozen=True)
class Known:
    """What the rules may know. `qualification` is the company's own of that number, None for none; `units` are the two
    legal units of each goods code; `papers` those of the document codes named that are in force; `licences` the
    证件代码 of the company's own licences in force, by number, asked before a signature alone."""

    signing: bool = False
    qualification: Filed | None = None
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    papers: frozenset[str] = frozenset()
    licences: Mapping[str, str] = field(default_factory=dict)

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with the submission."""
        found = self.qualification
        return {} if found is None else {"qualification": found.number, "qualification_status": found.status}


async def gather(case: Case) -> Known:
    """Look up what the rules ask."""
    goods = case.values.get("goods", [])
    return Known(
        case.signing,
        await _filed(case),
        await _units(case, goods),
        await _papers(case, goods),
        await _licences(case, goods),
    )


async def _filed(case: Case) -> Filed | None:
    number = case.values.get("qualification", "")
    if not number:
        return None
    rows = await case.transaction.look_up(
        """select w.number, w.company, d.status, d.content->>'district' as district, d.content->>'nature' as nature
           from unnest($1::text[], $2::bigint[]) as w (number, company)
           join document d on d.number = w.number and d.company_id = w.company
           where d.type = $3 and not d.hidden""",
        [(number, case.transaction.actor.company_id)],
        QUALIFICATION.name,
    )
    return next((Filed(r["number"], r["status"], r["district"] or "", r["nature"] or "") for r in rows), None)


async def _units(case: Case, goods: Sequence[Mapping[str, str]]) -> dict[str, tuple[str, str]]:
    day = case.transaction.now.astimezone(CHINA).date()
    codes = {("goods", row["code"]) for row in goods if row.get("code")}
    found = await details(case.transaction, codes, day)
    return {
        code: (str(extra.get("unit1") or ""), str(extra.get("unit2") or ""))
        for (_, code), extra in found.items()
    }


async def _papers(case: Case, goods: Sequence[Mapping[str, str]]) -> frozenset[str]:
    day = case.transaction.now.astimezone(CHINA).date()
    named = {(PAPERS, parts[0]) for row in goods if (parts := split(row.get("licence", "")))}
    found = await validity(case.transaction, named, day)
    return frozenset(code for (_, code), in_force in found.items() if in_force)


async def _licences(case: Case, goods: Sequence[Mapping[str, str]]) -> dict[str, str]:
    if not case.signing:
        return {}
    numbers = {parts[1] for row in goods if (parts := split(row.get("licence", "")))}
    found = await case.registers.find_many([(LICENCE, number) for number in sorted(numbers)])
    own = case.applicant.customs_code
    return {
        key: str(entry.data.get("code") or "")
        for (_, key), entry in found.items()
        if entry.data.get("company") == own
    }


def fill(case: Case, known: Known) -> Mapping[str, str]:
    """The grey fields of the head, from the qualification."""
    filled = {"company_code": case.applicant.customs_code, "company_name": case.applicant.name}
    if known.qualification is not None:
        filled |= {"district": known.qualification.district, "nature": known.qualification.nature}
    return filled


def fill_rows(content: Mapping[str, Any], known: Known) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """The grey cells of the goods: the legal units of their codes; and the licence's number in capital letters, which
    counts as typed where a cell of the row was left."""
    return {"goods": [_cells(row, known) for row in content.get("goods", [])]}


def _cells(row: Mapping[str, str], known: Known) -> dict[str, str]:
    unit1, unit2 = known.units.get(row.get("code", ""), ("", ""))
    parts = split(row.get("licence", ""))
    return {"unit1": unit1, "unit2": unit2} | ({"licence": ":".join(parts)} if parts else {})
