"""The child process that typesets; `typesetter.py` starts it, bounds it and hands it its work.

`python -B child.py CONFIG`: a JSON object with root, fonts (folders), memory_bytes and cpu_seconds. Work comes on stdin
and answers go to stdout, each with its length in 8 bytes (big-endian) before it. Work: a JSON object with template (a
path below root), data (JSON text) and now (seconds since 1970). An answer: "P" and the PDF, or "F" and what failed.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any, BinaryIO

LENGTH = 8  # bytes


def main(config: dict[str, Any]) -> None:
    """Work until stdin ends."""
    resource.setrlimit(resource.RLIMIT_AS, (config["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (config["cpu_seconds"],) * 2)
    import typst  # noqa: PLC0415 bounded before the library is loaded

    fonts = typst.Fonts(include_system_fonts=False, font_paths=config["fonts"])
    compiler = typst.Compiler(root=config["root"], font_paths=fonts)
    while work := read(sys.stdin.buffer):
        write(sys.stdout.buffer, answer(compiler, json.loads(work)))


def answer(compiler: Any, work: dict[str, Any]) -> bytes:
    """The answer to one piece of work."""
    try:
        made = compiler.compile(
            input=work["template"], format="pdf", sys_inputs={"data": work["data"]}, timestamp=work["now"]
        )
    except Exception as error:
        return b"F" + f"{type(error).__name__}: {error} {getattr(error, 'trace', '')}".encode()
    return b"P" + bytes(made)


def read(source: BinaryIO) -> bytes:
    """One message; b"" at the end."""
    length = source.read(LENGTH)
    return source.read(int.from_bytes(length, "big")) if len(length) == LENGTH else b""


def write(target: BinaryIO, message: bytes) -> None:
    """One message."""
    target.write(len(message).to_bytes(LENGTH, "big") + message)
    target.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
