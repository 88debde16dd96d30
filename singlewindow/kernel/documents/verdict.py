"""The verdict on a document's content: clean values, grey ones filled in, and everything that is wrong.

The same verdict is given when a field is left, when a draft is saved, and before a signature; only
what is missing counts at the last alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from singlewindow.contract.signatures import canonical
from singlewindow.kernel.codes.meanings import details, validity
from singlewindow.kernel.database.connection import Transaction
from singlewindow.kernel.definition.check import Classified, clean
from singlewindow.kernel.definition.fields import Content, Field, enabled_values, opened, shown_values
from singlewindow.kernel.documents import kept
from singlewindow.kernel.documents.readings import Reading, recall, remember
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.documents.view import ATTACHMENTS, View, replaced
from singlewindow.kernel.lifecycle import Action
from singlewindow.kernel.notices import Notice, Notices
from singlewindow.kernel.people.person import Person
from singlewindow.kernel.problems import Refused, Violation
from singlewindow.kernel.registers.store import Registers
from singlewindow.kernel.subsystem import Applicant, Case, DocumentType


@dataclass(frozen=True)
class Verdict:
    """What was found: the values with grey ones filled in, what is wrong or doubtful, what the rules knew, and what
    the content says by itself, where anybody asked."""

    values: dict[str, Any]
    violations: tuple[Violation, ...]
    known: Any
    warnings: tuple[Violation, ...] = ()
    reading: Reading | None = None
    brought: Mapping[str, str] = field(default_factory=dict)  # typed cells of the row that was looked up
    say: Callable[[], list[Notice]] | None = None

    @property
    def notices(self) -> list[Notice] | None:
        """What the type says at fields of this content; None for a type that says nothing."""
        return None if self.say is None else self.say()

    def told(self, view: View) -> View:
        """The view, with what is doubtful and what is said at its fields."""
        if not self.warnings and self.say is None:
            return view
        return view.model_copy(update={"warnings": list(self.warnings), "notices": self.notices})

    def raise_if_refused(self) -> None:
        """Raise Refused with all violations, if there are any."""
        if self.violations:
            raise Refused.because(self.violations)


@dataclass(frozen=True)
class NothingKnown:
    """Where no rule was asked."""

    def frozen(self) -> dict[str, Any]:
        """Nothing to be kept."""
        return {}


async def judge(
    transaction: Transaction,
    type: DocumentType,
    person: Person,
    sent: Mapping[str, Any],
    *,
    stored: Document | None = None,
    sealed: Mapping[str, Any] | None = None,
    attachments: Sequence[str] = (),
    signing: str = "",
    only: frozenset[str] | None = None,
    amending: Action | None = None,
    opening: bool = False,
    asked: str = "",
) -> Verdict:
    """Judge what a client sent (or what is stored) as content of `type`, for a new document or the `stored` one.

    Before a signature `signing` names the action, and `sealed` is the content as it is stored, grey values and all.
    `amending` is the action on whose own form it was typed: what it alters may be grey elsewhere, it takes what it
    asks for, and rows in force stay in tables that keep them. With `only` (for follow-ups, or of such a form) these
    names are judged: all else is as it is in force, grey values too, and nothing that is wrong with it counts. What
    follow-ups edit and other amendments ask for is not taken. At the `opening` of an empty form the rules for that are
    asked alone. `asked` is the field that was left, where that is looked up: what a cell brings to its row counts as
    typed.

    Raises Refused at once only where the shape itself is wrong; see `definition.check.clean`.
    """
    reading, content = None, content_of(type, amending)
    if stored is not None and sealed is not None and only is None:
        reading = recall(stored.id, content, sealed)
    values = dict(reading.cleaned) if reading else _cleaned(type, content, sent, stored, only, amending)
    case = Case(
        transaction,
        Registers(transaction),
        applicant_of(person),
        frozenset(attachments),
        None if stored is None else stored.id,
        values,
        bool(signing),
        sealed or {},
        signing,
        "" if stored is None else stored.status,
        only,
        asked,
        amending.name if amending else "",
    )
    known = await type.gather(case)
    altered = amending.amends.alters or () if amending and amending.amends else ()
    filled = {
        n: v
        for n, v in type.fill(case, known).items()
        if v and (only is None or n in only) and n not in altered
    }
    kept_rows = kept.counts(content, stored.content) if amending and stored else {}
    rows = _FilledRows.of(type, values, values | filled, known, only, asked).keeping(values, kept_rows)
    values |= rows.typed
    shown = shown_values(content, values | filled | rows.filled)
    reading = _read(content, values, shown, reading, stored if only is None else None)
    own = [v for v in reading.violations(complete=bool(signing)) if not opening]
    own += _wrong_presets(type, sent, values, stored, opening)
    wrong = [*own, *await _wrong_codes(transaction, reading), *await _wrong_elements(transaction, reading)]
    typed = reading.typed(wrong)
    rules = [rule for rule in type.rules if (rule.opening if opening else signing or rule.drafts)]
    found = [each for rule in rules for each in rule.violations(typed, known)]
    wrong += [each for each in found if each.level == "error"]
    warnings = [each for each in found if each.level == "warning"]
    kept_rows = kept.counts(content, stored.content) if amending and stored else {}
    if only is not None or kept_rows:
        counts = partial(_counts, only=only, kept_rows=kept_rows)
        wrong, warnings = [[v for v in some if counts(v.path)] for some in (wrong, warnings)]
    say = partial(_notices, type.notices, typed, known, only) if type.notices else None
    return Verdict(dict(reading.values), tuple(wrong), known, tuple(warnings), reading, rows.brought, say)


@dataclass(frozen=True)
class _FilledRows:
    """The tables whose rows a type fills: `typed` with what counts as typed, `filled` with grey cells too; `brought`
    are the cells that count as typed."""

    typed: dict[str, list[dict[str, str]]]
    filled: dict[str, list[dict[str, str]]]
    brought: Mapping[str, str]

    @classmethod
    def of(
        cls,
        type: DocumentType,
        cleaned: Mapping[str, Any],
        values: Mapping[str, Any],
        known: Any,
        only: frozenset[str] | None,
        asked: str,
    ) -> _FilledRows:
        """Fill in the rows of `values`, which are `cleaned` with grey fields."""
        made = cls({}, {}, {})
        if type.fill_rows is None:
            return made
        for name, found in type.fill_rows(values, known).items():
            fields = type.form.content.tables[name].row.fields
            if only is not None and name not in only:
                continue
            rows = [dict(row) for row in cleaned.get(name, [])]
            if 0 < (at := _row_of(asked, name)) <= min(len(rows), len(found)):
                brought = {cell: value for cell, value in found[at - 1].items() if not fields[cell].system}
                rows[at - 1] = {cell: v for cell, v in (rows[at - 1] | brought).items() if v}
                made = replace(made, brought=brought)
            made.typed[name] = rows
            grey = [{c: v for c, v in cells.items() if v and fields[c].system} for cells in found]
            grey += [{}] * (len(rows) - len(grey))
            made.filled[name] = [row | cells for row, cells in zip(rows, grey, strict=False)]
        return made

    def keeping(self, cleaned: Mapping[str, Any], kept_rows: Mapping[str, int]) -> _FilledRows:
        """The same, with so many rows of these tables as they are in force."""
        for name in kept_rows.keys() & self.filled.keys():
            for rows in (self.typed[name], self.filled[name]):
                rows[: kept_rows[name]] = cleaned[name][: kept_rows[name]]
        return self


def _row_of(asked: str, table: str) -> int:
    """The number of the row, from 1, of which a cell was left; 0 for none of this table."""
    name, _, rest = asked.partition("/")
    number = rest.partition("/")[0]
    return int(number) if name == table and re.fullmatch(r"[1-9][0-9]{0,5}", number) else 0


def content_of(type: DocumentType, amending: Action | None = None) -> type[Content]:
    """The type's content as it is typed on its form or, where that has a form of its own, for an action that amends:
    what other amendments ask for is grey, what this one alters is not, and rows in force can be flagged."""
    return _content_of(type, amending.name if amending else "")


@cache
def _content_of(type: DocumentType, amending: str) -> type[Content]:
    action = type.lifecycle.find_action(amending)
    amends = action.amends if action else None
    if amends is None or not amends.replaces:
        return opened(type.form.content, frozenset(), type.lifecycle.asked, flags=False)
    closed = type.lifecycle.asked - frozenset(amends.asks)
    return opened(type.form.content, amends.alters or frozenset(), closed, flags=True)


def typed(type: DocumentType, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What of a new document's content was sent, cleaned as `judge` does it. Raises Refused for a wrong shape."""
    return _cleaned(type, content_of(type), sent, None, None, None)


