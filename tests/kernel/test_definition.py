"""Content declared once: conditions, clean values, what fields say by themselves, and the find tables."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlewindow.kernel.definition
from singlewindow.kernel.definition import export
from singlewindow.kernel.definition.check import clean, violations_of
from singlewindow.kernel.definition.conditions import eq, fields_of, filled, holds
from singlewindow.kernel.definition.export import definition_of
from singlewindow.kernel.definition.fields import (
    Attachments,
    Category,
    Content,
    Field,
    Form,
    Kept,
    Section,
    Variant,
    enabled_values,
    lines,
    shown_values,
    text,
)
from singlewindow.kernel.http import portal_routes
from singlewindow.kernel.lifecycle import Amends
from singlewindow.kernel.problems import Refused
from singlewindow.kernel.subsystem import (
    Condition,
    DocumentType,
    Queries,
    ReceiptCode,
    RowAction,
    document_types,
    get_document_type,
    subsystems,
)
from singlewindow.subsystems._template.document import Good, Letter

FOLDER = Path(singlewindow.kernel.definition.__file__).parent
CASES = json.loads((FOLDER / "conditions.cases.json").read_text("utf-8"))
HINTS = json.loads((FOLDER / "hints.cases.json").read_text("utf-8"))
VARIANTS = json.loads((FOLDER / "variants.cases.json").read_text("utf-8"))


def test_an_application_says_whether_the_card_stays_in_the_reader() -> None:
    """PORT-05: the page's rule; without a word of the chapter the reader is left alone."""
    template = subsystems()["_template"]
    assert not portal_routes._application(template).card_stays
    assert portal_routes._application(replace(template, card_stays=True)).card_stays


def test_amendments_declare_what_is_typed_for_them() -> None:
    """CONS-05, CONS-12: only what has a form of its own says so, of names that are there; a flag is a cell."""
    with pytest.raises(ValueError, match="has no form"):
        Amends("变更中", frozenset(), frozenset(), ended="已删单", asks=("why",))
    with pytest.raises(ValueError, match="no cell"):
        lines("货物", Good, kept=Kept("nothing", "停用"))
    letter = get_document_type("_template")

    def with_change(**more: Any) -> DocumentType:
        actions = [
            replace(each, amends=replace(each.amends, **more))
            if each.name == "change" and each.amends
            else each
            for each in letter.lifecycle.actions
        ]
        return replace(letter, lifecycle=replace(letter.lifecycle, actions=tuple(actions)))

    view = next(
        a for a in definition_of(with_change(alters={"visit_end"}, asks=("remark",))).actions if a.amends
    )
    assert (view.alters, view.by_field, view.asks) == (["visit_end"], False, ["remark"])
    for wrong in (
        {"asks": ("letter_no",)},
        {"asks": ("goods",)},
        {"alters": {"nothing"}},
        {"alters": {"answers"}},
    ):
        with pytest.raises(ValueError, match="cannot alter"):
            with_change(**wrong)


def test_a_line_table_brings_its_limits_and_the_words_on_its_buttons() -> None:
    """GATE-04, CONS-04: 新增, 保存, 删除, and 插入 where the declaration has a word for it."""

    class Trip(Content):
        goods: list[Good] = lines("商品", Good, least=1, most=99, new="商品新增", clause="手册 4.2")

    drawn = export._lines(Trip)[0]
    assert (drawn.least, drawn.most, drawn.clause) == (1, 99, "手册 4.2")
    assert (drawn.new, drawn.insert, drawn.save, drawn.delete) == ("商品新增", "", "保存", "删除")
    assert definition_of(get_document_type("_template")).lines[0].insert == "插入"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_condition_case(case: dict[str, Any]) -> None:
    """The same cases as the page's interpreter runs."""
    assert holds(case["condition"], case["values"], case.get("header")) is case["expect"]


@pytest.mark.parametrize("case", VARIANTS, ids=lambda case: case["name"])
def test_a_variant_case(case: dict[str, Any]) -> None:
    """GATE-03: label and hint follow a condition; the same cases as the page runs."""
    variants = tuple(Variant(**each) for each in case["variants"])
    spec = Field("航次号", "text", hint="必填", variants=variants).spoken(case["values"], case.get("header"))
    assert (spec.label, spec.hint) == (case["label"], case["hint"])


@pytest.mark.parametrize("case", HINTS, ids=lambda case: case["hint"])
def test_what_to_do_about_an_empty_box(case: dict[str, str]) -> None:
    """UI-16: what its hint says beside that it is obligatory; the same cases as the page runs."""

    class Box(Content):
        voyage: str = text("航次号", length=3, required=True, hint=case["hint"])

    [wrong] = violations_of(Box, {}, complete=True)
    assert (wrong.message, wrong.advice) == ("「航次号」为必填项", case["advice"])


