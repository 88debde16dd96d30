"""The desks: every folder here that holds a `DESK` is found by walking; `default` takes all other types."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from singlewindow.customs.desk import RECEIVED, RECEPTION, REJECTED, Desk

DEFAULT = "default"


@cache
def desks() -> dict[str, Desk]:
    """Every desk by its folder's name.

    Raises TypeError where a folder's DESK is none, ValueError where two desks claim a type.
    """
    found = {
        module.name: importlib.import_module(f"{__name__}.{module.name}").DESK
        for module in pkgutil.iter_modules(__path__)
        if module.ispkg
    }
    taken: dict[str, str] = {}
    for name, desk in found.items():
        if not isinstance(desk, Desk):
            raise TypeError(f"desks/{name}: DESK is no Desk")
        for type in desk.types:
            if taken.setdefault(type, name) != name:
                raise ValueError(f"desks/{name} and desks/{taken[type]} both decide {type}")
    return found


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
    found = (Path(folder) / name / "migrations" for folder in __path__ for name in sorted(desks()))
    return [folder for folder in found if folder.is_dir()]


def state_names() -> dict[str, str]:
    """Every state of every desk with its name, for the queue's filter: what waits first, what was rejected last."""
    names = {RECEIVED: RECEPTION[RECEIVED]}
    for desk in sorted(desks().values(), key=lambda desk: desk.name != DEFAULT):
        names |= desk.states
    return names | {REJECTED: RECEPTION[REJECTED]}


def automatic_states() -> list[str]:
    """The states in which some desk lets the automatic mode decide."""
    return sorted({state for desk in desks().values() for state in desk.automatic_states})
