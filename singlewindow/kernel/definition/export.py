"""A document type's definition as the page reads it: form, actions, states and query page from one source."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from singlewindow.kernel.database.searched import find_table
from singlewindow.kernel.definition.elements import xml_names
from singlewindow.kernel.definition.fields import Content, Field, HeaderField
from singlewindow.kernel.documents import statistics
from singlewindow.kernel.lifecycle import Action
from singlewindow.kernel.subsystem import Condition, DocumentType


class VariantView(BaseModel):
    """Label and hint of a field while a condition holds; the first of a field's that does counts."""

    when: dict[str, Any]
    label: str
    hint: str


class FieldView(BaseModel):
    """One box: `entry` is its colour, yellow, white or grey (UI-01). Of a code, Enter lists the entries from
    `least_digits` digits on, and the chosen entry's name goes into the field `fills` beside it; an entry of `narrowed`
    is offered only while its condition holds. A `preset` is grey too, but sent: the menu gives it. A text with
    `elements` holds the declaration elements of the code in that field, joined by |. `element` is its name in XML."""

    name: str
    element: str
    label: str
    source: Literal["header", "content"]
    kind: Literal["text", "code", "date", "moment", "decimal", "textarea"]
    entry: Literal["required", "optional", "system"]
    required: bool | dict[str, Any]
    disabled: bool | dict[str, Any]
    max_length: int
    pattern: str | None
    pattern_message: str
    codes: str | None
    hint: str
    advice: str
    clause: str
    lookup: bool
    upper: bool
    span: int
    variants: list[VariantView]
    least_digits: int
    fills: str
    preset: bool
    elements: str
    narrowed: dict[str, dict[str, Any]]


class SectionView(BaseModel):
    """A heading and what stands under it: boxes, then line tables and categories of attachments by name. Of the
    tables and categories, those that no section names come last. With `states` it is there only in these, and where
    something is filled in under it."""

    title: str
    fields: list[FieldView]
    tables: list[str]
    attachments: list[str]
    states: list[str]


class KeptView(BaseModel):
    """In an amendment rows in force are neither edited nor removed: a white button with that label sets their grey cell
    `flag` to "1"."""

    flag: str
    label: str


class LinesView(BaseModel):
    """A table of rows: its fields, how many rows it takes, and the words on its buttons ("" for no such button). With
    `overflow` a row too many goes into a new document, with these fields of the header; null: it is refused. What
    stands in a disabled cell is neither shown nor stored, but while `waits` holds."""

    name: str
    label: str
    fields: list[FieldView]
    least: int
    most: int
    clause: str
    new: str
    save: str
    delete: str
    insert: str
    kept: KeptView | None
    elements: str
    overflow: list[str] | None
    waits: bool | dict[str, Any]


class CategoryView(BaseModel):
    """A kind of attachment, and how many files it takes; 0: one, which another one replaces."""

    code: str
    name: str
    most: int


class AttachmentsView(BaseModel):
    """Which files a document takes; limits in bytes."""

    categories: list[CategoryView]
    max_bytes: int
    max_page_bytes: int
    hint: str
    clause: str


class StateView(BaseModel):
    """A status; in a waiting one customs may answer at any moment."""

    code: str
    name: str
    waiting: bool


class ActionDefinition(BaseModel):
    """A button, and in which states it may be had ("": of a document that was never saved).

    One that `amends` what is in force is no button but a form of its own, in which it is 申报: with its
    content changed there, or (it ends the document) as it is. On that form `alters` may be typed (null: what is typed
    in a draft too; []: nothing), with `by_field` each box in a dialog of its own; `asks` are typed for it alone, in
    a dialog.

    A follow-up is a button on the form of a document in force, for which the names of `edits` (fields, tables,
    `attachments/CODE`) are typed there; null for every other action. Actions of one label are one button, which asks by
    their `choice` where several are permitted. One that is `timed` may end by itself as time goes on."""

    name: str
    label: str
    states: list[str]
    style: Literal["primary", "plain"]
    shortcut: str
    confirm: str | None
    signed: bool
    done: str | None
    amends: Literal["", "replaces", "ends"]
    edits: list[str] | None
    choice: str
    alters: list[str] | None
    by_field: bool
    asks: list[str]
    timed: bool


class ChoiceView(BaseModel):
    """An entry of a `role` box: whose documents are looked through, and the conditions that it needs."""

    code: str
    name: str
    needs: list[str]


