"""Bar codes: another program reads what was written (PRNT-09)."""

from __future__ import annotations

import re

import pytest
import zxingcpp
from barcode.errors import IllegalCharacterError  # type: ignore[import-untyped]
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from singlewindow.kernel.printing.barcodes import code128


def picture(svg: str) -> Image.Image:
    """The bars of an SVG in black on white, two pixels for each module."""
    width = int(svg.split('viewBox="0 0 ')[1].split(maxsplit=1)[0])
    drawn = Image.new("L", (2 * width, 60), 255)
    for left, bar in re.findall(r"M(\d+) 0h(\d+)v", svg):
        drawn.paste(0, (2 * int(left), 0, 2 * (int(left) + int(bar)), 60))
    return drawn


def read(text: str) -> zxingcpp.Barcode:
    [found] = zxingcpp.read_barcodes(picture(code128(text)))
    return found


@given(st.from_regex(r"[0-9]{18}", fullmatch=True))
def test_any_number_is_read_back(number: str) -> None:
    """PRNT-09."""
    found = read(number)
    assert (found.format, found.text) == (zxingcpp.BarcodeFormat.Code128, number)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
@example("990120261000000001")
@example("99A")
def test_any_text_is_read_back(text: str) -> None:
    """PRNT-09: what the library loses at the beginning is not lost here."""
    assert read(text).text == text


def test_what_has_no_bars_is_refused() -> None:
    with pytest.raises(IllegalCharacterError):
        code128("喆")


def test_a_number_of_18_digits_needs_134_modules() -> None:
    """Two digits in one symbol: a code that a page has room for in modules that a printer can draw."""
    assert 'viewBox="0 0 154 30"' in code128("530120261000000001")
