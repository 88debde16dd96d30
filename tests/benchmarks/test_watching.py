"""Whether something grows, with invented hours."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

from benchmarks.watching import Flatness, flatness, memory


def hour(first: float, a_hour: float, warm: float = 0.0) -> list[tuple[float, float]]:
    """A value each minute: it grows by `warm` within the first twenty minutes, and all the time by `a_hour`."""
    return [(minute, first + a_hour * minute / 60 + warm * min(minute, 20) / 20) for minute in range(61)]


def test_warming_up_is_no_growth() -> None:
    found = Flatness.of(hour(100, 0, warm=80), 2)
    assert (found.at_first, found.at_last, found.a_hour, found.flat) == (100, 180, 0, True)


def test_a_leak_is_not_flat() -> None:
    """Four of 100 an hour are more than three; two are not."""
    assert not Flatness.of(hour(100, 4), 2).flat
    assert Flatness.of(hour(100, 2), 2).flat
    assert not Flatness.of(hour(10, 2.5), 2).flat, "a small part may not grow by more than the least"
    assert Flatness.of(hour(10, 1.5), 2).flat


def test_an_export_does_not_make_a_leak_nor_hide_one() -> None:
    """Memory that is taken for some minutes and given back."""
    steady, leaking = hour(100, 0), hour(100, 6)
    for points in (steady, leaking):
        points[50:54] = [(minute, 300.0) for minute, _ in points[50:54]]
    assert Flatness.of(steady, 2).flat
    assert not Flatness.of(leaking, 2).flat


def test_a_step_that_lasts_is_not_flat() -> None:
    """Wherever it falls in the second half: no slope of medians sees one near that half's begin or end. A piece that an
    allocator takes is none."""
    for at in (36, 38, 45, 50, 55):
        for more in (8.0, 20.0, 200.0):
            assert not Flatness.of([(m, 230 + more * (m >= at)) for m in range(61)], 2).flat, (at, more)
        assert Flatness.of([(m, 42 + 0.5 * (m >= at)) for m in range(61)], 2).flat, at
    stairs = [(m, 230 + 20.0 * (m // 25)) for m in range(61)]
    assert not Flatness.of(stairs, 2).flat


def test_what_shrinks_is_flat() -> None:
    assert Flatness.of(hour(100, -20), 2).flat


def sample(minute: float, parts: Mapping[str, float], **more: float) -> dict[str, Any]:
    """Parts with their MB; each is one process."""
    rows = {
        part: {"private_mb": mb, "largest_mb": mb, "pss_mb": mb, "files": 10, "processes": 1, **more}
        for part, mb in parts.items()
    }
    return {"minute": minute, "parts": rows}


def test_parts_that_come_and_go_are_not_judged() -> None:
    """A reading child is there now and then; a typesetting one from the first print on, and is judged."""
    samples = [
        sample(0, {"portal": 50, "worker children": 50}),
        sample(1, {"portal": 50}),
        sample(2, {"portal": 50, "portal children": 50}),
        sample(3, {"portal": 90, "portal children": 90}),
    ]
    found = flatness(samples)
    assert list(found) == ["portal", "portal children"]
    assert found["portal children"]["files"]["at_first"] == 0
    assert found["portal"]["files"]["flat"]
    assert not found["portal"]["private_mb"]["flat"]


def test_children_are_judged_by_how_large_one_becomes() -> None:
    """They grow with their pieces of work and then end: a slope of what is left of an hour says nothing of them."""
    ending = [sample(minute, {"portal children": 90 + minute % 20}) for minute in range(58)]
    growing = [sample(minute, {"portal children": 90 + minute}) for minute in range(60)]
    assert not Flatness.of(
        [(s["minute"], s["parts"]["portal children"]["private_mb"]) for s in ending], 2
    ).flat
    assert flatness(ending)["portal children"]["private_mb"]["flat"]
    assert not flatness(growing)["portal children"]["private_mb"]["flat"]


def test_the_databases_files_are_judged_by_its_sessions() -> None:
    """A session opens what it has not used yet; sessions that become more would be a leak."""
    warming = [
        sample(minute, {"postgresql": 500}, files=8000 + 10 * minute, processes=50) for minute in range(60)
    ]
    leaking = [
        sample(minute, {"postgresql": 500}, files=8000, processes=50 + minute // 6) for minute in range(60)
    ]
    assert flatness(warming)["postgresql"]["files"]["flat"]
    assert flatness(warming)["postgresql"]["files"]["a_hour"] == 600
    assert not flatness(leaking)["postgresql"]["files"]["flat"]


def test_a_connection_is_its_clients_until_they_have_left() -> None:
    """What a client keeps open is not the part's growth; what the part does not close after that is."""

    def seen() -> tuple[float, float]:
        row = memory(os.getpid())["launcher"]
        return row["files"], row["clients"]

    with socket.create_server(("127.0.0.1", 0)) as server:
        files, clients = seen()
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        assert seen() == (files + 1, clients + 1), "the client's end is a file of this process"
        client.close()
        assert seen() == (files + 1, clients), "and now the end that is left"
        accepted.close()
        assert seen() == (files, clients)
