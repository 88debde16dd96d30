"""When a process's garbage collector looks: what a start loads stays, and is not looked at again and again."""

from __future__ import annotations

import gc

USUAL = 20_000  # new objects until it looks


def loading() -> None:
    """A start begins: looking for garbage among what it loads would be a sixth of it (decision 0067)."""
    gc.set_threshold(100_000, 20, 20)


def loaded() -> None:
    """The start is over: what it has made is left alone from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(USUAL, 20, 20)