def test_messages_speak_with_the_label_that_the_form_shows() -> None:
    """GATE-03."""

    class Trip(Content):
        mode: str = text("运输方式", length=1)
        voyage: str = text(
            "航次号", length=3, required=True, hint="必填，填写三位",
            variants=(Variant(eq("mode", "4"), "货物运输批次号", "批次"),),
        )  # fmt: skip

    def said(**values: str) -> list[tuple[str, str]]:
        return [(each.message, each.advice) for each in violations_of(Trip, values, complete=True)]

    assert said(mode="2") == [("「航次号」为必填项", "请填写三位")]
    assert said(mode="4") == [("「货物运输批次号」为必填项", "请填写：批次")]
    assert said(mode="4", voyage="1234") == [("「货物运输批次号」至多 3 个字符，现为 4 个", "批次")]


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        (Queries((Condition("reference", "编号", "code"),), ()), "no field with a code table"),
        (Queries((Condition("created", "日期", "span"),), ()), "no span of created"),
        (Queries((), (), row_actions=(RowAction("变更", "amend", "vary"),)), "no action for"),
    ],
)
def test_a_query_page_that_asks_for_what_is_not_there_does_not_start(queries: Queries, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(get_document_type("_template"), queries=queries)


@pytest.mark.parametrize("type", document_types().values(), ids=lambda each: each.name)
def test_conditions_read_fields_that_exist(type: Any) -> None:
    content = type.form.content
    tables = [(content, set(content.fields))]
    tables += [
        (t.row, set(t.row.fields) | {f"header.{n}" for n in content.fields}) for t in content.tables.values()
    ]
    for row, known in tables:
        for spec in row.fields.values():
            spoken = {name for each in spec.variants for name in fields_of(each.when)}
            assert fields_of(spec.required) | fields_of(spec.disabled) | spoken <= known, spec.name


@pytest.mark.parametrize("type", document_types().values(), ids=lambda each: each.name)
def test_every_field_says_how_to_fill_it_in_and_where_that_is_written(type: Any) -> None:
    """UI-02, UI-16."""
    specs = [*type.form.content.fields.values(), *type.form.header]
    specs += [spec for table in type.form.content.tables.values() for spec in table.row.fields.values()]
    assert [spec.name for spec in specs if not (spec.hint and spec.clause)] == []


@pytest.mark.parametrize("type", document_types().values(), ids=lambda each: each.name)
def test_the_definition_can_be_exported(type: Any) -> None:
    exported = definition_of(type).model_dump(mode="json")
    shown = [field["name"] for section in exported["sections"] for field in section["fields"]]
    assert sorted(shown) == sorted([*type.form.content.fields, *(box.name for box in type.form.header)])


@pytest.mark.parametrize("type", document_types().values(), ids=lambda each: each.name)
async def test_the_find_table_has_the_searched_columns(type: Any, portal_database: str) -> None:
    """A migration that was forgotten after a field became searchable shows here."""
    connection = await asyncpg.connect(portal_database)
    rows = await connection.fetch(
        "select column_name from information_schema.columns where table_name = $1", type.find_table
    )
    await connection.close()
    common = {"document_id", "company_id", "number", "status", "filed_on", "updated_at", "hidden"}
    common |= {"shown"} if type.parties else set()
    common |= {each.normal[0] for each in type.queries.conditions if each.normal}
    assert {row["column_name"] for row in rows} == common | set(type.columns)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("  AB12  ", "AB12"),
        ("ab12", "AB12"),
        ("ＡＢ１２", "AB12"),
        ("\u3000AB12\u3000", "AB12"),
        ("", None),
        (None, None),
    ],
)
def test_values_are_trimmed_narrowed_and_raised(value: str | None, kept: str | None) -> None:
    assert clean(Letter, {"reference": value}).get("reference") == kept


@pytest.mark.parametrize("value", ["王\u0000芳", "\ud800", "A\u202eB", 7, ["x"], {"a": 1}, True])
def test_what_cannot_be_stored_or_printed_is_refused(value: object) -> None:
    with pytest.raises(Refused) as refused:
        clean(Letter, {"vessel": value})
    assert refused.value.violations[0].path == "vessel"


@pytest.mark.parametrize("value", ["喆镕龘𬭎", "Ω café ①", "👍"])
def test_rare_characters_are_kept(value: str) -> None:
    assert clean(Letter, {"vessel": value})["vessel"] == value


def test_an_unknown_member_is_refused() -> None:
    with pytest.raises(Refused):
        clean(Letter, {"refrence": "AB12"})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*Letter.fields, *Letter.tables, "other"]), JSON, max_size=6))
