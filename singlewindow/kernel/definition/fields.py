"""What a form holds, declared once: form, check, list columns, message and print are derived from it.

A document type writes a `Content` class::

    class Parcel(Content):
        number: str = text("报关单号", length=18, required=True, pattern=r"[0-9]{18}", …)
        goods: list[Good] = lines("商品", Good)

At run time an instance holds plain strings ("" where nothing is filled in) and lists of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

from singlewindow.kernel.definition import moments
from singlewindow.kernel.definition.conditions import Condition, holds

Kind = Literal["text", "code", "date", "moment", "decimal", "textarea"]
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Variant:
    """What a field is called, and how it is filled in ("": as ever), while a condition holds."""

    when: Condition
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Field:
    """One box of a form. Grey (`system`) fields are filled in by the server and never taken from a client."""

    label: str
    kind: Kind
    name: str = ""
    length: int = 0  # greatest number of characters; 0 = no limit of its own
    required: bool | Condition = False
    disabled: bool | Condition = False
    system: bool = False
    pattern: str = ""  # whole value, a regular expression that Python and JavaScript read alike
    pattern_message: str = ""
    advice: str = ""
    upper: bool = False  # lower case is raised
    codes: str = ""  # code table
    hint: str = ""  # the red line at the bottom of the work area (UI-02)
    element: str = ""  # customs' element name
    clause: str = ""  # where the manual or a regulation says so
    lookup: bool = (
        False  # leaving the field asks the server to fill in grey ones; a moment as soon as it is whole
    )
    search: bool = False  # a real column of the find table
    span: Literal[1, 2, 3] = 1
    variants: tuple[Variant, ...] = ()  # the first that holds gives label and hint
    least_digits: int = (
        0  # of a code: Enter lists the entries from so many digits on, which nothing does before
    )
    fills: str = (
        ""  # of a code: the text field beside it into which the chosen entry's name goes, to be edited there
    )
    preset: bool = False  # given by the menu item by which a new form is opened; fixed from the first 暂存 on
    elements: str = (
        ""  # of a text: the code field beside it, whose entry's declaration elements it holds, joined by |
    )
    narrowed: Mapping[str, Condition] = field(
        default_factory=dict
    )  # of a code: entries that are offered and accepted only while their condition holds

    def spoken(self, values: Values, header: Values | None = None) -> Field:
        """The field with the label and hint that it has beside these values (of a row, with its header)."""
        if not self.variants:
            return self
        variant = next((each for each in self.variants if holds(each.when, values, header)), None)
        return self if variant is None else replace(self, label=variant.label, hint=variant.hint or self.hint)


@dataclass(frozen=True)
class Kept:
    """How rows in force leave a table: in an amendment nobody edits or removes them, they are flagged.

    `flag` is a grey text cell of the row, "1" once it is flagged; `label` is the word on the white button.
    """

    flag: str
    label: str


FLAGGED = "1"
"""The value of a kept row's flag."""


@dataclass(frozen=True)
class Lines:
    """A table of rows of one kind, between `least` and `most` of them.

    `new`, `save`, `delete` and `insert` are the words on its white buttons; without a word for inserting
    there is no such button. With `kept` the rows in force stay in an amendment: new ones come after them. `elements`
    (归类) is the word on two buttons more, 归类查看 and 重新归类, for the row's field with `elements`.

    With `overflow` a row beyond `most` saves the document and opens a new one of its type, with these fields of the
    header and that row.

    While `waits` holds, a condition on the header (`header.x`), the table is not opened yet: its disabled cells keep
    what stands in them.
    """

    label: str
    row: type[Content]
    name: str = ""
    least: int = 0
    most: int = 999
    clause: str = ""
    new: str = "新增"
    save: str = "保存"
    delete: str = "删除"
    insert: str = ""
    kept: Kept | None = None
    elements: str = ""
    overflow: tuple[str, ...] | None = None
    waits: bool | Condition = False

    def __post_init__(self) -> None:
        """Check once that what flags a row is a cell of it."""
        if self.kept and self.kept.flag not in self.row.fields:
            raise ValueError(f"{self.label}: rows have no cell {self.kept.flag}")


