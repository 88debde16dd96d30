"""What a content says by itself, whatever registers and code tables say: found out once for each content.

暂存, prepare and submit ask it one after the other. What is remembered is compared with the content in hand, member
by member, and counts for nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from singlewindow.contract.signatures import canonical
from singlewindow.kernel.definition.check import Classified, classified_in, codes_in, violations_of
from singlewindow.kernel.definition.fields import Content, Field, enabled_values
from singlewindow.kernel.problems import Violation

MOST = 500  # documents
MOST_ROWS = 60  # of one content: larger ones are read each time
_MISSING = ("field.required", "field.rows")


@dataclass(frozen=True)
class Reading:
    """A content with its grey values, and what follows from that alone.

    `cleaned` are the values before the grey ones were filled in; `wrong` is what the fields say where everything has
    to be there; `codes` are (path, field, code), `classified` the texts of declaration elements. Nobody changes what a
    reading holds.
    """

    content: type[Content]
    cleaned: Mapping[str, Any]
    values: Mapping[str, Any]
    wrong: tuple[Violation, ...]
    codes: tuple[tuple[str, Field, str], ...]
    classified: tuple[Classified, ...] = ()

    @classmethod
    def of(cls, content: type[Content], cleaned: Mapping[str, Any], values: Mapping[str, Any]) -> Reading:
        """Read values that were cleaned and filled in."""
        wrong = tuple(violations_of(content, values, complete=True))
        codes, classified = tuple(codes_in(content, values)), tuple(classified_in(content, values))
        return cls(content, cleaned, values, wrong, codes, classified)

    @cached_property
    def signed(self) -> bytes:
        """The bytes that are signed: RFC 8785 of the content without disabled fields."""
        return canonical(self._enabled)

    @cached_property
    def _enabled(self) -> Mapping[str, Any]:
        return enabled_values(self.content, self.values)

    @cached_property
    def _faultless(self) -> Content:
        return self.content.of(self._enabled)

    def violations(self, *, complete: bool) -> tuple[Violation, ...]:
        """What the fields say; of a draft, which need not be `complete`, without what is missing."""
        return self.wrong if complete else tuple(v for v in self.wrong if v.rule not in _MISSING)

    def typed(self, violations: Sequence[Violation]) -> Content:
        """The content as rules see it: without disabled fields, and without values that are wrong by themselves."""
        if not violations:
            return self._faultless
        return self.content.of(_without(enabled_values(self.content, self.values), violations))


def remember(document_id: int, reading: Reading) -> None:
    """Keep the reading of a document's content, if nothing is wrong with it (so that each text is as long as its field
    allows at most) and it has few rows."""
    if (
        not reading.wrong
        and sum(len(reading.values.get(name, ())) for name in reading.content.tables) <= MOST_ROWS
    ):
        _readings[document_id] = reading
        while len(_readings) > MOST:
            _readings.popitem(last=False)


def recall(document_id: int, content: type[Content], values: Mapping[str, Any]) -> Reading | None:
    """The reading of that very content, if the process remembers it."""
    reading = _readings.get(document_id)
    return reading if reading and reading.content is content and reading.values == values else None


_readings: OrderedDict[int, Reading] = OrderedDict()


def _without(values: dict[str, Any], violations: Sequence[Violation]) -> dict[str, Any]:
    """The values without those that are wrong by themselves, so that rules need not expect them."""
    for path in (violation.path.split("/") for violation in violations):
        if len(path) == 1:
            values.pop(path[0], None)
        else:
            values[path[0]][int(path[1]) - 1].pop(path[2], None)
    return values
