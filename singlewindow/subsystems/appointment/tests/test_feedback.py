"""Declaration numbers that are fed back: APPT-10, cases F1 to F11 as far as they are the rule's."""

from __future__ import annotations

from typing import Any

import pytest

from singlewindow.subsystems.appointment.feedback import (
    NOT_DECLARED,
    Applied,
    Difference,
    differences,
    feedback_until,
    unanswered_from,
    unknown,
)
from singlewindow.subsystems.appointment.readings import Readings
from singlewindow.subsystems.appointment.tests.ports import at

APPLIED = Applied("I", "5301", "5304", "4403110001", "4401960002", at("2026-11-26 13:00:00"))
NUMBER = "530120261000000123"
ENTRY = {
    "ie_flag": "I",
    "district": "5301",
    "port": "5304",
    "declarant_code": "4403110001",
    "consignee_code": "4401960002",
    "declared_at": "2026-11-28T10:30:00+08:00",
}


def found(number: str = NUMBER, applied: Applied = APPLIED, /, **entry: Any) -> list[Difference]:
    return differences([number], applied, {number: ENTRY | entry})


def test_f1_the_days_for_feedback() -> None:
    """F1: until the last second of the fifth day after the window's end."""
    assert feedback_until(at("2026-11-28 10:00"), Readings()) == at("2026-12-03 23:59:59")
    assert at("2026-12-03 23:59") < unanswered_from(at("2026-11-28 10:00"), Readings())


def test_f2_unanswered_from_midnight_on() -> None:
    """F2, and the other reading; a window over midnight ends a day later."""
    assert unanswered_from(at("2026-11-28 10:00"), Readings()) == at("2026-12-04 00:00")
    assert unanswered_from(at("2026-11-28 22:00"), Readings()) == at("2026-12-05 00:00")
    assert unanswered_from(at("2026-11-28 21:59"), Readings()) == at("2026-12-04 00:00")
    after = Readings(unanswered="after_window")
    assert unanswered_from(at("2026-11-28 10:00"), after) == at("2026-11-28 12:00")
    assert unanswered_from(at("2026-11-28 10:00"), Readings(feedback_days=3)) == at("2026-12-02 00:00")


def test_f3_the_digits_agree() -> None:
    """F3: a number that the register does not hold passes by its digits, and is named for a warning."""
    assert differences([NUMBER], APPLIED, {}) == []
    assert unknown([NUMBER, "123"], {}) == [NUMBER]
    assert found() == []
    assert unknown([NUMBER], {NUMBER: ENTRY}) == []


def test_f4_the_other_direction() -> None:
    """An export's number for an import."""
    [difference] = differences(["530120260000000123"], APPLIED, {})
    assert (difference.field, difference.expected, difference.found) == ("进出口标识", "I-进口", "E-出口")


def test_f5_another_port() -> None:
    """F5: number, field and both values."""
    [difference] = differences(["571120261000000123"], APPLIED, {})
    assert (difference.row, difference.number, difference.field) == (1, "571120261000000123", "申报口岸")
    assert difference.message == ("571120261000000123：申报口岸不一致，预约通关申请为 5301，报关单为 5711")


@pytest.mark.parametrize("letter", ["I", "E"])
def test_f6_a_consolidated_list(letter: str) -> None:
    """The number of a 集中申报清单 is none of a declaration."""
    [difference] = differences([f"53012026{letter}000000123"], APPLIED, {})
    assert "集中申报清单" in difference.message


def test_f7_at_most_fifty() -> None:
    """F7: 50 pass, 51 do not."""
    numbers = [f"53012026100000{serial:04d}" for serial in range(51)]
    assert differences(numbers[:50], APPLIED, {}) == []
    [difference] = differences(numbers, APPLIED, {})
    assert (difference.row, difference.found) == (0, "51 票")
    assert "50 票" in difference.message


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("", "0 位"), ("53012026100000012", "17 位"), ("5301202610000001234", "19 位"),
        ("53012026100000012X", "非数字"), ("５３０１２０２６１０００００００１２３"[:18], "非数字"),
    ],
)  # fmt: skip
def test_eighteen_digits(number: str, told: str) -> None:
    [difference] = differences([number], APPLIED, {})
    assert "18 位数字" in difference.message
    assert told in difference.found


def test_position_nine_is_a_flag() -> None:
    [difference] = differences(["530120262000000123"], APPLIED, {})
    assert (difference.field, difference.found) == ("进出口标识", "第 9 位为 2（应为 1 进口或 0 出口）")


