"""Which characters the fonts of prints have, and how the others stand on paper.

A character that no font has would be drawn as a box, and what is copied out of the file would lack it: all of them
share one glyph. So it stands there as its number, 〔U+20BB7〕, which anybody can look up.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

_UNICODE = {(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)}  # platform and encoding of tables that speak of Unicode
_ASCII = frozenset(map(chr, range(128)))
_WITHOUT_GLYPH = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # they choose another character's shape


def covered_by(folders: Iterable[Path]) -> frozenset[str]:
    """The characters of all TrueType and OpenType fonts in these folders. Raises OSError, struct.error."""
    found: set[str] = set(_ASCII)
    for folder in folders:
        for file in sorted(each for each in folder.rglob("*") if each.suffix.lower() in (".ttf", ".otf")):
            found.update(_characters(file.read_bytes()))
    return frozenset(found)


def spelled_out(text: str, covered: Collection[str]) -> tuple[str, list[str]]:
    """The text with characters that are not covered as 〔U+…〕, and those characters."""
    missing = sorted(c for c in set(text).difference(covered) if _has_glyph(c))
    for character in missing:
        text = text.replace(character, f"〔U+{ord(character):04X}〕")
    return text, missing


def _has_glyph(character: str) -> bool:
    """Whether it would be drawn at all; blanks, and marks that only steer, are not."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Zs") and not _WITHOUT_GLYPH.match(character)


def _characters(font: bytes) -> Iterator[str]:
    """The characters of a font, from its table cmap (OpenType 1.9, cmap, formats 4 and 12)."""
    [count] = struct.unpack_from(">H", font, 4)
    tables = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * count, 16)
    }
    start = tables[b"cmap"]
    [parts] = struct.unpack_from(">H", font, start + 2)
    for at in range(start + 4, start + 4 + 8 * parts, 8):
        platform, encoding, offset = struct.unpack_from(">HHI", font, at)
        if (platform, encoding) in _UNICODE:
            yield from _of_part(font, start + offset)


def _of_part(font: bytes, at: int) -> Iterator[str]:
    [format_] = struct.unpack_from(">H", font, at)
    if format_ == 4:
        yield from _segments(font, at)
    elif format_ == 12:
        [groups] = struct.unpack_from(">I", font, at + 12)
        for first, last, _ in struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * groups]):
            yield from map(chr, range(first, last + 1))


def _segments(font: bytes, at: int) -> Iterator[str]:
    """Format 4: segments of numbers, each with a distance to its glyphs, or a list of them, in which 0 is none."""
    [double] = struct.unpack_from(">H", font, at + 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + double)
    deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * double)
    lists = at + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", font, lists)
    for n, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if not offset:
                glyph = (code + delta) & 0xFFFF
            else:
                [glyph] = struct.unpack_from(">H", font, lists + 2 * n + offset + 2 * (code - first))
            if glyph:
                yield chr(code)
