"""The child process that writes a data export; `exporting.py` starts it, bounds it and feeds it.

`python -I -B export_child.py CONFIG`: a JSON object with format, parts, target, folder (for what is not yet whole),
made_at, memory_bytes, cpu_seconds and file_bytes. On stdin come the records, one JSON object a line, then their count:
a feeder that dies sends none, and its file is never made whole. On stdout goes `{"done": count}` or `{"failed": text}`.
"""

from __future__ import annotations

import json
import resource
import sys
import traceback
from pathlib import Path
from typing import IO, Any


def main(config: dict[str, Any]) -> None:
    """Bind this process, then write the file and say so."""
    bounds = (
        (resource.RLIMIT_CPU, config["cpu_seconds"]),
        (resource.RLIMIT_AS, config["memory_bytes"]),
        (resource.RLIMIT_FSIZE, config["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in bounds:
        resource.setrlimit(what, (most, most))
    try:
        said: dict[str, Any] = {"done": write(config, sys.stdin)}
    except Exception:
        said = {"failed": traceback.format_exc(limit=-3)}
    sys.stdout.write(json.dumps(said) + "\n")


def write(config: dict[str, Any], source: IO[str]) -> int:
    """Write the records of `source`; how many there were. Raises EOFError where their end does not come."""
    sys.path.append(str(Path(__file__).parents[3]))
    from singlewindow.kernel.spreadsheets.export_files import open_file  # noqa: PLC0415 after the bounds
    from singlewindow.kernel.spreadsheets.export_parts import parts_from  # noqa: PLC0415

    folder = Path(config["folder"])
    file = open_file(
        config["format"], Path(config["target"]), parts_from(config["parts"]), folder, config["made_at"]
    )
    for count, line in enumerate(source):
        record = json.loads(line)
        if isinstance(record, dict):
            file.add(record)
        elif record == count:
            file.close()
            return count
        else:
            raise EOFError(f"{count} records came, not {record}")
    raise EOFError("the records had no end")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
