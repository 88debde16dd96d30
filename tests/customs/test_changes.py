"""What a change alters, for the officer: field by field, row by row, beside what was in force (CUST-03, GATE-08)."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from singlewindow.contract.messages import Submission
from singlewindow.contract.signatures import canonical
from singlewindow.customs.officers.changes import Change, changes
from tests.customs.company import Company
from tests.customs.conftest import Customs
from tests.customs.gate import TYPE, Gate


@pytest.fixture
async def gate(customs: Customs, own: Company) -> Gate:
    return Gate(customs, own, await customs.log_in())


LABELS = {
    "plate": "车牌",
    "mode": "运输方式",
    "bodies": "表体",
    "bodies/bill": "提单号",
    "bodies/weight": "重量",
}


def said(content: dict[str, Any], **names: str) -> Submission:
    return Submission(
        type=TYPE, title="车次", number="1", sequence=1, action="change", action_title="变更", district="2248",
        company="1", company_name="甲", labels=LABELS, content=b64encode(canonical(content)).decode(),
        statement="", signature="", certificate="", attachments=[], request_id="", submitted_at=datetime.now(UTC),
        code_names={path.replace("__", "/"): name for path, name in names.items()},
    )  # fmt: skip


def rows(*bills: str, **weights: str) -> list[dict[str, str]]:
    return [{"bill": bill, "weight": weights.get(bill, "1")} for bill in bills]


def test_fields_stand_in_the_form_s_order_with_the_names_of_codes() -> None:
    before = said({"mode": "4", "plate": "A", "remark": "x", "same": "1"}, mode="公路")
    after = said({"plate": "B", "mode": "2", "remark": "", "same": "1", "more": "y"}, mode="水路")
    assert changes(before, after) == [
        Change("车牌", "A", "B"),
        Change("运输方式", "4 公路", "2 水路"),
        Change("remark", "x", None),
        Change("more", None, "y"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (rows("A", "B"), rows("A", "B"), []),
        (rows("A", "B"), rows("A", "B", B="2"), [Change("表体 第 2 行 重量", "1", "2")]),
        (rows("A", "B"), rows("B"), [Change("表体 原第 1 行", {"提单号": "A", "重量": "1"}, None)]),
        (rows("A"), rows("N", "A"), [Change("表体 第 1 行", None, {"提单号": "N", "重量": "1"})]),
        (
            rows("A", "B", "C"),
            rows("B", "C", C="3"),
            [
                Change("表体 原第 1 行", {"提单号": "A", "重量": "1"}, None),
                Change("表体 第 2 行（原第 3 行） 重量", "1", "3"),
            ],
        ),
        ([], rows("A"), [Change("表体 第 1 行", None, {"提单号": "A", "重量": "1"})]),
    ],
)
def test_rows_are_compared_with_those_whose_place_they_take(
    before: list[dict[str, str]], after: list[dict[str, str]], expected: list[Change]
) -> None:
    assert changes(said({"bodies": before}), said({"bodies": after})) == expected


def test_an_empty_field_is_as_good_as_none() -> None:
    before, after = {"plate": "", "bodies": [{"bill": "A", "weight": ""}]}, {"bodies": [{"bill": "A"}]}
    assert changes(said(before), said(after)) == []


async def test_an_officer_sees_what_a_change_alters(gate: Gate) -> None:
    """GATE-08: beside the content in force, which a refused change never was, and an accepted one is from then on."""
    base = await gate.accepted()
    refused = await gate.declare(sequence=2, function="MOD", vehicle_weight="1")
    await gate.decide(refused, "return", "重量不符")
    change = await gate.declare(sequence=3, function="MOD", vehicle_weight="9000", goods_wt="21000")
    seen = (await gate.detail(change))["changes"]
    assert seen == [
        {"label": "bodies 第 1 行 goods_wt", "before": "20000", "after": "21000"},
        {"label": "vehicle_weight", "before": "8000", "after": "9000"},
    ]
    await gate.decide(change, "accept")
    again = await gate.declare(sequence=4, function="MOD", vehicle_weight="9500", goods_wt="21000")
    assert (await gate.detail(again))["changes"] == [
        {"label": "vehicle_weight", "before": "9000", "after": "9500"}
    ]
    same = await gate.declare(sequence=5, function="MOD", vehicle_weight="9000", goods_wt="21000")
    assert (await gate.detail(same))["changes"] == []
    deletion = await gate.declare(sequence=6, function="DEL")
    assert [(await gate.detail(each))["changes"] for each in (base, deletion)] == [None, None]
    assert (await gate.detail(change))["changes"] == seen, "also when it was decided"


async def test_a_change_is_shown_at_the_default_desk_too(customs: Customs, own: Company) -> None:
    """CUST-03: no desk of its own is needed for it."""
    headers = await customs.log_in()
    first = await customs.receive(own, "202611210000000009")
    body = {"decision": "approve", "remark": ""}
    assert (
        await customs.client.post(f"/api/submissions/{first}/decision", json=body, headers=headers)
    ).is_success
    change = await customs.receive(
        own, "202611210000000009", sequence=2, function="MOD", attachments=[], typed={"contact": "李四"}
    )
    seen = (await customs.client.get(f"/api/submissions/{change}")).json()["changes"]
    assert {"label": "联系人", "before": "张三", "after": "李四"} in seen