def _notices(notices: Notices, content: Content, known: Any, only: frozenset[str] | None) -> list[Notice]:
    return [each for each in notices(content, known) if only is None or _concerns(each.path, only)]


def _cleaned(
    type: DocumentType,
    content: type[Content],
    sent: Mapping[str, Any],
    stored: Document | None,
    only: frozenset[str] | None,
    amending: Action | None,
) -> dict[str, Any]:
    """What of a content was sent by who may type it, cleaned; the rest as it is stored."""
    followed, in_force = type.lifecycle.followed_up, {} if stored is None else stored.content
    if only is not None:
        typed = clean(content, {name: sent[name] for name in only if name in sent})
        cleaned = replaced(in_force, typed, [name for name in only if not name.startswith(ATTACHMENTS)])
    else:
        fixed = {name: in_force[name] for name in type.form.content.presets if in_force.get(name)}
        cleaned = clean(content, sent) | serials_of(type, in_force) | fixed
    if followed and only is None:
        draft = stored is None or stored.status in type.lifecycle.drafts
        empty: dict[str, Any] = {name: [] for name in type.form.content.tables}
        cleaned = replaced(cleaned, empty if draft else in_force, followed)
    return kept.with_kept_rows(content, in_force, cleaned) if amending else cleaned


def _counts(path: str, only: frozenset[str] | None, kept_rows: Mapping[str, int]) -> bool:
    """Whether what was found there counts: not of what is in force, whole names or rows that are kept."""
    name, _, rest = path.partition("/")
    row = rest.partition("/")[0]
    in_force = name in kept_rows and row.isdigit() and int(row) <= kept_rows[name]
    return not in_force and (only is None or _concerns(path, only))


