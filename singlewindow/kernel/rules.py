"""A rule is one small pure function with a permanent id and its clause.

It takes the document's content and what the chapter has looked up, and yields findings; it does not
load, write or format. All rules run, and all violations are reported at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from singlewindow.kernel.problems import Violation


@dataclass(frozen=True)
class Finding:
    """What a rule finds wrong: where, what, and what to do about it."""

    path: str
    message: str
    advice: str


@dataclass(frozen=True)
class Rule:
    """A rule with its identity. With `drafts` it is asked at every save, else only before signing; a `warning` is shown
    and refuses nothing. An `alert` is shown as a dialog too, when it appears. An `opening` one is asked as well when an
    empty form is opened, and answered beside it."""

    id: str
    clause: str
    drafts: bool
    find: Callable[[Any, Any], Iterable[Finding]]
    warning: bool = False
    alert: bool = False
    opening: bool = False

    def violations(self, content: object, known: object) -> Iterator[Violation]:
        """The findings in the one shape in which they travel."""
        level: Literal["error", "warning"] = "warning" if self.warning else "error"
        for finding in self.find(content, known):
            yield Violation(
                finding.path, self.id, finding.message, finding.advice, self.clause, "rule", level, self.alert
            )


def rule(
    id: str,
    *,
    clause: str,
    drafts: bool = True,
    warning: bool = False,
    alert: bool = False,
    opening: bool = False,
) -> Callable[[Callable[[Any, Any], Iterable[Finding]]], Rule]:
    """Make a rule of a function (content, known) → findings."""
    return lambda find: Rule(id, clause, drafts, find, warning, alert, opening)