class Content:
    """The base of every form's content and of every kind of row.

    Of the fields, `typed` are those that a client may fill in, `coded` those of them that hold codes, `switched`
    those that a condition disables, `presets` those that the menu gives, and `classified` those that hold declaration
    elements: what is asked at every check stands ready.
    """

    fields: ClassVar[dict[str, Field]] = {}
    tables: ClassVar[dict[str, Lines]] = {}
    typed: ClassVar[dict[str, Field]] = {}
    coded: ClassVar[dict[str, Field]] = {}
    switched: ClassVar[dict[str, Field]] = {}
    presets: ClassVar[dict[str, Field]] = {}
    classified: ClassVar[dict[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the declarations in their order and give each its name."""
        cls.fields = {n: replace(f, name=n) for n, f in vars(cls).items() if isinstance(f, Field)}
        cls.tables = {n: replace(t, name=n) for n, t in vars(cls).items() if isinstance(t, Lines)}
        cls.typed = {n: f for n, f in cls.fields.items() if not f.system}
        cls.coded = {n: f for n, f in cls.typed.items() if f.kind == "code"}
        cls.switched = {n: f for n, f in cls.fields.items() if f.disabled is not False}
        cls.presets = {n: f for n, f in cls.typed.items() if f.preset}
        cls.classified = {n: f for n, f in cls.typed.items() if f.elements}
        cls._check_declared()

    @classmethod
    def _check_declared(cls) -> None:
        """Check once that fields name fields that there are."""
        filled = [f.fills for f in cls.coded.values() if f.fills]
        if missing := [n for n in filled if n not in cls.typed or cls.typed[n].kind != "text"]:
            raise ValueError(f"{cls.__name__} has no text field to be filled: {missing}")
        if missing := [f.elements for f in cls.classified.values() if f.elements not in cls.coded]:
            raise ValueError(f"{cls.__name__} has no code whose elements are declared: {missing}")
        if wrong := [n for n, f in cls.fields.items() if f.narrowed and f.kind != "code"]:
            raise ValueError(f"{cls.__name__} narrows what are no codes: {wrong}")
        going = [n for table in cls.tables.values() for n in table.overflow or ()]
        if missing := [n for n in going if n not in cls.typed]:
            raise ValueError(f"{cls.__name__} has no field to go into the next document: {missing}")
        for table in cls.tables.values():
            if table.row.presets or (table.elements and not table.row.classified):
                raise ValueError(f"{cls.__name__}: presets, or no elements, in the rows of {table.label}")

    @classmethod
    def of(cls, values: Values) -> Self:
        """An instance from clean values (see `clean`): strings for fields, instances for rows."""
        made = cls()
        for name in cls.fields:
            setattr(made, name, values.get(name, ""))
        for name, table in cls.tables.items():
            setattr(made, name, [table.row.of(row) for row in values.get(name, [])])
        return made


def text(label: str, **more: Any) -> Any:
    """A box for one line of text; see `Field` for what may be said of it."""
    return Field(label, "text", **more)


def code(label: str, codes: str, **more: Any) -> Any:
    """A box for an entry of a code table; its value is the code."""
    return Field(label, "code", codes=codes, **more)


def date(label: str, **more: Any) -> Any:
    """A box for a date, YYYY-MM-DD."""
    more = {"pattern": r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "pattern_message": "请按 YYYY-MM-DD 填写日期", **more}
    return Field(label, "date", length=10, **more)


def moment(label: str, **more: Any) -> Any:
    """A box for a day and a time, YYYY-MM-DD HH:MM in Chinese time; `moments.find_moment` reads its value."""
    message = "请按 YYYY-MM-DD HH:MM 填写日期和时间"
    more = {"pattern": moments.SHAPE, "pattern_message": message, **more}
    return Field(label, "moment", length=16, **more)


def decimal(label: str, *, digits: int, places: int, **more: Any) -> Any:
    """A box for a quantity, weight or amount: a decimal string, never a float."""
    pattern = rf"(0|[1-9][0-9]{{0,{digits - 1}}})" + (rf"(\.[0-9]{{1,{places}}})?" if places else "")
    message = f"请填写数字，整数至多 {digits} 位" + (f"，小数至多 {places} 位" if places else "")
    return Field(
        label, "decimal", length=digits + places + 1, pattern=pattern, pattern_message=message, **more
    )


def textarea(label: str, *, length: int, **more: Any) -> Any:
    """A box for several lines of text."""
    return Field(label, "textarea", length=length, span=3, **more)


def lines(label: str, row: type[Content], **more: Any) -> Any:
    """A table of rows; see `Lines` for what may be said of it."""
    return Lines(label, row, **more)


def opened(
    content: type[Content], names: frozenset[str], closed: frozenset[str], *, flags: bool
) -> type[Content]:
    """The same content with these grey fields open to typing and the `closed` ones grey, and (`flags`) rows that can be
    flagged where a table keeps them."""
    fields = {n: replace(f, system=False) for n, f in content.fields.items() if f.system and n in names}
    fields |= {n: replace(f, system=True) for n, f in content.fields.items() if n in closed}
    tables = {
        n: replace(t, row=_flagged(t.row, t.kept)) for n, t in content.tables.items() if t.kept and flags
    }
    return _derived(content, {**fields, **tables}) if fields or tables else content


def _flagged(row: type[Content], kept: Kept) -> type[Content]:
    """A kind of row whose flag may be set."""
    return _derived(row, {kept.flag: replace(row.fields[kept.flag], system=False)})


def _derived(content: type[Content], other: Mapping[str, Field | Lines]) -> type[Content]:
    """The same kind of content with some of its declarations replaced."""
    made: type[Content] = type(content.__name__, (content,), {**content.fields, **content.tables, **other})
    return made


@dataclass(frozen=True)
class Section:
    """A heading of the form and the names of what stands under it, in reading order: fields, then tables, then
    categories of attachments. Tables and categories that no section names come last, as parts of their own.

    A field is the content's or one of the header's: number, status, filed_on, or a returned one. With `states` the
    section is there only in these, and wherever something is filled in under it.
    """

    title: str
    fields: tuple[str, ...]
    tables: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()

    def shown(self, status: str, values: Values, files: Collection[str]) -> bool:
        """Whether the section is there beside this content and these categories of files."""
        filled = any(values.get(name) for name in (*self.fields, *self.tables))
        return not self.states or status in self.states or filled or any(c in files for c in self.attachments)


@dataclass(frozen=True)
class Category:
    """A kind of attachment (随附单据文件类别): one file, which another one replaces, or (`most`) up to that many."""

    code: str
    name: str
    most: int = 0


@dataclass(frozen=True)
class Attachments:
    """Which files a document takes; limits in bytes (UI-18)."""

    categories: tuple[Category, ...]
    hint: str = ""
    clause: str = ""
    max_bytes: int = 4_194_304
    max_page_bytes: int = 204_800

    def category(self, code: str) -> Category | None:
        """The category, or None when there is no such one."""
        return next((category for category in self.categories if category.code == code), None)

    def name_of(self, code: str) -> str | None:
        """The category's name, or None when there is no such category."""
        category = self.category(code)
        return None if category is None else category.name


@dataclass(frozen=True)
class HeaderField:
    """A grey box that shows what the kernel knows of a document, not its content; a `returned` one is filled from
    customs' receipts, and with `search` it is a real column of the find table."""

    name: str
    label: str
    hint: str = ""
    returned: bool = False
    element: str = ""
    clause: str = ""
    search: bool = False

    def __post_init__(self) -> None:
        """Check once that a box which is searched is customs' own; the others always are."""
        if self.search and not self.returned:
            raise ValueError(f"{self.name} is not returned by customs")


@dataclass(frozen=True)
class Form:
    """A document type's form: its content, the grey header boxes, their order, and its attachments."""

    content: type[Content]
    header: tuple[HeaderField, ...]
    sections: tuple[Section, ...]
    attachments: Attachments | None = None
    labels: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Check once that every section's name exists, that every content field stands in one, and nothing in two."""
        known = {h.name: h.label for h in self.header} | {n: f.label for n, f in self.content.fields.items()}
        shown = [name for section in self.sections for name in section.fields]
        if sorted(shown) != sorted(known):
            raise ValueError(f"sections and fields differ: {set(shown) ^ set(known)}")
        kinds = (
            [] if self.attachments is None else [category.code for category in self.attachments.categories]
        )
        _check_placed("tables", [n for s in self.sections for n in s.tables], self.content.tables)
        _check_placed("attachments", [n for s in self.sections for n in s.attachments], kinds)
        object.__setattr__(self, "labels", {n: f.label for n, f in self.content.fields.items()})


def _check_placed(what: str, placed: Sequence[str], known: Collection[str]) -> None:
    if wrong := [name for name in placed if name not in known or placed.count(name) > 1]:
        raise ValueError(f"sections name unknown {what}, or some twice: {wrong}")


def enabled_values(content: type[Content], values: Values) -> dict[str, Any]:
    """The values without those of disabled fields: what rules, signature and customs see (style 5)."""
    kept = _enabled(content, values, None)
    for name, table in content.tables.items():
        kept[name] = [_enabled(table.row, row, values) for row in values.get(name, [])]
    return kept


def shown_values(content: type[Content], values: Values) -> dict[str, Any]:
    """The values as the form shows them and as they are stored: without those of disabled fields, but with whole rows
    where their table waits."""
    shown = _enabled(content, values, None)
    for name in content.tables.keys() & values.keys():
        table, rows = content.tables[name], values[name]
        waits = not table.row.switched or holds(table.waits, {}, values)
        shown[name] = rows if waits else [_enabled(table.row, row, values) for row in rows]
    return shown


def _enabled(content: type[Content], values: Values, header: Values | None) -> dict[str, Any]:
    fields = content.fields
    kept = {name: value for name, value in values.items() if value != "" and name in fields}
    for name, spec in content.switched.items():
        if name in kept and holds(spec.disabled, values, header):
            del kept[name]
    return kept
