"""What a list's form says while it is filled in: until when it may be declared, and what is wrong with the numbers on
which everything else depends. It refuses nothing; the rules do."""

from __future__ import annotations

from collections.abc import Iterator

from singlewindow.kernel.definition.check import find_day
from singlewindow.kernel.notices import Notice
from singlewindow.subsystems.consolidated.limits import last_list_day, list_in_time
from singlewindow.subsystems.consolidated.lists.document import GoodsList
from singlewindow.subsystems.consolidated.lists.goods_rules import the_licence_is_the_companys
from singlewindow.subsystems.consolidated.lists.known import Known
from singlewindow.subsystems.consolidated.lists.rules import (
    the_book_is_in_force,
    the_book_is_known,
    the_booklet_is_of_that_district,
    the_district_has_a_qualification,
    the_manifest_agrees,
    the_manifest_is_there,
    the_owner_is_known,
)

ASKED = (
    the_district_has_a_qualification,
    the_book_is_known,
    the_book_is_in_force,
    the_booklet_is_of_that_district,
    the_manifest_is_there,
    the_manifest_agrees,
    the_licence_is_the_companys,
    the_owner_is_known,
)
"""The rules whose words are said before they refuse."""


def notices(content: GoodsList, known: Known) -> Iterator[Notice]:
    """One notice for a field at most."""
    said: set[str] = set()
    for each in ASKED:
        for finding in each.find(content, known):
            if "/" not in finding.path and finding.path not in said:
                said.add(finding.path)
                yield Notice(path=finding.path, text=finding.message, level="bad")
    yield from _of_the_days(content, known)


def _of_the_days(content: GoodsList, known: Known) -> Iterator[Notice]:
    """The last day on which an import list may be declared."""
    entry = find_day(content.ie_date)
    if entry is None or content.ie_flag != "I" or known.revising:
        return
    last = last_list_day(entry, known.list_days)
    if list_in_time(entry, known.today, known.list_days):
        yield Notice(path="ie_date", text=f"最迟 {last} 申报", level="good")
    else:
        yield Notice(path="ie_date", text=f"{last} 已过，应以报关单申报", level="bad")
