"""The child process that seals; it alone reads the seal's private key. `child.py` says how it is spoken to.

Its configuration has pki (the folder of the key), memory_bytes and cpu_seconds. Work: a line of JSON with page, rect,
reason and moment (ISO 8601), then the PDF. An answer: "P" and the sealed PDF, or "F" and what failed.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from singlewindow.kernel.printing.child import bound, serve


def main(config: dict[str, Any]) -> None:
    """Work until stdin ends."""
    bound(config)
    from singlewindow.kernel.printing import pades  # noqa: PLC0415 bounded before the library is loaded

    key = pades.load_key(Path(config["pki"]))

    def seal(work: bytes) -> bytes:
        line, _, pdf = work.partition(b"\n")
        asked = json.loads(line)
        moment = datetime.fromisoformat(asked["moment"])
        return pades.seal(key, pdf, asked["page"], asked["rect"], asked["reason"], moment)

    serve(seal)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
