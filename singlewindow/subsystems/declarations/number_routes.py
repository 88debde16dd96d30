"""导入: numbers of declarations from a file that the user has (PRNT-01, PRNT-04)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel

from singlewindow.kernel.http.desk import Base, ChapterPerson
from singlewindow.kernel.http.problems import documented
from singlewindow.kernel.http.token_rights import for_tokens
from singlewindow.kernel.problems import Refused, TooMany
from singlewindow.kernel.spreadsheets.number_file import NumberFileLimits, read_numbers
from singlewindow.subsystems.declarations.access import at_desk
from singlewindow.subsystems.declarations.months import day_of
from singlewindow.subsystems.declarations.number_shape import declaration_shape
from singlewindow.subsystems.declarations.rules import MOST_NUMBERS

router: APIRouter = APIRouter()
LIMITS = NumberFileLimits()


class NumberProblemView(BaseModel):
    """An entry that was not taken; with `doubt`, one that was taken and should be looked at."""

    place: str
    text: str
    message: str
    advice: str
    clause: str
    doubt: bool


class NumberFileAnswer(BaseModel):
    """What a file holds: numbers in their order, each once; `problems` are the first 200 of `faults` and the doubts;
    `total` counts all entries."""

    numbers: list[str]
    duplicates: int
    problems: list[NumberProblemView]
    faults: int
    total: int


@router.post("/numbers", summary="Numbers from a file", responses=documented(Refused, TooMany))
@for_tokens("read")
async def numbers(
    person: ChapterPerson, database: Base, file: Annotated[UploadFile, File(description="txt, csv or xlsx")]
) -> NumberFileAnswer:
    """Nothing is kept. More than 50 good numbers are refused with their count."""
    content = await file.read(LIMITS.max_bytes + 1)
    async with at_desk(database, person) as transaction:
        year = day_of(transaction.now).year
    found = await read_numbers(file.filename or "", content, declaration_shape(year, MOST_NUMBERS), LIMITS)
    return NumberFileAnswer(
        numbers=list(found.numbers),
        duplicates=found.duplicates,
        problems=[NumberProblemView(**asdict(each)) for each in found.problems],
        faults=found.faults,
        total=found.total,
    )
