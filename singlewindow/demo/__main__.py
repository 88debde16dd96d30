"""`python -m singlewindow.demo OUT.json [--anchor YYYY-MM-DD]`: write the world, whole or not at all."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from singlewindow.demo.declarations import CHINA
from singlewindow.demo.world import make_world


def main(out: Path, anchor: Annotated[str, typer.Option(help="YYYY-MM-DD; today by default")] = "") -> None:
    """Write the world as JSON, relative to the anchor."""
    day = datetime.fromisoformat(anchor).date() if anchor else datetime.now(CHINA).date()
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_suffix(".part")
    unfinished.write_text(json.dumps(make_world(day), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.rename(out)


if __name__ == "__main__":
    typer.run(main)
