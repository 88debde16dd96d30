"""The desks: every folder here is found by walking and holds a `DESK`, or `DESKS` where the types of one chapter need
one each; `default` takes all other types."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from singlewindow.customs.desk import RECEIVED, RECEPTION, REJECTED, Desk

DEFAULT = "default"


@cache
def desks() -> dict[str, Desk]:
    """Every desk by its folder's name; of several in one folder, the later ones by folder and place ("folder.1").

    Raises TypeError where a folder's desk is none, ValueError where two desks claim a type.
    """
    found: dict[str, Desk] = {}
    taken: dict[str, str] = {}
    for folder in _folders():
        for place, desk in enumerate(_held_in(folder)):
            name = f"{folder}.{place}" if place else folder
            if not isinstance(desk, Desk):
                raise TypeError(f"desks/{folder}: DESK is no Desk")
            found[name] = desk
            for type in desk.types:
                if taken.setdefault(type, name) != name:
                    raise ValueError(f"desks/{name} and desks/{taken[type]} both decide {type}")
    return found


def _folders() -> Iterator[str]:
    return (module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


def _held_in(folder: str) -> tuple[Desk, ...]:
    module = importlib.import_module(f"{__name__}.{folder}")
    held: tuple[Desk, ...] = getattr(module, "DESKS", None) or (module.DESK,)
    return held


def desk_for(type: str) -> Desk:
    """The desk of a document type: the one that names it, else the one that names its chapter, else the default."""
    known = desks()
    for wanted in (type, type.partition(".")[0]):
        for desk in known.values():
            if wanted in desk.types:
                return desk
    return known[DEFAULT]


def migration_folders() -> list[Path]:
    """The folders of the desks' own migrations."""
    names = sorted(_folders())
    found = (Path(folder) / name / "migrations" for folder in __path__ for name in names)
    return [folder for folder in found if folder.is_dir()]


def state_names() -> dict[str, str]:
    """The states of all desks by their names, for the queue's filter: what waits first, what was rejected last.

    States of the same name are one there, whichever desk has them (`states_named_alike`).
    """
    first: dict[str, str] = {}
    for state, name in _all_names().items():
        first.setdefault(name, state)
    return {state: name for name, state in first.items()}


def states_named_alike(state: str) -> tuple[str, ...]:
    """The states that officers cannot tell from this one, for every desk names them so; itself where none is known."""
    names = _all_names()
    return tuple(each for each, name in names.items() if name == names.get(state)) or (state,)


def _all_names() -> dict[str, str]:
    names = {RECEIVED: RECEPTION[RECEIVED]}
    for desk in sorted(desks().values(), key=lambda desk: desk.name != DEFAULT):
        names |= desk.states
    return names | {REJECTED: RECEPTION[REJECTED]}


def automatic_states() -> list[str]:
    """The states in which some desk lets the automatic mode decide."""
    return sorted({state for desk in desks().values() for state in desk.automatic_states})
