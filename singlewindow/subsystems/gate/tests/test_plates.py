"""The shapes of number plates (GATE-10): what is known is recognised, the rest is only warned of."""

from __future__ import annotations

import pytest

from singlewindow.subsystems.gate.plates import looks_like_a_plate

PLATES = [
    "粤B12345",
    "沪AD1234",
    "京A8888A",
    "新A12345",
    "粤BA1234",
    "粤B1234挂",
    "粤B1234学",
    "粤B1234警",
    "粤A1234领",
    "粤ZA123港",
    "粤ZB123澳",
    "使014578",
    "224578使",
    "粤BD12345",
    "粤BF12345",
    "粤BDA1234",
    "沪A12345D",
    "沪A12345F",
    "粤BK12345",
]
OTHERS = [
    "粤B1234",
    "粤B123456",
    "B12345",
    "粤I12345",
    "粤B1234O",
    "粤B1234I",
    "粤b12345",
    "粤B·12345",
    "粤B12345挂",
    "粤BL12345",
    "粤B12345L",
    "粤BDAB234",
    "中B12345",
    "1234УБА",
    "军A12345",
    "使12345",
]


@pytest.mark.parametrize("plate", PLATES)
def test_a_plate(plate: str) -> None:
    """GATE-10: ordinary 7, new energy 8, trailers, learners, police, consulates, embassies, Hong Kong and Macao."""

    assert looks_like_a_plate(plate)


@pytest.mark.parametrize("text", OTHERS)
def test_no_plate(text: str) -> None:
    """GATE-10: the letters I and O are not used; foreign and military ones have other shapes."""
    assert not looks_like_a_plate(text)
