"""What every answer must be, whatever was asked; and the counts of what was asked."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response

PROBLEM = "application/problem+json"
MOST_REFUSAL = 64_000  # bytes
MOST_ANSWER = 4_000_000
INSIDE = re.compile(
    rb"Traceback|asyncpg|/site-packages/|\.py\"?, line|PostgresError|violates |syntax error at|0x[0-9a-f]{9,}"
)
"""Words by which an answer would tell of the inside."""
CHINESE = re.compile("[\u4e00-\u9fff]")
REFUSALS = range(400, 500)


@dataclass
class Counts:
    """What was asked and answered: operation → who → status → how often; and everything that was wrong, once each."""

    asked: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All answers."""
        return sum(sum(each.values()) for each in self.asked.values())

    def share(self, name: str, first: str) -> float:
        """Which part of an operation's answers begin with that digit."""
        statuses = self.asked[name]
        return sum(count for status, count in statuses.items() if status[0] == first) / max(
            statuses.total(), 1
        )

    def write(self, file: Path, **more: Any) -> None:
        """Write the report."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**more, **self.report()}, indent=1, ensure_ascii=False), "utf-8")

    def report(self) -> dict[str, Any]:
        """As JSON."""
        statuses: Counter[str] = Counter()
        for each in self.asked.values():
            statuses.update(each)
        return {
            "cases": self.total,
            "kinds": dict(self.kinds),
            "statuses": dict(sorted(statuses.items())),
            "wrong": [
                {"operation": name, "what": what, "case": case} for (name, what), case in self.wrong.items()
            ],
            "operations": {name: dict(sorted(each.items())) for name, each in sorted(self.asked.items())},
        }


class Judge:
    """Holds answers against the API's description, in which a status that is not named is none."""

    def __init__(self, schema: Any) -> None:
        self.counts = Counts()
        self.operations = {each.ok().label: each.ok() for each in schema.get_all_operations()}
        self._patterns = [(_pattern(name), name) for name in sorted(self.operations, key=_generality)]

    def operation_of(self, method: str, path: str) -> str | None:
        """Which operation a request asks."""
        asked = f"{method} {path}"
        return next((name for pattern, name in self._patterns if pattern.fullmatch(asked)), None)

    def judge(self, name: str, kind: str, response: Response, case: str, *, whole: bool = True) -> None:
        """Count an answer, and note what is wrong with it."""
        self.counts.asked[name][str(response.status_code)] += 1
        self.counts.kinds[kind] += 1
        for what in _wrong(self.operations[name], response, whole=whole):
            self.counts.wrong.setdefault((name, what), case)


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(name)))


def _generality(name: str) -> tuple[int, str]:
    return name.count("{"), name


def _wrong(operation: Any, response: Response, *, whole: bool) -> Iterator[str]:
    status = response.status_code
    if status not in map(int, (code for code in operation.responses.status_codes if code.isdigit())):
        yield f"{status} is not in the description"
        if status < 500:
            return
    if status >= 500:
        yield f"{status}: {response.content[:300]!r}"
        return
    if INSIDE.search(response.content) and response.headers.get("content-type", [""])[0].startswith(
        "application/json"
    ):
        yield f"tells of the inside: {INSIDE.search(response.content)}"
    if status in REFUSALS:
        if PROBLEM in _kinds(operation, status):
            yield from _wrong_refusal(response)
    elif len(response.content) > MOST_ANSWER:
        yield f"an answer of {len(response.content)} bytes"
    if whole:
        yield from _misfits(operation, response)


def _wrong_refusal(response: Response) -> Iterator[str]:
    """A refusal is a problem in Chinese words, and small."""
    kind = response.headers.get("content-type", [""])[0]
    if kind != PROBLEM:
        yield f"a refusal of kind {kind}"
        return
    if len(response.content) > MOST_REFUSAL:
        yield f"a refusal of {len(response.content)} bytes"
    problem = json.loads(response.content)
    if INSIDE.search(response.content):
        yield f"tells of the inside: {INSIDE.search(response.content)}"
    words = [problem["detail"], *(each["message"] for each in problem["violations"])]
    yield from (f"no Chinese: {word!r}" for word in words if not CHINESE.search(word))


def _misfits(operation: Any, response: Response) -> Iterator[str]:
    kinds = _kinds(operation, response.status_code)
    kind = response.headers.get("content-type", [""])[0].partition(";")[0]
    if kinds and kind not in kinds:
        yield f"{response.status_code} of kind {kind}, not {kinds}"
    if not kinds and response.content:
        yield f"{response.status_code} with a body of kind {kind}, which is not described"
    try:
        operation.validate_response(response)
    except FailureGroup as group:
        yield from (_said(each) for each in group.exceptions)
    except Failure as failure:
        yield _said(failure)


def _kinds(operation: Any, status: int) -> list[str]:
    """The kinds of answers that the description names."""
    described = operation.responses.find_by_status_code(status)
    return list((described.definition.get("content") or {}) if described else {})


def _said(failure: Any) -> str:
    return f"{failure.title}: {' '.join(str(failure.message).split())[:300]}"