def test_no_number_twice() -> None:
    [difference] = differences([NUMBER, "530120261000000124", NUMBER], APPLIED, {})
    assert (difference.row, difference.found) == (3, "与第 1 行相同")


@pytest.mark.parametrize(
    ("member", "value", "field"),
    [
        ("ie_flag", "E", "进出口标识"),
        ("district", "5304", "申报口岸"),
        ("port", "5301", "进出口岸"),
        ("declarant_code", "4403110009", "申报单位"),
        ("consignee_code", "4401960009", "收发货人"),
        ("declared_at", "2026-11-26T13:00:00+08:00", "申报日期"),
    ],
)
def test_every_member_of_the_register(member: str, value: str, field: str) -> None:
    """APPT-10: each difference names the field and both values."""
    [difference] = differences([NUMBER], APPLIED, {NUMBER: ENTRY | {member: value}})
    assert difference.field == field
    assert NUMBER in difference.message
    assert difference.expected in difference.message
    assert difference.found in difference.message


def test_every_difference_of_a_number_at_once() -> None:
    numbers = ["571120260000000123", NUMBER]
    entry = ENTRY | {
        "district": "5711",
        "port": "5711",
        "ie_flag": "E",
        "consignee_code": "Y",
        "status": "8",
        "status_name": "删单",
    }
    seen = differences(numbers, APPLIED, {numbers[0]: entry, NUMBER: ENTRY})
    assert [(each.row, each.field) for each in seen] == [
        (1, "状态"), (1, "进出口标识"), (1, "申报口岸"), (1, "进出口岸"), (1, "收发货人"),
    ]  # fmt: skip


def test_nothing_is_told_of_other_companies_declarations() -> None:
    """PORT-10 against APPT-10: that it is theirs, and what the number's own digits say."""
    theirs = {"declarant_code": "3502110007", "consignee_code": "4403160002", "port": "5316", "status": "8"}
    seen = found("530120260000000123", **theirs, declared_at="2026-11-20T08:15:00+08:00")
    assert [each.field for each in seen] == ["申报单位和收发货人", "进出口标识"]
    told = "".join(each.message for each in seen)
    assert "不属于本预约通关申请的申报单位和收发货人" in told
    assert [word for word in (*theirs.values(), "08:15", "删单") if word in told and len(word) > 1] == []
    assert [each.field for each in found(**theirs | {"consignee_code": APPLIED.declarant_code})] == [
        "状态", "进出口岸", "申报单位", "收发货人",
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["1", "2", "3", "5", "6", "8"])
def test_what_customs_have_not_accepted(status: str) -> None:
    """APPT-10: customs refuse it always, so the portal does."""
    [difference] = found(status=status)
    assert (difference.field, difference.found) == ("状态", NOT_DECLARED[status])
    assert [found(status=accepted) for accepted in ("4", "7", "9", "10", "11")] == [[]] * 5


@pytest.mark.parametrize(
    ("declared", "late"),
    [
        ("2026-11-26T13:00:01+08:00", True),
        ("2026-11-26T05:00:01+00:00", True),
        ("2026-11-26T13:00:00+08:00", False),
        ("2026-11-26T12:59:59+08:00", False),
        ("2026-11-26", True),  # a day without time: the same day is late enough
        ("2026-11-25", False),
        ("2026-11-27", True),
        ("", True),  # nothing is known of it
        ("soon", True),
    ],
)
def test_declared_after_the_application(declared: str, late: bool) -> None:
    """The trap of facts 2.6: declared on the same evening is later."""
    seen = found(declared_at=declared)
    assert [each.field for each in seen] == ([] if late else ["申报日期"])
    if not late:
        assert "申报日期应晚于" in seen[0].message


def test_a_day_is_counted_in_china() -> None:
    """Submitted at 01:00 on the 27th in China, while it is the 26th in London."""
    applied = Applied("I", "5301", "5304", "4403110001", "4401960002", at("2026-11-27 01:00"))
    assert [each.field for each in found(NUMBER, applied, declared_at="2026-11-26")] == ["申报日期"]
    assert found(NUMBER, applied, declared_at="2026-11-27") == []


def test_members_that_the_register_leaves_out() -> None:
    assert differences([NUMBER], APPLIED, {NUMBER: {"status": "9"}}) == []
