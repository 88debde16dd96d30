"""What desks do alike with what arrives (`singlewindow/customs/kept.py`)."""

from __future__ import annotations

from typing import Any

from singlewindow.contract.messages import Submission
from singlewindow.customs.kept import newest


def _sent(number: str, sequence: int, company: str, function: str = "ADD") -> Submission:
    told: dict[str, Any] = {"type": "gate.trip", "number": number, "sequence": sequence}
    return Submission.model_construct(**told, company=company, function=function)


def test_of_what_arrives_together_the_newest_counts_and_whose_number_it_is_first() -> None:
    """CUST-01, CUST-03, PORT-10: another company's submission with a higher sequence displaces nobody's."""
    arrived = [
        (5, _sent("B", 1, "owner")),
        (1, _sent("A", 2, "owner")),
        (2, _sent("A", 9, "stranger")),
        (3, _sent("A", 1, "owner")),
        (4, _sent("A", 3, "owner", "MOD")),
    ]
    turns = [[identifier for identifier, _ in turn] for turn in newest(arrived, ("ADD",))]
    assert turns == [[1, 5], [2]]
    assert list(newest(arrived, ("DEL",))) == []
