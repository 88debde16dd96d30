"""A zip archive that is sent while it is made: of whatever number of files, one at a time is in memory."""

from __future__ import annotations

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from typing import IO, cast

from singlewindow.kernel.documents.store import CHINA

LEVEL = 1  # most of what is packed is compressed already
LONGEST_NAME = 120  # characters
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')  # in a file's name on any common system


async def stream_zip(entries: AsyncIterator[tuple[str, bytes]], now: datetime) -> AsyncIterator[bytes]:
    """The bytes of a zip archive of these files (name, content), dated `now` in Chinese time.

    Names may be Chinese. What a name must not hold becomes "_"; of equal names the later ones get " (2)", " (3)".
    Where `entries` raises, the stream ends with that error and the archive is incomplete, which every program notices.
    """
    sink, names = _Sink(), _Names()
    date = now.astimezone(CHINA).timetuple()[:6]
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        try:
            async for name, content in entries:
                entry = zipfile.ZipInfo(names.unique(name), date)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                await asyncio.to_thread(archive.writestr, entry, content)
                yield sink.taken()
        except BaseException:
            archive.fp = None  # without its directory: nobody shall take the half for the whole
            raise
    yield sink.taken()


class _Sink:
    """Where the archive is written to; it cannot go back, so that sizes stand behind each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken


class _Names:
    """Names that were given away; two that differ in letter case alone are equal for some systems."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, name: str) -> str:
        safe = _UNSAFE.sub("_", name).strip(" .")[-LONGEST_NAME:] or "_"
        stem, dot, ending = safe.rpartition(".")
        stem, ending = (stem, dot + ending) if stem else (safe, "")
        chosen, count = safe, 1
        while chosen.casefold() in self._taken:
            count += 1
            chosen = f"{stem} ({count}){ending}"
        self._taken.add(chosen.casefold())
        return chosen
