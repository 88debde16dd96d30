"""Samples that are like another one but for a few things, which alone stand in their file.

`like` names an accepted sample. In `content` a name is a field, goods/2/code a cell, goods/3 a whole row that is added
(null takes one away). `registers` are put over those of the other; `documents` (by what stands for its number) have
another status, other content or other returned data, null takes one away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACCEPTED = Path(__file__).parent.parent / "samples" / "accepted"


def made_of(sample: Mapping[str, Any]) -> dict[str, Any]:
    """The whole sample."""
    if "like" not in sample:
        return dict(sample)
    made = made_of(json.loads((ACCEPTED / f"{sample['like']}.json").read_text("utf-8")))
    for path, value in sample["content"].items():
        _put(made["content"], path, value)
    for kind, entries in sample.get("registers", {}).items():
        for key, data in entries.items():
            _put(made["registers"].setdefault(kind, {}), key, data)
    for name, changed in sample.get("documents", {}).items():
        _change(made["documents"], name, changed)
    rest = {
        name: value for name, value in sample.items() if name not in ("content", "registers", "documents")
    }
    return made | rest


def _put(values: dict[str, Any], path: str, value: Any) -> None:
    name, _, rest = path.partition("/")
    if not rest:
        values[name] = value
    elif "/" in rest:
        row, cell = rest.split("/")
        values[name][int(row) - 1][cell] = value
    elif value is None:
        del values[name][int(rest) - 1]
    else:
        values[name].append(value)


def _change(documents: list[dict[str, Any]], name: str, changed: Mapping[str, Any] | None) -> None:
    at = next(at for at, each in enumerate(documents) if each["as"] == name)
    if changed is None:
        del documents[at]
        return
    for member, value in changed.items():
        whole = not isinstance(value, dict)
        documents[at][member] = value if whole else documents[at].get(member, {}) | value
