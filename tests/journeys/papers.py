"""What a print preview holds: the PDF that the page would keep, and its text."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.acts import SLOW
from tests.journeys.browser import Desk


def kept(desk: Desk, folder: Path, name: str) -> Path:
    """The PDF of the open preview, by its 下载; a picture of its first page stands with the screenshots."""
    expect(desk.dialog().get_by_title("打印件")).to_be_visible(timeout=SLOW)
    with desk.page.expect_download() as download:
        desk.dialog().locator("a, button").filter(has_text="下载").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF-")
    desk.shots += 1
    picture = desk.folder / f"{desk.prefix}{desk.shots:02d}-{name}-paper"
    subprocess.run(
        ("pdftoppm", "-png", "-r", "80", "-f", "1", "-l", "1", "-singlefile", file, picture), check=True
    )
    return file


def text_of(file: Path) -> str:
    """Its words without blanks and line ends: cells wrap, and Chinese stands a little apart from Latin."""
    command = ("pdftotext", "-layout", str(file), "-")
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "".join(text.replace("\u200b", "").split())
