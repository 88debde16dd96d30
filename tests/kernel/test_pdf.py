"""UI-18: uploaded PDFs, judged by a child process that is bounded in time, memory and what it may do."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from singlewindow.kernel.attachments import pdf
from singlewindow.kernel.attachments.pdf import PdfCheckFailed, PdfFacts, PdfLimits, PdfRefused, check_pdf
from singlewindow.kernel.attachments.upload import checked
from singlewindow.kernel.problems import TooMany
from tests import pdf_samples as samples

PATIENT = 60.0  # seconds; a machine that builds stands still for ten
LIMITS = PdfLimits(seconds=PATIENT)


async def refusal(data: bytes, limits: PdfLimits = LIMITS) -> PdfRefused:
    with pytest.raises(PdfRefused) as caught:
        await check_pdf(data, limits)
    return caught.value


@pytest.mark.parametrize("name", samples.HOSTILE)
async def test_hostile_and_broken_files_are_refused_each_with_its_own_words(name: str) -> None:
    """UI-18: a wrong file is refused, with a Chinese message and advice."""
    reason, make = samples.HOSTILE[name]
    refused = await refusal(make())
    assert refused.reason == reason
    assert re.search("[一-龥]", refused.message)
    assert refused.advice


async def test_good_files_are_taken() -> None:
    """UI-18: ordinary PDFs of several makers' habits pass."""
    assert await check_pdf(samples.make_pdf(pages=5, page_bytes=20_000), LIMITS) == PdfFacts(5, 20_000)
    assert (await check_pdf(samples.compressed(), LIMITS)).pages == 3
    assert (await check_pdf(samples.with_link(), LIMITS)).pages == 1  # a link that somebody must click
    assert (await check_pdf(samples.with_stream(b"\xff\xd8", "/DCTDecode"), LIMITS)).pages == 1
    assert (await check_pdf(samples.without_resources(), LIMITS)).pages == 1
    assert (await check_pdf(samples.with_page_of(14_400), LIMITS)).pages == 1
    assert (await check_pdf(samples.with_huge_image(20_000), LIMITS)).pages == 1  # A1 at 600 dpi
    short = samples.with_stream(samples.lzw_of_one_byte(5_000), "/LZWDecode")
    assert (await check_pdf(short, LIMITS)).pages == 1


async def test_a_file_of_exactly_4m_is_taken_and_one_byte_more_is_not() -> None:
    """UI-18: 4 MB = 4,194,304 bytes; the message has the real figures."""
    at_limit = samples.make_pdf_of_size(4_194_304)
    assert len(at_limit) == 4_194_304
    assert (await check_pdf(at_limit, LIMITS)).pages > 20
    refused = await refusal(samples.make_pdf_of_size(4_194_305))
    assert refused.reason == "size"
    assert "4,194,305" in refused.message
    assert "4,194,304" in refused.message


async def test_a_file_of_5m_is_refused() -> None:
    """UI-18: 5 MB is too much."""
    assert (await refusal(samples.make_pdf_of_size(5_242_880))).reason == "size"


async def test_a_page_of_exactly_200k_is_taken_and_one_byte_more_is_not() -> None:
    """UI-18: 200 KB a page = 204,800 bytes; the message names the page and the real figures."""
    assert await check_pdf(samples.make_pdf_of_pages(1000, 204_800), LIMITS) == PdfFacts(2, 204_800)
    refused = await refusal(samples.make_pdf_of_pages(1000, 204_801, 1000))
    assert refused.reason == "page_size"
    assert "第 2 页" in refused.message
    assert "204,801" in refused.message


async def test_what_pages_share_counts_a_part_for_each() -> None:
    """UI-18: fair share: an image of four pages counts a quarter for each."""
    assert await check_pdf(samples.with_shared_image(4, 400_000), LIMITS) == PdfFacts(4, 101_000)
    assert (await refusal(samples.with_shared_image(1, 400_000))).reason == "page_size"
    assert (await check_pdf(samples.with_shared_image(3, 100_000), LIMITS)).largest_page_bytes == 34_334  # up
    assert await check_pdf(samples.with_inherited_image(300_000), LIMITS) == PdfFacts(2, 151_000)
    assert await check_pdf(samples.with_document_profile(2, 5_000), LIMITS) == PdfFacts(2, 3_500)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "JPEG"),
        (b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml", "docx"),
        (b"PK\x03\x04" + b"\0" * 26 + b"readme.txt", "ZIP"),
        (b"PK\x03\x04" + b"\0" * 26 + b"OFD.xml", "OFD"),
        (b"<html>", "网页"),
        (b"hello", "其他格式"),
        (b"\x89PNG\r\n\x1a\n" + samples.make_pdf(), "PNG"),
    ],
)
async def test_a_renamed_file_is_named_for_what_it_is(data: bytes, words: str) -> None:
    """UI-18: PDF only, judged by content and not by the file's name."""
    refused = await refusal(data)
    assert refused.reason in ("not_pdf", "empty")
    assert words in refused.message


async def test_empty_name_trees_do_no_harm() -> None:
    """UI-18: editors leave an empty list of attachments behind; nothing is embedded."""
    assert (await check_pdf(samples.with_empty_name_trees(), LIMITS)).pages == 1


