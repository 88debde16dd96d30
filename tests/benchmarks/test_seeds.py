"""What benchmarks put into databases is told from what is there."""

from __future__ import annotations

from benchmarks import declarations
from singlewindow.demo import appointments, printable


def test_copies_of_declarations_have_numbers_of_their_own() -> None:
    """They are found again by their last nine digits; those of the demonstration world must not be among them."""
    copies = range(declarations.SERIALS, declarations.SERIALS + 10_000_000)
    assert printable.FIRST_SERIAL not in copies
    assert appointments.FIRST_SERIAL not in copies
    assert len(str(copies[0])) == len(str(copies[-1])) == 9
