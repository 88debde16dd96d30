"""The child process that typesets, and how a child of `children.py` is spoken to.

`python -m singlewindow.kernel.printing.child CONFIG`: a JSON object with root, fonts (folders), memory_bytes and
cpu_seconds. Work comes on stdin and answers go to stdout, each with its length in 8 bytes (big-endian) before it. Who
can work says so by an answer of no bytes. Work: a JSON object with template (a path below root), data (JSON text) and
now (seconds since 1970). An answer: "P" and the PDF, or "F" and what failed.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from singlewindow.kernel.printing.coverage import covered_by, spelled_out

LENGTH = 8  # bytes
CHINESE = "单"  # whatever a print says, it has such characters


def main(config: dict[str, Any]) -> None:
    """Work until stdin ends."""
    bound(config)
    import typst  # noqa: PLC0415 bounded before the library is loaded

    fonts = typst.Fonts(include_system_fonts=False, font_paths=config["fonts"])
    compiler = typst.Compiler(root=config["root"], font_paths=fonts)
    covered = covered_by(Path(folder) for folder in config["fonts"] if not folder.endswith("Bold"))

    def work(asked: bytes) -> bytes:
        if (
            CHINESE not in covered
        ):  # every character would be spelled out, and templates ask for labels by name
            raise FileNotFoundError(
                f"no Chinese font in {', '.join(config['fonts'])}: SINGLEWINDOW_FONTS names them"
            )
        return typeset(compiler, covered, json.loads(asked))

    serve(work)


def typeset(compiler: Any, covered: frozenset[str], work: dict[str, Any]) -> bytes:
    """The PDF of one piece of work. What the fonts lack is spelled out; `sys.inputs.missing` says what that was."""
    data, missing = spelled_out(work["data"], covered)
    inputs = {"data": data, "missing": "".join(missing)}
    try:
        made = compiler.compile(
            input=work["template"], format="pdf", sys_inputs=inputs, timestamp=work["now"]
        )
    except Exception as error:
        error.add_note(str(getattr(error, "trace", "")))
        raise
    return bytes(made)


def bound(config: dict[str, Any]) -> None:
    """Take from this process what it must not use."""
    resource.setrlimit(resource.RLIMIT_AS, (config["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (config["cpu_seconds"],) * 2)


def serve(do: Callable[[bytes], bytes]) -> None:
    """Say that one can work, then do what comes, one piece after another, until stdin ends."""
    _answer(b"")
    while work := _read():
        try:
            answer = b"P" + do(work)
        except Exception as error:
            notes = " ".join(getattr(error, "__notes__", ()))
            answer = b"F" + f"{type(error).__name__}: {error} {notes}".encode()
        _answer(answer)


def _answer(said: bytes) -> None:
    sys.stdout.buffer.write(len(said).to_bytes(LENGTH, "big") + said)
    sys.stdout.buffer.flush()


def _read() -> bytes:
    """One message; b"" at the end."""
    length = sys.stdin.buffer.read(LENGTH)
    return sys.stdin.buffer.read(int.from_bytes(length, "big")) if len(length) == LENGTH else b""


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