# ------------------------------------------------------------------------------------------- the child


def child_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> Path:
    """Put another child in place; it leaves its process id in the file answered."""
    left = tmp_path / "pid"
    script = tmp_path / "child.py"
    script.write_text(f"import os, sys, time\nopen({str(left)!r}, 'w').write(str(os.getpid()))\n{does}\n")
    monkeypatch.setattr(pdf, "CHILD", script)
    return left


def gone(left: Path) -> bool:
    """Whether the process is no more, not even as a zombie."""
    try:
        os.kill(int(left.read_text()), 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_child_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """UI-18: wall-clock bound. It used no processor time, so it was the machine: the user tries again, and hears
    nothing against the file."""
    left = child_that(tmp_path, monkeypatch, "time.sleep(60)")
    with pytest.raises(TooMany) as later:
        await checked(samples.make_pdf(pages=3, page_bytes=200_000), PdfLimits(seconds=0.5), "")
    assert (later.value.extra["retry_after"], "繁忙" in later.value.detail) == (5, True)
    assert gone(left)


async def test_a_cancelled_check_leaves_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """UI-18: a user who leaves the page does not leave a process behind."""
    left = child_that(tmp_path, monkeypatch, "time.sleep(60)")
    task = asyncio.create_task(check_pdf(samples.make_pdf(), LIMITS))
    while not (left.exists() and left.read_text()):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gone(left)


KILLED = "os.kill(os.getpid(), 9)"


async def test_a_checker_that_is_killed_is_asked_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-18: whoever ended it (a person, a machine without memory) says nothing of the file."""
    once = tmp_path / "once"
    answer = '{"pages": 2, "largest_page_bytes": 7, "largest_page": 1}'
    does = f"p = {str(once)!r}\nif not os.path.exists(p): open(p, 'w'); {KILLED}\nprint({answer!r})"
    child_that(tmp_path, monkeypatch, does)
    assert await check_pdf(samples.make_pdf(), LIMITS) == PdfFacts(2, 7)


@pytest.mark.parametrize(
    "does", [KILLED, "sys.exit(3)", "print('[]')", 'print(\'{"pages": "many"}\')', "print('x' * 200_000)"]
)
async def test_a_broken_checker_refuses_nothing(
    does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-18: our own fault is not blamed on the user's file."""
    child_that(tmp_path, monkeypatch, does)
    with pytest.raises(PdfCheckFailed):
        await check_pdf(samples.make_pdf(), LIMITS)


async def test_processor_time_is_bounded() -> None:
    """UI-18: a stream that is only work, without output, ends with the child's processor time."""
    busy = samples.with_stream(samples.lzw_of_clear_codes(15_000_300), "/LZWDecode")
    refused = await refusal(busy, PdfLimits(max_bytes=20_000_000, seconds=PATIENT, cpu_seconds=1))
    assert refused.reason == "too_complex"


async def test_memory_is_bounded() -> None:
    """UI-18: a file that makes the library ask for too much memory ends its own check only."""
    greedy = samples.object_stream_bomb()
    generous = PdfLimits(max_decoded_bytes=2**30, seconds=PATIENT, memory_bytes=2**32)
    assert (await check_pdf(greedy, generous)).pages == 1
    refused = await refusal(greedy, replace(generous, memory_bytes=300 * 2**20))
    assert refused.reason in ("damaged", "too_complex")  # the library calls its lack of memory damage


async def test_at_most_two_children_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """UI-18: many uploads at once wait for each other."""
    folder = tmp_path / "running"
    folder.mkdir()
    does = (
        f"mine = {str(folder)!r} + '/' + str(os.getpid()); open(mine, 'w').close(); time.sleep(0.2)\n"
        f"most = len(os.listdir({str(folder)!r})); os.remove(mine)\n"
        'print(\'{"pages": 1, "largest_page_bytes": %d, "largest_page": 1}\' % most)'
    )
    child_that(tmp_path, monkeypatch, does)
    found = await asyncio.gather(*(check_pdf(samples.make_pdf(), LIMITS) for _ in range(5)))
    assert max(facts.largest_page_bytes for facts in found) == pdf.CHILDREN_AT_ONCE


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
async def test_the_child_is_bounded_and_sees_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI-18: no file may be written, no core left; addresses and passwords of the server are not passed on."""
    monkeypatch.setenv("SINGLEWINDOW_DATABASE_URL", "postgresql://secret")
    real = pdf.CHILD.read_text()
    script = tmp_path / "child.py"
    spy = f"""
import os
assert not [name for name in os.environ if name.startswith("SINGLEWINDOW")]
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
assert resource.getrlimit(resource.RLIMIT_CPU) == (5, 6)
assert resource.getrlimit(resource.RLIMIT_AS)[0] == 768 * 1024 * 1024
try:
    with open({str(tmp_path / "written")!r}, "w") as out:
        out.write("x")
except OSError:
    pass
"""
    script.write_text(real.replace("import pikepdf ", spy + "import pikepdf "))
    monkeypatch.setattr(pdf, "CHILD", script)
    assert (await check_pdf(samples.make_pdf(), LIMITS)).pages == 1
    assert (tmp_path / "written").read_bytes() == b""
