"""`python -m singlewindow.demo OUT.json [--anchor YYYY-MM-DD]`: write the world, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from singlewindow.demo.declarations import CHINA
from singlewindow.demo.world import make_world

PEOPLE = "people.json"
KEPT_BY_CUSTOMS = ("declarations", "registers", "bills_of_lading")


def main(out: Path, anchor: Annotated[str, typer.Option(help="YYYY-MM-DD; today by default")] = "") -> None:
    """Write the world as JSON, relative to the anchor, and beside it who there is: every start reads that."""
    day = datetime.fromisoformat(anchor).date() if anchor else datetime.now(CHINA).date()
    out.parent.mkdir(parents=True, exist_ok=True)
    world = make_world(day)
    _write(
        out.with_name(PEOPLE), {name: value for name, value in world.items() if name not in KEPT_BY_CUSTOMS}
    )
    _write(out, world)


def _write(file: Path, world: Mapping[str, Any]) -> None:
    unfinished = file.with_suffix(".part")
    unfinished.write_text(_text(world), encoding="utf-8")
    unfinished.rename(file)


def _text(world: Mapping[str, Any]) -> str:
    """The world as JSON, one line for each company, card, declaration …: quicker to write than with indents."""
    members = (f"{json.dumps(name)}: {_lines(value)}" for name, value in world.items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def _lines(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(each, ensure_ascii=False) for each in value) + "\n]"


if __name__ == "__main__":
    typer.run(main)
