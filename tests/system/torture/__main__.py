"""Torture by hand.

    python -m tests.system.torture [--kills 300] [--seed 1] [--people 5] [--report FILE]        `make torture`

What happens is in `run.py`; exit code 1 when anything that was acknowledged is not as it should be.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.system.torture.run import Options, torture


def main() -> int:
    """Run it as the arguments say; prints the report as JSON."""
    parser = argparse.ArgumentParser(description="everything is killed at random while companies work")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--report", type=Path)
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.kills} kills", flush=True)
    report = torture(Options(given.kills, given.seed, given.people))
    text = json.dumps(report, ensure_ascii=False, indent=1)
    print(text)
    if given.report:
        given.report.parent.mkdir(parents=True, exist_ok=True)
        given.report.write_text(text + "\n", encoding="utf-8")
    return 0 if report["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