class ConditionView(BaseModel):
    """A box of the query page; `choices` are those of a `role` box, the first of which is meant where it is empty. An
    `own` box shows the company's customs code and is not asked."""

    name: str
    label: str
    kind: Literal["text", "code", "status", "span", "role", "own"]
    codes: str | None
    required: bool
    max_days: int
    paired: bool
    choices: list[ChoiceView]


class ColumnView(BaseModel):
    """A column of the result list; it can be sorted by exactly where the find table has it (UI-07)."""

    name: str
    label: str
    link: Literal["", "document", "receipts"]
    sortable: bool


class RowActionView(BaseModel):
    """A word in the 操作 column, shown where the row's action `asks` is permitted ("": always; receipts: once there are
    any)."""

    label: str
    does: Literal["view", "edit", "delete", "amend", "receipts"]
    asks: str


class PrintView(BaseModel):
    """A paper that a stored document can be printed on, in `states` alone (none named: in all). `dialog` is the title
    of the dialog that is opened before its preview, "" for none."""

    name: str
    title: str
    states: list[str]
    dialog: str


class DimensionView(BaseModel):
    """By what documents can be counted."""

    name: str
    label: str


class SumView(BaseModel):
    """What is added up, and its unit."""

    name: str
    label: str
    unit: str


class StatisticsView(BaseModel):
    """The statistics page (业务统计); the first condition is the span that must be given. `ended` is the word for
    documents that an amendment has ended, "" where there is no such thing."""

    dimensions: list[DimensionView]
    sums: list[SumView]
    conditions: list[ConditionView]
    ended: str


class KindView(BaseModel):
    """A kind of amendment: the action and its word."""

    name: str
    label: str


class AmendmentsView(BaseModel):
    """The page of amendments: their kinds, and what it calls kind, number, and the number of what they amend."""

    kinds: list[KindView]
    kind: str
    number: str
    document: str


class QueryView(BaseModel):
    """The query page."""

    conditions: list[ConditionView]
    columns: list[ColumnView]
    delete: bool
    delete_word: str
    print: bool
    row_actions: list[RowActionView]


class Definition(BaseModel):
    """Everything that a page needs to draw a document type."""

    type: str
    title: str
    sections: list[SectionView]
    lines: list[LinesView]
    attachments: AttachmentsView | None
    states: list[StateView]
    actions: list[ActionDefinition]
    prints: list[PrintView]
    query: QueryView
    statistics: StatisticsView | None
    amendments: AmendmentsView | None


def definition_of(type: DocumentType) -> Definition:
    """Derive the definition from what the type declares."""
    form = type.form
    header = {box.name: _header_view(box) for box in form.header}
    content = _field_views(form.content)
    boxes = header | content
    return Definition(
        type=type.name,
        title=type.title,
        sections=[
            SectionView(
                title=s.title, fields=[boxes[n] for n in s.fields], tables=list(s.tables),
                attachments=list(s.attachments), states=sorted(s.states),
            )
            for s in form.sections
        ],
        lines=_lines(form.content),
        attachments=_attachments(type),
        states=[StateView(code=s.code, name=s.name, waiting=s.waiting) for s in type.lifecycle.states],
        actions=[_action(each) for each in type.lifecycle.actions],
        prints=[
            PrintView(
                name=each.name, title=each.title or type.title, states=sorted(each.states or ()), dialog=each.dialog
            )
            for each in type.prints
        ],
        query=_query(type), statistics=_statistics(type), amendments=_amendments(type),
    )  # fmt: skip


def _action(action: Action) -> ActionDefinition:
    amends = action.amends
    return ActionDefinition(
        name=action.name, label=action.label, states=sorted(action.from_states), style=action.style,
        shortcut=action.shortcut, confirm=action.confirm or None, signed=action.signed, done=action.done or None,
        amends=_amends(action), edits=None if action.edits is None else sorted(action.edits), choice=action.choice,
        alters=None if amends is None or amends.alters is None else sorted(amends.alters),
        by_field=amends is not None and amends.by_field, asks=list(amends.asks) if amends else [],
        timed=action.unless is not None,
    )  # fmt: skip


def _amends(action: Action) -> Literal["", "replaces", "ends"]:
    if action.amends is None or action.edits is not None:
        return ""
    return "ends" if action.amends.ended else "replaces"


