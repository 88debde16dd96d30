"""The child process that reads a JSON or XML file with many documents; `batch_reading.py` starts, bounds and words it.

`python -I -B batch_child.py`: on stdin one line of JSON, {"format", "names" (of XML), "max_documents", "max_rows",
"cpu_seconds", "memory_bytes"}, then the file. On stdout one JSON object a line: first what holds for all documents,
then the documents as `said` writes them, at the end as `reader_child.py` ends.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from singlewindow.contract.batch_files import Found

MEMBERS = {"json": ("sender_number", "type"), "xml": ("senderNumber", "type")}
MOST_BYTES = 4_000_000  # of one document's line
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_HALF = re.compile("[\ud800-\udfff]")


def main(wanted: Mapping[str, Any]) -> None:
    """Bind this process, then read."""
    bounds = (
        (resource.RLIMIT_AS, wanted["memory_bytes"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in bounds:
        resource.setrlimit(what, (most, most))
    seconds = wanted["cpu_seconds"]  # the soft limit ends it by a signal of its own
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    sys.path.append(str(Path(__file__).parents[3]))
    for line in answer(sys.stdin.buffer.read(), wanted):
        sys.stdout.buffer.write(line + b"\n")


def answer(data: bytes, wanted: Mapping[str, Any]) -> Iterator[bytes]:
    """What goes to stdout, line by line."""
    from singlewindow.contract.batch_files import Unreadable  # noqa: PLC0415 after the bounds

    try:
        count = 1
        yield as_line({"format": wanted["format"]})
        for line in lines_wanted(data, wanted):
            count += 1
            yield line
        if count == 1:
            raise Unreadable("no_document")
        yield as_line({"end": count})
    except Unreadable as refused:
        yield as_line({"refused": refused.reason, "figures": refused.figures})
    except (MemoryError, RecursionError):
        yield as_line({"refused": "too_complex", "figures": {}})
    except Exception:  # the reader's own fault: the parent reports it as such and refuses nothing
        yield as_line({"failed": traceback.format_exc(limit=-3)})


def lines_wanted(data: bytes, wanted: Mapping[str, Any]) -> Iterator[bytes]:
    """The documents. Raises Unreadable."""
    from singlewindow.contract.batch_files import Unreadable, XmlNames, read_json, read_xml  # noqa: PLC0415

    is_xml = wanted["format"] == "xml"
    found = read_xml(data, XmlNames(**wanted["names"])) if is_xml else read_json(data)
    rows = 0
    for count, each in enumerate(found, start=1):
        if count > wanted["max_documents"]:
            raise Unreadable("too_many_documents", limit=wanted["max_documents"])
        weight = 1 + sum(len(value) for value in each.content.values() if isinstance(value, list))
        rows += weight - 1
        if rows > wanted["max_rows"]:
            raise Unreadable("too_many_rows", limit=wanted["max_rows"])
        yield bounded(each, weight, wanted["format"])


def bounded(found: Found, weight: int, format: str) -> bytes:
    """A document's line, or the line of one that is too long or too deep."""
    check_members(found, format)
    try:
        line = as_line(said(found, weight, format))
    except RecursionError:
        line = b""
    if line and len(line) <= MOST_BYTES:
        return line
    reason = "long" if line else "deep"
    found.content, found.lines, found.faults = {}, {}, []
    found.members = dict.fromkeys(MEMBERS[format])
    found.fault("", reason, found.line)
    return as_line(said(found, 1, format))


def said(found: Found, weight: int, format: str) -> dict[str, Any]:
    """A document as it travels; `weight` stands first: it is read without the rest."""
    sender, type = (found.members.get(name) for name in MEMBERS[format])
    return {
        "weight": weight,
        "at": found.line,
        "sender": sender,
        "type": type,
        "content": found.content,
        "lines": found.lines,
        "faults": [[fault.path, fault.reason, fault.line, fault.figures] for fault in found.faults],
    }


def check_members(found: Found, format: str) -> None:
    """Nothing that is said of a document is passed over in silence."""
    for name in MEMBERS[format]:
        if not isinstance(found.members.get(name), str | None):
            found.fault(name, "no_text", found.line, name=name)
            found.members[name] = None
    for name in found.members.keys() - set(MEMBERS[format]):
        found.fault("", "member", found.line, name=name)


def as_line(value: object) -> bytes:
    """One line of JSON in UTF-8 that PostgreSQL stores: what it cannot hold becomes what no field takes."""
    line = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if "\\u0000" in line:
        line = _NUL.sub(r"\1\\u0001", line)
    try:
        return line.encode()
    except UnicodeEncodeError:
        return _HALF.sub("\ufffe", line).encode()


if __name__ == "__main__":
    main(json.loads(sys.stdin.buffer.readline()))
