"""Archives that are sent while they are made (PRNT-06)."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import pytest

from singlewindow.kernel.zip_stream import stream_zip

NOW = datetime(2026, 11, 26, 17, 30, 4, tzinfo=UTC)


async def given(entries: Iterable[tuple[str, bytes]]) -> AsyncIterator[tuple[str, bytes]]:
    for entry in entries:
        yield entry


async def archive(*entries: tuple[str, bytes]) -> zipfile.ZipFile:
    parts = [part async for part in stream_zip(given(entries), NOW)]
    return zipfile.ZipFile(io.BytesIO(b"".join(parts)))


async def test_files_come_back_under_chinese_names_with_the_business_date() -> None:
    """PRNT-06."""
    made = await archive(
        ("报关单 530120261000000018.pdf", b"%PDF 1"), ("喆镕龘𬭎.txt", "内容".encode()), ("空", b"")
    )
    assert made.testzip() is None
    assert made.namelist() == ["报关单 530120261000000018.pdf", "喆镕龘𬭎.txt", "空"]
    assert made.read("喆镕龘𬭎.txt").decode() == "内容"
    assert {each.date_time for each in made.infolist()} == {(2026, 11, 27, 1, 30, 4)}
    assert all(each.flag_bits & 0x800 for each in made.infolist()), "names are marked as UTF-8"


async def test_equal_names_are_made_different_and_bad_ones_harmless() -> None:
    """PRNT-06: a name never leaves the folder into which the archive is unpacked."""
    names = ["a.pdf", "a.pdf", "A.PDF", "a (2).pdf", "../../etc/passwd", "c:\\x\n?.pdf", "", "..", "无", "无"]
    made = await archive(*((name, str(at).encode()) for at, name in enumerate(names)))
    assert made.namelist() == [
        "a.pdf", "a (2).pdf", "A (3).PDF", "a (2) (2).pdf", "_.._etc_passwd", "c__x__.pdf", "_", "_ (2)",
        "无", "无 (2)",
    ]  # fmt: skip
    assert [made.read(each) for each in made.namelist()] == [str(at).encode() for at in range(10)]


async def test_an_empty_archive_is_one() -> None:
    """PRNT-06."""
    assert (await archive()).namelist() == []


async def test_a_thousand_files_are_never_in_memory_together() -> None:
    """PRNT-06: a thousand files of 60 KB, 60 MB in all; what is held is a file or two and the list of names."""
    rest, seen = random.Random(1), 0

    async def papers() -> AsyncIterator[tuple[str, bytes]]:
        for at in range(1000):
            yield f"报关单{at:04d}.pdf", rest.randbytes(60_000)

    tracemalloc.start()
    try:
        async for part in stream_zip(papers(), NOW):
            seen += len(part)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen > 60_000_000
    assert peak < 3_000_000, peak


async def test_an_archive_that_breaks_off_is_not_taken_for_a_whole_one() -> None:
    """PRNT-06."""

    async def broken() -> AsyncIterator[tuple[str, bytes]]:
        yield "a.pdf", b"1"
        raise RuntimeError("the database is away")

    stream = stream_zip(broken(), NOW)
    part = await anext(stream)
    with pytest.raises(RuntimeError, match="away"):
        await anext(stream)
    assert part
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(part))