def _lines(content: type[Content]) -> list[LinesView]:
    return [
        LinesView(
            name=name, label=table.label, fields=list(_field_views(table.row).values()),
            least=table.least, most=table.most, clause=table.clause,
            new=table.new, save=table.save, delete=table.delete, insert=table.insert,
            kept=KeptView(**vars(table.kept)) if table.kept else None,
            elements=table.elements, overflow=None if table.overflow is None else list(table.overflow),
            waits=_plain(table.waits),
        )
        for name, table in content.tables.items()
    ]  # fmt: skip


def _attachments(type: DocumentType) -> AttachmentsView | None:
    spec = type.form.attachments
    if spec is None:
        return None
    categories = [CategoryView(code=c.code, name=c.name, most=c.most) for c in spec.categories]
    return AttachmentsView(
        categories=categories,
        max_bytes=spec.max_bytes,
        max_page_bytes=spec.max_page_bytes,
        hint=spec.hint,
        clause=spec.clause,
    )


def _condition(type: DocumentType, one: Condition) -> ConditionView:
    codes = type.form.content.fields[one.name].codes if one.kind == "code" else None
    return ConditionView(
        name=one.name, label=one.label, kind=one.kind, codes=codes, required=one.required, max_days=one.max_days,
        paired=one.paired,
        choices=[ChoiceView(code=each.code, name=each.name, needs=list(each.needs)) for each in one.choices],
    )  # fmt: skip


def _statistics(type: DocumentType) -> StatisticsView | None:
    wanted = type.queries.statistics
    if wanted is None:
        return None
    return StatisticsView(
        dimensions=[DimensionView(name=each.name, label=each.label) for each in wanted.dimensions],
        sums=[SumView(**vars(each)) for each in wanted.sums],
        conditions=[_condition(type, each) for each in statistics.conditions(type)],
        ended=type.lifecycle.ended,
    )


def _amendments(type: DocumentType) -> AmendmentsView | None:
    kinds, words = type.lifecycle.recorded, type.queries.amendments
    if not kinds:
        return None
    return AmendmentsView(
        kinds=[KindView(name=each.name, label=each.word) for each in kinds],
        kind=words.kind,
        number=words.number,
        document=words.document,
    )


def _query(type: DocumentType) -> QueryView:
    conditions = [_condition(type, each) for each in type.queries.conditions]
    found_by = find_table(type.find_table, type.columns).c
    columns = [
        ColumnView(**vars(column), sortable=column.name in found_by) for column in type.queries.columns
    ]
    actions = [RowActionView(label=a.label, does=a.does, asks=a.asks) for a in type.queries.row_actions]
    return QueryView(
        conditions=conditions,
        columns=columns,
        delete=type.queries.delete,
        delete_word=type.queries.delete_word,
        print=type.queries.print,
        row_actions=actions,
    )


def _field_views(content: type[Content]) -> dict[str, FieldView]:
    elements = xml_names(content)
    return {name: _field_view(spec, elements[name]) for name, spec in content.fields.items()}


def _field_view(spec: Field, element: str) -> FieldView:
    colour: Literal["required", "optional", "system"] = (
        "system" if spec.system else "required" if spec.required else "optional"
    )
    return FieldView(
        name=spec.name,
        element=element,
        label=spec.label,
        source="content",
        kind=spec.kind,
        entry=colour,
        required=_plain(spec.required),
        disabled=_plain(spec.disabled),
        max_length=spec.length,
        pattern=spec.pattern or None,
        pattern_message=spec.pattern_message,
        codes=spec.codes or None,
        hint=spec.hint,
        advice=spec.advice,
        clause=spec.clause,
        lookup=spec.lookup,
        upper=spec.upper,
        span=spec.span,
        variants=[VariantView(when=dict(v.when), label=v.label, hint=v.hint) for v in spec.variants],
        least_digits=spec.least_digits,
        fills=spec.fills,
        preset=spec.preset,
        elements=spec.elements,
        narrowed={code: dict(when) for code, when in spec.narrowed.items()},
    )


def _header_view(box: HeaderField) -> FieldView:
    return FieldView(
        name=box.name, element=box.element, label=box.label, source="header", kind="text", entry="system",
        required=False, disabled=False, max_length=0, pattern=None, pattern_message="", codes=None, hint=box.hint,
        advice="", clause=box.clause, lookup=False, upper=False, span=1, variants=[], least_digits=0, fills="",
        preset=False, elements="", narrowed={},
    )  # fmt: skip


def _plain(condition: Any) -> bool | dict[str, Any]:
    return condition if isinstance(condition, bool) else dict(condition)