def _wrong_presets(
    type: DocumentType,
    sent: Mapping[str, Any],
    values: Mapping[str, Any],
    stored: Document | None,
    opening: bool,
) -> Iterator[Violation]:
    """Of the fields that the menu gives: those that are missing when others are filled in, and those that were changed
    after the first 暂存."""
    for name, spec in type.form.content.presets.items():
        value = values.get(name, "")
        if not value and spec.required is True and not opening:
            advice = "请从菜单重新进入；接口和批量导入请填写代码"
            yield Violation(name, "field.preset", f"「{spec.label}」没有指定", advice, spec.clause, "field")
        elif stored is not None and (sent.get(name) or value) != value:
            message = f"「{spec.label}」在首次暂存之后不能更改，仍为 {value}"
            advice = "需要另一种时，请从菜单另行新增"
            yield Violation(name, "field.preset", message, advice, spec.clause, "field")


def _concerns(path: str, only: frozenset[str]) -> bool:
    """Whether a violation is about what is typed for a follow-up: a name of it, or the files."""
    first, _, rest = path.partition("/")
    if first == "attachments":
        return f"attachments/{rest}" in only if rest else any(n.startswith(ATTACHMENTS) for n in only)
    return first in only


def _read(
    content: type[Content],
    cleaned: Mapping[str, Any],
    values: Mapping[str, Any],
    before: Reading | None,
    stored: Document | None,
) -> Reading:
    """The reading of the values: that of `before` where they are the same."""
    if before is not None and before.values == values:
        return before
    reading = Reading.of(content, cleaned, values)
    if stored is not None:
        remember(stored.id, reading)
    return reading


