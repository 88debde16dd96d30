"""Whether something grows, with invented hours."""

from __future__ import annotations

from typing import Any

from benchmarks.watching import Flatness, flatness


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


def test_what_shrinks_is_flat() -> None:
    assert Flatness.of(hour(100, -20), 2).flat


def test_parts_that_come_and_go_are_not_judged() -> None:
    """A reading child is there now and then; a typesetting one from the first print on, and is judged."""

    def sample(minute: int, mb: float, parts: tuple[str, ...]) -> dict[str, Any]:
        row = {"private_mb": mb, "pss_mb": mb, "files": 10, "processes": 1}
        return {"minute": minute, "parts": dict.fromkeys(parts, row)}

    early, late = ("portal", "worker children"), ("portal", "portal children")
    samples = [sample(0, 50, early), sample(1, 50, ("portal",)), sample(2, 50, late), sample(3, 90, late)]
    found = flatness(samples)
    assert list(found) == ["portal", "portal children"]
    assert found["portal children"]["files"]["at_first"] == 0
    assert found["portal"]["files"]["flat"]
    assert not found["portal"]["private_mb"]["flat"]
