"""Every route, every role, and what is one's own, foreign or absent (PORT-10; decision 0059).

`ISOLATION=wide` asks every name by itself of every role, and every method of every role; without it the first role that
is let in stands for the others there. `ISOLATION=CHAPTER` asks that chapter's routes of each fence alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from fastapi import FastAPI

from singlewindow.kernel.subsystem import document_types, get_document_type, subsystem_of
from tests.fences import without_check
from tests.isolation.entries import listed
from tests.isolation.matrix import Case, Matrix, missing, said_of
from tests.isolation.standpoint import Standpoint
from tests.isolation.world import TYPE
from tests.strangers import Ask, Entry, Things

WIDE = os.environ.get("ISOLATION") == "wide"
CHAPTER = "" if WIDE else os.environ.get("ISOLATION", "")
LET_IN = ("operator", "administrator", "operator by 法人卡", "token to submit")
"""Who asks where one of the fences is taken away: together they are let in everywhere."""
COUNTING = frozenset(
    f"/api/documents/{{type}}{part}"
    for part in ("", "/list/print", "/statistics", "/statistics/print", "/statistics/export")
)
"""Lists and figures of a type's documents."""


def test_every_route_has_an_entry(application: FastAPI) -> None:
    """PORT-10: a new route fails here until it is said what a stranger gets from it."""
    assert not list(missing(application))


async def test_every_role_at_every_route(standpoint: Standpoint) -> None:
    """PORT-04, PORT-10, INTG-01: doors are shut whatever is asked for; behind them what is foreign answers exactly as
    what is absent, and what is one's own as the role may."""
    async with standpoint.matrix() as matrix:
        for entry in said_of().values():
            roles = standpoint.world.roles.values()
            first = next(role for role in roles if not matrix.shut(entry, role))
            for role in roles:
                await matrix.prove(entry, role, each=WIDE or role is first)
        moved = await matrix.moved(readings(matrix))
        matrix.failures += matrix.deaf({case.entry.route for case in moved})
        told(matrix, 3_000)


@pytest.mark.parametrize("fence", ["row-level security alone", "the application alone"])
async def test_each_fence_holds_by_itself(standpoint: Standpoint, fence: str) -> None:
    """PORT-10: the same without the application's check in any statement, and as a role that row-level security does
    not bind."""
    alone = (
        standpoint.matrix(rewrite=without_check) if fence.startswith("row") else standpoint.matrix("postgres")
    )
    async with alone as matrix:
        for entry in said_of().values():
            if (entry.names or entry.method == "GET") and (not CHAPTER or of_chapter(entry)):
                for role in let_in(matrix, entry):
                    who, first = standpoint.world.roles[role], role == let_in(matrix, entry)[0]
                    await matrix.prove(entry, who, each=WIDE or first, strangers=True)
        await matrix.prove_alone([*readings(matrix), *readings_of_types(matrix)])
        if fence.startswith("row"):
            assert len(matrix.database.watched.rewritten) >= (1 if CHAPTER else 70)
        told(matrix, 10 if CHAPTER else 400)


async def test_documents_of_every_type(standpoint: Standpoint) -> None:
    """PORT-10: no chapter's rules, queries, prints or statistics see more than the company's own."""
    async with standpoint.matrix() as matrix:
        for type in document_types():
            if type == TYPE or f"of {type}" not in standpoint.world.own:
                continue
            for entry in said_of().values():
                if "{type}" in entry.path:
                    await matrix.prove_type(entry, type)
        cases = readings_of_types(matrix)
        moved = {(case.entry.route, case.type) for case in await matrix.moved(cases)}
        asked = {(case.entry.route, case.type) for case in cases if case.entry.path in COUNTING and has(case)}
        matrix.failures += [
            f"{route} ({type}): tells nothing of the own company's" for route, type in asked - moved
        ]
        told(matrix, 600)


async def test_methods_that_a_route_has_not(standpoint: Standpoint) -> None:
    """PORT-10: 405, whether what the address names is there, foreign or absent, and whoever asks."""
    async with standpoint.matrix() as matrix:
        roles = (
            standpoint.world.roles.values()
            if WIDE
            else [standpoint.world.roles[r] for r in ("nobody", "operator")]
        )
        for role in roles:
            await matrix.prove_methods(role)
        told(matrix, 1_500)


def readings(matrix: Matrix) -> list[Case]:
    """What each reading route tells the first that is let in of his own."""
    found = []
    for entry in said_of().values():
        if (
            (entry.reads or entry.only_reads)
            and entry.door != "system"
            and (not CHAPTER or of_chapter(entry))
        ):
            role = matrix.world.roles[let_in(matrix, entry)[0]]
            found.append(Case(entry, role, tuple(entry.names), "own"))
    return found


def readings_of_types(matrix: Matrix) -> list[Case]:
    """The lists and figures of every type, for each entry of their 企业类别."""
    role = matrix.world.roles["operator by 法人卡"]
    return [
        Case(replace(entry, names={}, nothing="all", ask=asking(entry)), role, (), "own", type, box)
        for type in document_types()
        if not CHAPTER or subsystem_of(get_document_type(type)).name == CHAPTER
        for entry in said_of().values()
        if entry.method == "GET" and entry.path in COUNTING
        for box in (boxes(type) if "statistics" not in entry.path else ("",))
    ]


def asking(entry: Entry) -> Callable[[Things], Ask]:
    """A list is asked for all that is there."""
    return (lambda t: Ask(params=listed(t))) if entry.names else entry.ask


def boxes(type: str) -> Sequence[str]:
    """The entries of a type's 企业类别."""
    conditions = get_document_type(type).queries.conditions
    return [one.code for each in conditions if each.kind == "role" for one in each.choices] or [""]


def has(case: Case) -> bool:
    """Whether the type has such a list or figures."""
    queries = get_document_type(case.type).queries
    return bool(
        queries.statistics
        if "statistics" in case.entry.path
        else queries.print or "print" not in case.entry.path
    )


def of_chapter(entry: Entry) -> bool:
    """Whether it is the chapter's that is asked alone."""
    return entry.path.startswith(f"/api/{CHAPTER}/")


def let_in(matrix: Matrix, entry: Entry) -> list[str]:
    """The roles of LET_IN that are."""
    return [name for name in LET_IN if not matrix.shut(entry, matrix.world.roles[name])][
        : None if WIDE else 2
    ]


def told(matrix: Matrix, least: int) -> None:
    """How many cases there were, and what did not hold."""
    print(f"isolation: {matrix.asked.total()} cases {dict(matrix.asked)}")
    assert not matrix.failures, f"{len(matrix.failures)} of {matrix.asked.total()}\n\n" + "\n\n".join(
        matrix.failures
    )
    assert matrix.asked.total() >= least