def applicant_of(person: Person) -> Applicant:
    """What a document's chapter may know of who fills it in."""
    return Applicant(
        person.customs_code,
        person.scc,
        person.company_name,
        person.display_name,
        person.username,
        person.bound_card or "",
    )


def serials_of(type: DocumentType, content: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers that the first 暂存 gave: they stay, whatever else is filled in."""
    return {serial.field: content[serial.field] for serial in type.serials if serial.field in content}


def editable(type: DocumentType, stored: Mapping[str, Any], amending: Action | None = None) -> dict[str, Any]:
    """The part of stored content that a client could have sent, on the form of that action where one is named: without
    the grey fields."""
    content = content_of(type, amending)
    grey = content.fields.keys() - content.typed.keys()
    return {name: value for name, value in stored.items() if name not in grey}


def as_typed(type: DocumentType, values: Mapping[str, Any], amending: Action | None = None) -> dict[str, Any]:
    """What of a content, disabled fields left out, is typed on the form of that action (None: of the document itself):
    without grey fields, grey cells, and what is empty."""
    content = content_of(type, amending)
    said = enabled_values(content, values)
    found: dict[str, Any] = {name: said[name] for name in content.typed if said.get(name)}
    for name, table in content.tables.items():
        if said[name]:
            found[name] = [
                {cell: row[cell] for cell in table.row.typed if row.get(cell)} for row in said[name]
            ]
    return found


def content_bytes(type: DocumentType, content: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: RFC 8785 of the content without disabled fields."""
    return canonical(enabled_values(type.form.content, content))


def signed_bytes(
    type: DocumentType, document: Document, content: Mapping[str, Any], amending: Action | None = None
) -> bytes:
    """The same of what a document holds or is to hold."""
    reading = recall(document.id, content_of(type, amending), content)
    return reading.signed if reading else content_bytes(type, content)


async def _wrong_elements(transaction: Transaction, reading: Reading) -> list[Violation]:
    """Texts that do not hold one part for each declaration element of their code."""
    if not reading.classified:
        return []
    today = transaction.now.astimezone(CHINA).date()
    known = await details(transaction, {(each.table, each.code) for each in reading.classified}, today)
    return [
        _about_elements(each, named)
        for each in reading.classified
        for named in [known.get((each.table, each.code), {}).get("elements", ())]
        if named and each.text.count("|") + 1 != len(named)
    ]


def _about_elements(each: Classified, named: Sequence[str]) -> Violation:
    label, count = each.field.label, each.text.count("|") + 1
    message = f"「{label}」应按商品编号 {each.code} 的申报要素填写 {len(named)} 项，现为 {count} 项"
    advice = f"请点击「重新归类」逐项填写，各项以 | 分隔：{'|'.join(named)}"
    return Violation(each.path, "field.elements", message, advice, each.field.clause, "field")


async def _wrong_codes(transaction: Transaction, reading: Reading) -> list[Violation]:
    if not reading.codes:
        return []
    today = transaction.now.astimezone(CHINA).date()
    known = await validity(transaction, {(spec.codes, code) for _, spec, code in reading.codes}, today)
    return [
        Violation(path, "field.code", message, "请按空格键从列表中选取", spec.clause, "field")
        for path, spec, code in reading.codes
        for message in [_about_code(spec, code, known.get((spec.codes, code)))]
        if message
    ]


def _about_code(spec: Field, code: str, in_force: bool | None) -> str:
    """What is wrong with a code, or ""; `in_force` is None for one that the table does not have."""
    if in_force is None:
        return f"「{spec.label}」没有代码 {code}"
    return "" if in_force else f"「{spec.label}」的代码 {code} 已停用或尚未启用"
