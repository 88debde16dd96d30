"""Where figures are kept: a JSON file for each, in var/bench as they are measured."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.system.running import CLONE

FOLDER = CLONE / "var" / "bench"
SETTING = "RESULTS"  # another folder


def keep(line: Mapping[str, Any], *, published: bool = True) -> None:
    """Print a figure as one line, and write it into a file of its name; one that is not to be `published` (the load
    generator was too busy for it) into var/bench, whatever folder is wanted."""
    print(json.dumps(line, ensure_ascii=False), flush=True)
    folder = Path(os.environ.get(SETTING) or FOLDER) if published else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(line, ensure_ascii=False, indent=1) + "\n"
    (folder / f"{line['benchmark']}.json").write_text(text, "utf-8")
