"""A child of `children.py` that answers what it is given, after a start of so many seconds; where the file `dies` is
there, it takes that away and ends instead."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from singlewindow.kernel.printing.child import serve


def main(starts: float, dies: Path) -> None:
    """Work until stdin ends."""

    def do(work: bytes) -> bytes:
        if dies.exists():
            dies.unlink()
            sys.exit(1)
        return work

    time.sleep(starts)
    serve(do)


if __name__ == "__main__":
    config = json.loads(sys.argv[1])
    main(config["starts"], Path(config["dies"]))
