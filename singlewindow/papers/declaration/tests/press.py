"""Layout files of the samples as pictures, and the reviewed references beside which tests lay them.

`python -m singlewindow.papers.declaration.tests.press` makes all references anew; look at each page before you
commit it (`--enlarged FOLDER` draws the same pages large enough to read).
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageChops

from singlewindow.kernel.codes.load import load_shipped_tables
from singlewindow.kernel.printing.typesetter import Typesetter
from singlewindow.kernel.settings import settings
from singlewindow.papers.declaration.paper import TEMPLATE, Names, codes_of, day_of, paper_data

SAMPLES = Path(__file__).parents[1] / "samples"
REFERENCES = Path(__file__).parent / "references"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
DPI = 72
GREYS = 8  # of a reference: small files, and differences of a shade do not count
NEAR = 64  # of 255: a pixel that differs by more is another one
TOLERANCE = 0.0002  # the part of a page's pixels that may be others: a hundred, a letter or two


def samples() -> list[str]:
    """The names of all samples."""
    return sorted(path.stem for path in SAMPLES.glob("*.json"))


def sample(name: str) -> dict[str, Any]:
    """A sample: `note`, `sealed`, and as `content` a declaration of the register with its number."""
    read: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return read


def shipped_names(declaration: Mapping[str, Any]) -> Names:
    """The names that the shipped code tables have for a declaration's codes."""
    day, known = day_of(declaration), _shipped()
    return {(*code, day): known[code] for code in codes_of(declaration) if code in known}


@cache
def _shipped() -> Mapping[tuple[str, str], str]:
    return {(each.table, each.code): each.name for each in load_shipped_tables()}


async def layout_file(press: Typesetter, declaration: Mapping[str, Any], *, sealed: bool = False) -> bytes:
    """The PDF of a declaration."""
    data = paper_data(declaration, shipped_names(declaration), sealed=sealed)
    return await press.typeset(TEMPLATE, data, NOW)


async def layout_files(names: Iterable[str]) -> dict[str, bytes]:
    """Sample → its PDF."""
    press = Typesetter(settings().fonts)
    try:
        return {
            name: await layout_file(press, each["content"], sealed=each["sealed"])
            for name, each in ((name, sample(name)) for name in names)
        }
    finally:
        await press.close()


def pages(pdf: bytes, dpi: float = DPI) -> Iterator[Image.Image]:
    """Each page as a grey picture."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")


def texts(pdf: bytes) -> list[str]:
    """The text of each page as PDFium reads it, without blanks and line breaks.

    A hyphen that ends a line is to PDFium the character 2; here it is a hyphen again.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        read = [page.get_textpage().get_text_bounded() for page in document]
    return ["".join(text.replace("\x02", "-").split()) for text in read]


def unlike(one: Image.Image, other: Image.Image) -> float:
    """The part of the pixels that differ by more than NEAR; 1 for pictures of different sizes."""
    if one.size != other.size:
        return 1
    counts = ImageChops.difference(one, other).histogram()
    return sum(counts[NEAR + 1 :]) / sum(counts)


def coarse(page: Image.Image) -> Image.Image:
    """A page with GREYS shades, as references are kept."""
    return page.point([round(value * (GREYS - 1) / 255) * 255 // (GREYS - 1) for value in range(256)])


def write(folder: Path, made: Mapping[str, bytes], dpi: float, shades: bool) -> int:
    """A PNG of each page into `folder`; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    drawn = [
        (f"{name}-{at}.png", page) for name, pdf in made.items() for at, page in enumerate(pages(pdf, dpi), 1)
    ]
    for file, page in drawn:
        kept = coarse(page).quantize(GREYS) if shades else page
        kept.save(folder / file, optimize=True)
    return len(drawn)


def main() -> None:
    """Make the references anew, or enlarged pages."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--enlarged", type=Path)
    folder = asked.parse_args().enlarged
    made = asyncio.run(layout_files(samples()))
    count = write(folder, made, 130, shades=False) if folder else write(REFERENCES, made, DPI, shades=True)
    print(f"{len(made)} declarations, {count} pages in {folder or REFERENCES}")  # noqa: T201


if __name__ == "__main__":
    main()
