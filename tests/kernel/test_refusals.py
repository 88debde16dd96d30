"""Every refusal says what to do next and names its basis (UI-16): all of them, found by walking, not by listing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import singlewindow
from singlewindow.kernel.definition.fields import Content
from singlewindow.kernel.problems import Problem, StaleVersion
from singlewindow.kernel.subsystem import DocumentType, document_types
from tests.house import House

ROOT = Path(singlewindow.__file__).parent
TYPES = list(document_types().values())
WHERE = {
    "Violation": ("message", "advice", "clause"),
    "Finding": ("message", "advice"),
    "Claim": ("message", "advice", "clause"),
}
POSITIONS = {
    "Violation": ["path", "rule", "message", "advice", "clause", "source"],
    "Finding": ["path", "message", "advice"],
    "Claim": ["kind", "key", "held_in", "path", "message", "advice", "clause"],
}
PLACES = sorted(
    path
    for part in ("kernel", "subsystems")
    for path in (ROOT / part).rglob("*.py")
    if "tests" not in path.relative_to(ROOT).parts
)


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Every place of a file where something wrong is told; a shared claim refuses nothing."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in POSITIONS and not any(keyword.arg == "shared" for keyword in node.keywords):
            yield node, node.func.id


def said(call: ast.Call, kind: str) -> dict[str, ast.expr]:
    given = dict(zip(POSITIONS[kind], call.args, strict=False))
    return given | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


@pytest.mark.parametrize("path", PLACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_whoever_tells_what_is_wrong_also_says_what_to_do_and_on_what_basis(path: Path) -> None:
    for call, kind in calls(path):
        given = said(call, kind)
        for part in WHERE[kind]:
            value = given.get(part)
            empty = value is None or (isinstance(value, ast.Constant) and not value.value)
            assert not empty, f"{path.name}:{call.lineno}: {kind} without {part}"


def test_the_walk_finds_them() -> None:
    """The test above looks at something: violations of the kernel, findings and claims of the chapters."""
    kinds = [kind for path in PLACES for _, kind in calls(path)]
    assert {kind: kinds.count(kind) > 1 for kind in POSITIONS} == dict.fromkeys(POSITIONS, True)


def problem_classes(base: type[Problem] = Problem) -> Iterator[type[Problem]]:
    yield base
    for each in base.__subclasses__():
        yield from problem_classes(each)


@pytest.mark.parametrize("problem", list(problem_classes()), ids=lambda each: each.__name__)
def test_every_kind_of_problem_has_both(problem: type[Problem]) -> None:
    made = problem("出错")
    assert made.advice
    assert made.clause


def test_a_problems_own_words_come_first() -> None:
    assert Problem("没有这个企业；请刷新列表").advice == "请刷新列表"
    own = Problem("出错；甲", advice="乙", clause="手册 4.1")
    assert (own.advice, own.clause) == ("乙", "手册 4.1")


def rows_of(type: DocumentType) -> Iterator[tuple[str, type[Content]]]:
    yield "", type.form.content
    for name, table in type.form.content.tables.items():
        yield f"{name}/", table.row


@pytest.mark.parametrize("type", TYPES, ids=lambda each: each.name)
def test_every_declaration_brings_both(type: DocumentType) -> None:
    """Fields (for their own checks), tables, attachments, rules, claims, actions, query conditions of all chapters."""
    missing = [
        prefix + name
        for prefix, content in rows_of(type)
        for name, spec in content.fields.items()
        if not spec.clause or not (spec.advice or spec.hint or spec.system)
    ]
    missing += [name for name, table in type.form.content.tables.items() if not table.clause]
    missing += ["attachments"] if type.form.attachments and not type.form.attachments.clause else []
    missing += [rule.id for rule in type.rules if not rule.clause]
    refusing = [claim for claim in type.claims if not claim.shared]
    missing += [claim.kind for claim in refusing if not (claim.message and claim.advice and claim.clause)]
    missing += [condition.name for condition in type.queries.conditions if not condition.clause]
    missing += [action.name for action in type.lifecycle.actions if not action.clause]
    assert missing == []


async def test_an_answer_carries_both(house: House) -> None:
    """Where no violation says it, the problem does: 401, 404, 409, 412."""
    member = await house.member()
    view = await member.save("_template", {"reference": "AB1234"})
    address = f"/api/documents/_template/{view['number']}"
    answers: list[dict[str, Any]] = [
        (await house.client().get(address)).json(),
        (await member.http.get("/api/documents/_template/1")).json(),
        (await member.http.put(address, json={"content": {}}, headers={"If-Match": '"9"'})).json(),
        (await member.prepare("_template", {**view, "version": 1}, "save")).json(),
    ]
    assert [answer["status"] for answer in answers] == [401, 404, 412, 409]
    assert all(answer["advice"] and answer["clause"] for answer in answers)
    assert answers[2]["advice"] == StaleVersion.usual_advice