def test_any_json_is_either_clean_or_refused(sent: dict[str, Any]) -> None:
    """Whatever a client sends: clean strings and rows, or Refused; never another exception."""
    try:
        values = clean(Letter, sent)
    except Refused:
        return
    assert clean(Letter, values) == values
    list(violations_of(Letter, values, complete=True))
    assert set(enabled_values(Letter, values)) <= set(Letter.fields) | set(Letter.tables)


def test_what_is_shown_of_a_table_that_waits() -> None:
    """PORT-08: a cell that another value has disabled shows nothing; those of a table that is not opened yet stay."""

    class Parcel(Content):
        mark: str = text("标记", disabled=filled("header.road"))

    class Waybill(Content):
        road: str = text("车次")
        vessel: str = text("船名", disabled=filled("road"))
        parcels: list[Parcel] = lines("包裹", Parcel)
        others: list[Parcel] = lines("其他", Parcel, waits=filled("header.road"))

    rows = [{"mark": "M"}]
    by_sea = {"vessel": "远洋一号", "parcels": rows, "others": rows}
    assert shown_values(Waybill, by_sea) == by_sea
    by_road = {"road": "K1", "parcels": [{}], "others": rows}
    assert shown_values(Waybill, by_sea | {"road": "K1"}) == by_road
    assert enabled_values(Waybill, by_sea | {"road": "K1"}) == by_road | {"others": [{}]}


def test_columns_say_whether_they_sort() -> None:
    """UI-07: those that are real columns of the find table do."""
    columns = definition_of(get_document_type("inspection.declaration")).query.columns
    sortable = {column.name for column in columns if column.sortable}
    assert sortable == {"number", "declaration_no", "status", "filed_on", "updated_at"}


def test_a_definition_with_a_forgotten_field_does_not_start() -> None:
    class Two(Content):
        one: str = text("一")
        two: str = text("二")

    with pytest.raises(ValueError, match="two"):
        Form(content=Two, header=(), sections=(Section("", ("one",)),))


class Report(Content):
    """Two boxes and two tables, of which the sections below name one each."""

    one: str = text("一")
    words: str = text("说明")
    numbers: list[Good] = lines("号码", Good)
    others: list[Good] = lines("其他", Good)


def report(*sections: Section) -> Form:
    kinds = Attachments((Category("1", "材料", most=5), Category("2", "说明材料", most=1)))
    return Form(content=Report, header=(), sections=(Section("一", ("one",)), *sections), attachments=kinds)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"tables": ("goods",)}, "unknown tables"),
        ({"attachments": ("3",)}, "unknown attachments"),
        ({"tables": ("numbers", "numbers")}, "some twice"),
    ],
)
def test_a_section_names_what_there_is(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        report(Section("说明", ("words",), **more))


def test_a_section_of_some_states() -> None:
    """APPT-01: there in these, and wherever something is filled in or uploaded under it."""
    section = Section("说明", ("words",), ("numbers",), ("2",), states=frozenset("P"))
    report(section)
    assert section.shown("P", {}, [])
    assert not section.shown("S", {"one": "1", "words": "", "numbers": []}, ["1"])
    for values, files in (({"words": "船期"}, []), ({"numbers": [{"name": "1"}]}, []), ({}, ["2"])):
        assert section.shown("S", values, files)
    assert Section("一", ("one",)).shown("S", {}, [])


def test_what_stands_in_a_section_is_told_to_the_page() -> None:
    form = definition_of(get_document_type("_template"))
    assert [(s.title, s.tables, s.attachments, s.states) for s in form.sections[1:]] == [
        ("图纸", [], ["3"], []),
        ("答复", ["answers"], [], ["4", "7", "8"]),
        ("情况说明", [], ["4"], ["4", "7", "8"]),
    ]
    assert form.attachments is not None
    assert {c.code: c.most for c in form.attachments.categories} == {"1": 0, "2": 0, "3": 3, "4": 0}


def test_a_type_names_no_section_of_a_state_that_it_has_not() -> None:
    letter = get_document_type("_template")
    sections = (*letter.form.sections[:-1], replace(letter.form.sections[-1], states=frozenset({"?"})))
    with pytest.raises(ValueError, match="unknown states"):
        replace(letter, form=replace(letter.form, sections=sections))


def test_every_receipt_has_its_word_and_every_word_its_receipt() -> None:
    """UI-16: no history says a code where customs' word for it is known."""
    letter = get_document_type("_template")
    messages = letter.messages
    for receipts in (messages.receipts[1:], (*messages.receipts, ReceiptCode("?", "无"))):
        with pytest.raises(ValueError, match="without a word"):
            replace(letter, messages=replace(messages, receipts=receipts))


def test_one_object_for_each_type() -> None:
    assert get_document_type("_template") is get_document_type("_template")
