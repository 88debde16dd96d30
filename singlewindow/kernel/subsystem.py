"""What a subsystem declares, and how subsystems are found: by walking `singlewindow/subsystems`."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

from fastapi import APIRouter

from singlewindow.kernel.database.connection import Database, Transaction
from singlewindow.kernel.definition.fields import Form
from singlewindow.kernel.documents.record import Document
from singlewindow.kernel.jobs.kind import JobKind
from singlewindow.kernel.lifecycle import SEND_FAILED, Lifecycle
from singlewindow.kernel.notices import Notices
from singlewindow.kernel.problems import NotFound
from singlewindow.kernel.registers.index import RegisterIndex
from singlewindow.kernel.registers.store import Registers
from singlewindow.kernel.rules import Rule
from singlewindow.kernel.settings import settings

ROOT = Path(__file__).parent.parent / "subsystems"


@dataclass(frozen=True)
class Applicant:
    """The company and the person that fill in a document, as their account and card say.

    `card_no` is the number of the card bound to the account, "" where there is none.
    """

    customs_code: str
    scc: str
    name: str
    person: str
    username: str = ""
    card_no: str = ""


@dataclass(frozen=True)
class Case:
    """What a chapter may look at when it fills in grey fields and gathers what its rules need.

    `attachments` are the categories that have a file. `signing` is True before a signature; then `stored` is the
    content as it is stored, with the grey values of the last 暂存, which a colleague's signature leaves as they are;
    `action` is the signed action ("" before that) and `status` the document's ("" for a new one). `amending` is the
    action on whose own form it was typed, also before a signature ("" for the document's form). Where only some names
    may be typed, for follow-ups or on such a form, `editable` are these; all else in `values` is what is in force, and
    nothing that is found wrong with it counts. None: the whole content. `asked` is the field that was
    left, while that is looked up ("" otherwise): a name, or a cell such as goods/3/record_no.
    """

    transaction: Transaction
    registers: Registers
    applicant: Applicant
    attachments: frozenset[str]
    document_id: int | None
    values: Mapping[str, Any]
    signing: bool
    stored: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""
    status: str = ""
    editable: frozenset[str] | None = None
    asked: str = ""
    amending: str = ""

    async def claimed(self, kind: str, key: str) -> bool:
        """Whether another document holds this claim."""
        return bool(await self.claimed_any(kind, [key]))

    async def claimed_any(self, kind: str, keys: Iterable[str]) -> set[str]:
        """Those of the keys that another document claims, in one query."""
        asked = [(kind, key, self.document_id) for key in dict.fromkeys(keys) if key]
        if not asked:
            return set()
        held = await self.transaction.look_up(
            """select kind, key, but_not from unnest($1::text[], $2::text[], $3::bigint[]) as w (kind, key, but_not)
               where sw_claimed(kind, key, but_not)""",
            asked,
        )
        return {row["key"] for row in held}

    async def drawn(self, kind: str, keys: Iterable[str]) -> dict[str, Decimal]:
        """How much all other documents draw on these keys, of all companies; 0 where none does. One query."""
        asked = [(kind, key, self.document_id) for key in dict.fromkeys(keys) if key]
        if not asked:
            return {}
        used = await self.transaction.look_up(
            """select kind, key, but_not, sw_drawn(kind, key, but_not) as amount
               from unnest($1::text[], $2::text[], $3::bigint[]) as w (kind, key, but_not)""",
            asked,
        )
        return {row["key"]: row["amount"] for row in used}


class Known(Protocol):
    """What a chapter looked up for its rules, usually a frozen dataclass."""

    def frozen(self) -> dict[str, Any]:
        """What of it is kept with a submission: the grade, the state, the dates that decided."""


Gather = Callable[[Case], Awaitable[Known]]
"""Loads what the chapter's rules may know."""

Fill = Callable[[Case, Any], Mapping[str, str]]
"""The grey content of a document, from what `gather` found."""

FillRows = Callable[[Mapping[str, Any], Any], Mapping[str, Sequence[Mapping[str, str]]]]
"""What `gather` found for the rows of a content with its grey fields: table → one mapping of cells for each row, in
their order.

Grey cells are always taken, also at 暂存, at a signature and in an import. Cells that are typed are taken only where
leaving a cell of that very row is looked up, as if they had been typed; "" empties one, one that is not named stays.
"""


@dataclass(frozen=True)
class Claim:
    """Exclusive use: while the document is in one of `held_in`, no other may hold the same key; of several, none.

    A `shared` one hinders nobody: many may hold the same key, and chapters ask whether another does (`Case.claimed`).
    """

    kind: str
    key: Callable[[Mapping[str, Any]], str | Sequence[str]]  # one, or several; "" is none
    held_in: frozenset[str]
    path: str = ""
    message: str = ""
    advice: str = ""
    clause: str = ""
    shared: bool = False

    def keys(self, content: Mapping[str, Any]) -> list[str]:
        """The keys of a content, each once, in one order everywhere: who wants the same does not wait crosswise."""
        given = self.key(content)
        return sorted({key for key in ([given] if isinstance(given, str) else given) if key})


Amounts = Callable[[Mapping[str, Any]], Mapping[str, Decimal]]
"""How much of which keys a content draws on. Pure."""


@dataclass(frozen=True)
class Draw:
    """Shared quantities: while the document is in one of `held_in`, it uses `amounts` of the content in force by key
    (a licence's line, an item of an account book); of a change that is with customs, where that is more.

    Chapters ask how much all other documents use (`Case.drawn`) and judge by it; who submits has its keys alone.
    """

    kind: str
    amounts: Amounts
    held_in: frozenset[str]

    def of(self, content: Mapping[str, Any]) -> dict[str, Decimal]:
        """What of a content is drawn on at all."""
        return {key: amount for key, amount in self.amounts(content).items() if key and amount > 0}


@dataclass(frozen=True)
class Waits:
    """A submission that is kept until another document has come so far: the one of `type` whose number stands in the
    content's `field`, of the same company.

    Until it is in one of `states` the submission is not sent, and its document is in `status` (待发送). It goes by
    itself as soon as that document comes into them. Where it comes into one of `ends`, or is deleted or ended,
    there is nothing to wait for: then the submission fails, as one that could not be sent (SEND_FAILED), with words. In
    any other state it may still come so far, and the history says what became of it.

    `copies` are fields of both contents, which were filled in from that document. Where one of them stands otherwise
    there by the time it has come so far, what was signed is outdated: then the submission fails too.
    """

    type: str
    field: str
    states: frozenset[str]
    status: str
    ends: frozenset[str] = frozenset()
    copies: tuple[str, ...] = ()
    clause: str = ""


@dataclass(frozen=True)
class Party:
    """Another company that has a part in the document, beside the one that files it: the `field` of the content (a
    column of the find table) holds its customs code.

    It reads what was submitted, never a draft, and writes nothing. What else it may do says the lifecycle, whose
    actions name `role` among their parties: 打印, 复制. With `drafts` it reads drafts too: of a type that nobody
    types, since a chapter's own work makes its documents.
    """

    role: str
    title: str
    field: str
    drafts: bool = False


DECLARANT = "declarant"  # the role of the company that files a document


@dataclass(frozen=True)
class FirstSave:
    """What a serial's prefix may be made of: when (Chinese time) and by whom a document is saved for the first time."""

    now: datetime
    applicant: Applicant


@dataclass(frozen=True)
class Serial:
    """A number of the document's own in a grey content field, e.g. 车次确认编号: `prefix`, then the last `digits`
    digits of 数据中心统一编号, which no other document has.

    The first 暂存 gives it; later ones keep it, and a copy gets one of its own.
    """

    field: str
    prefix: Callable[[FirstSave], str]
    digits: int = 13


@dataclass(frozen=True)
class ReceiptCode:
    """A code that customs (or the portal's sender, seq 0) may give, and its word on the screen."""

    code: str
    name: str


@dataclass(frozen=True)
class Messages:
    """What is sent and what comes back."""

    district: Callable[[Mapping[str, Any]], str]
    receipts: tuple[ReceiptCode, ...]
    returned: tuple[str, ...] = ()  # members of a receipt's data that the document shows

    def name_of(self, code: str) -> str:
        """The word for a receipt code; the code itself when customs sent one that we do not know."""
        return next((receipt.name for receipt in self.receipts if receipt.code == code), code)


@dataclass(frozen=True)
class Whose:
    """An entry of a `role` box (企业类别): whose documents are looked through.

    `rows`: `own`, those that the company files; the role of a party, those in which the company has it; `all`, both.
    `needs` names conditions that must be given with it.
    """

    code: str
    name: str
    rows: str = "own"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """A box of the query page. `name` is a find column; a text is found exactly as it stands there,
    or in one of the spellings that `spelled` makes of what was asked: pure, a few, what was asked among them.

    A `code` box offers the entries of the field's code table, a `status` box the states and 全部. A span asks from one
    day to another, both counted: of 最近操作时间 with the name `updated`, of the day of entry with `filed_on`, else of
    a searched date or moment of the content (its migration calls `index_span`). With `paired` both days are given or
    none. `normal` is a find column, which a trigger fills in, with the ways in which what was asked stands there: found
    so too. A `role` box (one at most) offers `choices`; empty, it means the first. An `own` box is grey, shows the
    company's own customs code, and asks nothing.
    """

    name: str
    label: str
    kind: Literal["text", "code", "status", "span", "role", "own"]
    required: bool = False
    max_days: int = 0
    paired: bool = False
    clause: str = ""
    choices: tuple[Whose, ...] = ()
    spelled: Callable[[str], Collection[str]] | None = None
    normal: tuple[str, Callable[[str], Collection[str]]] | None = None


@dataclass(frozen=True)
class Column:
    """A column of the result list; the blue ones open the document or its receipts."""

    name: str
    label: str
    link: Literal["", "document", "receipts"] = ""


@dataclass(frozen=True)
class Dimension:
    """By what documents are counted: a find column of the content, `status`, or `filed_on` by day or month."""

    name: str  # in addresses
    label: str
    column: str = ""  # "": as the name
    by: Literal["", "day", "month"] = ""

    @property
    def source(self) -> str:
        """The find table's column."""
        return self.column or self.name


@dataclass(frozen=True)
class Sum:
    """A decimal find column that is added up, and its unit."""

    name: str
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Statistics:
    """业务统计 of a type: over at most `max_days` of `filed_on`, and with the named conditions of its query page."""

    dimensions: tuple[Dimension, ...]
    sums: tuple[Sum, ...] = ()
    conditions: tuple[str, ...] = ()
    max_days: int = 366
    clause: str = ""


@dataclass(frozen=True)
class RowAction:
    """A word in a row's 操作 column, there where its document permits it (GATE-08).

    `view` opens the document to be looked at, `edit` to work on it, `delete` deletes it after asking; `amend` opens it
    for the lifecycle's amending `action`; `receipts` opens customs' answers in a tab, once there are any.
    """

    label: str
    does: Literal["view", "edit", "delete", "amend", "receipts"]
    action: str = ""

    @property
    def asks(self) -> str:
        """The lifecycle's action that must be permitted for it; "" for none."""
        return {"edit": "save", "delete": "delete", "amend": self.action}.get(self.does, "")


@dataclass(frozen=True)
class AmendmentWords:
    """What the page of a type's amendments calls their kind, their number, and the number of what they amend."""

    kind: str = "申请类型"
    number: str = "申请编号"
    document: str = "单据编号"
    clause: str = ""


@dataclass(frozen=True)
class Queries:
    """How documents of a type are found, and counted. With `delete` rows are ticked and deleted together, by a button
    with `delete_word`; with `print` the result goes on paper. `amendments` are the words of the page of amendments."""

    conditions: tuple[Condition, ...]
    columns: tuple[Column, ...]
    delete: bool = False
    delete_word: str = "删除"
    statistics: Statistics | None = None
    row_actions: tuple[RowAction, ...] = ()
    print: bool = False
    amendments: AmendmentWords = AmendmentWords()


@dataclass(frozen=True)
class Seal:
    """A QR code on a print, signed by the portal, that anybody can check without network (GATE-09).

    `facts` makes of the content's values (codes without names; with `number`) a few short texts by label, the number
    not among them: it is there already. Only in one of `states`, and not once an amendment has ended the document, is
    there such a code. It is valid for `valid_days`; 0: SINGLEWINDOW_SEAL_DAYS.
    """

    facts: Callable[[Mapping[str, Any]], Mapping[str, str]]
    states: frozenset[str]
    valid_days: int = 0


Compose = Callable[[Transaction, Document], Awaitable[Mapping[str, Any]]]
"""What a template draws, made of a document whose disabled fields are empty; plain texts, as JSON allows them."""


@dataclass(frozen=True)
class Print:
    """A paper that a document can be printed on: its name in addresses, its title, and its Typst template (UI-12).

    It can be had in `states` (None: wherever the lifecycle lets the document be printed). A template that draws
    something else than a document by its definition says with `compose` what; such a paper has no seal. `dialog` is the
    title of a dialog that the page opens first, whose button leads to 打印预览.
    """

    name: str
    title: str  # "": the document type's own
    template: Path
    seal: Seal | None = None
    states: frozenset[str] | None = None
    compose: Compose | None = None
    dialog: str = ""

    def __post_init__(self) -> None:
        """Check once that a seal has the data that it needs."""
        if self.seal and self.compose:
            raise ValueError(f"the print {self.name} composes its data and cannot carry a seal")

    def is_there(self, status: str) -> bool:
        """Whether a document of that status can be printed on it."""
        return self.states is None or status in self.states


FORM_PRINT = Print("form", "", Path(__file__).parent / "printing" / "templates" / "form.typ")
"""Any document, drawn from its definition."""


@dataclass(frozen=True, eq=False)
class DocumentType:
    """A kind of document, put together on its folder's title page; there is one object of each."""

    name: str  # e.g. inspection.declaration; stands in addresses and messages
    title: str
    form: Form
    rules: tuple[Rule, ...]
    gather: Gather
    fill: Fill
    lifecycle: Lifecycle
    messages: Messages
    queries: Queries
    claims: tuple[Claim, ...] = ()
    draws: tuple[Draw, ...] = ()
    waits: Waits | None = None
    parties: tuple[Party, ...] = ()
    serials: tuple[Serial, ...] = ()
    prints: tuple[Print, ...] = (FORM_PRINT,)  # to be had where the lifecycle has an action "print"
    notices: Notices | None = None  # what is said at fields while they are filled in
    fill_rows: FillRows | None = None

    def __post_init__(self) -> None:
        """Check once that the type hears what the portal's own sender says, and has a word for all that it hears."""
        if missing := sorted({"SENT", "SEND_FAILED"} - self.lifecycle.known):
            raise ValueError(f"{self.name} does not hear {missing}")
        if wrong := self.lifecycle.known ^ {receipt.code for receipt in self.messages.receipts}:
            raise ValueError(
                f"{self.name}: receipts without a word, or a word without a receipt: {sorted(wrong)}"
            )
        if missing := [str(each.template) for each in self.prints if not each.template.is_file()]:
            raise ValueError(f"{self.name} has no template {missing}")
        if missing := sorted(self.lifecycle.needed_tables - {*self.form.content.tables}):
            raise ValueError(f"{self.name} needs rows of {missing}, which are no tables")
        fields = self.form.content.fields
        if missing := [s.field for s in self.serials if s.field not in fields or not fields[s.field].system]:
            raise ValueError(f"{self.name} has no grey field for the serials {missing}")
        named = {code for section in self.form.sections for code in section.states}
        if missing := sorted(named - {state.code for state in self.lifecycle.states}):
            raise ValueError(f"{self.name} has sections of unknown states {missing}")
        if missing := [] if self.queries.statistics is None else self._not_countable(self.queries.statistics):
            raise ValueError(f"{self.name} cannot count by {missing}")
        self._check_parties()
        self._check_waits()
        self._check_queries()
        self._check_follow_ups()
        self._check_amendments()

    def _check_amendments(self) -> None:
        """Check once that what is typed for amendments is there, and what they ask for is typed for nothing else."""
        content, asked = self.form.content, self.lifecycle.asked
        wrong = [name for name in asked if name not in content.typed or name in self.lifecycle.followed_up]
        for action in self.lifecycle.actions:
            altered = (action.amends and action.amends.alters) or frozenset()
            left = action.amends.leaves if action.amends else frozenset()
            wrong += (altered | left) - set(content.fields) - set(content.tables)
            wrong += altered & (asked | self.lifecycle.followed_up | {each.field for each in self.serials})
        if wrong:
            raise ValueError(f"{self.name}: amendments cannot alter or ask for {sorted(wrong)}")

    def _check_follow_ups(self) -> None:
        """Check once that what is typed for follow-ups is there, and is not typed in a draft."""
        attachments = self.form.attachments.categories if self.form.attachments else ()
        known = {*self.form.content.fields, *self.form.content.tables}
        known |= {f"attachments/{category.code}" for category in attachments}
        if missing := sorted(self.lifecycle.followed_up - known):
            raise ValueError(f"{self.name}: follow-ups of what is not there: {missing}")
        if wrong := [a.name for a in self.lifecycle.follow_ups if a.from_states & self.lifecycle.drafts]:
            raise ValueError(f"{self.name}: follow-ups of drafts: {wrong}")
        names = {each.name for each in self.lifecycle.follow_ups}
        if wrong := [each.action for each in self.queries.row_actions if each.action in names]:
            raise ValueError(f"{self.name}: follow-ups have no form of their own: {wrong}")

    def _check_waits(self) -> None:
        """Check once that what waits can be in the status for it; the other type is there only when all are."""
        if self.waits is None:
            return
        for name in (self.waits.field, *self.waits.copies):
            if name not in self.form.content.fields:
                raise ValueError(f"{self.name} has no field {name}, by which it waits")
        if self.waits.status not in {state.code for state in self.lifecycle.states}:
            raise ValueError(f"{self.name} waits in {self.waits.status}, which is no state")
        if self.lifecycle.fold(self.waits.status, [(0, SEND_FAILED)]) == self.waits.status:
            raise ValueError(f"{self.name} does not hear {SEND_FAILED} while it waits")

    def _check_parties(self) -> None:
        """Check once that parties can be found, and that they only read."""
        if missing := [each.field for each in self.parties if each.field not in self.searched]:
            raise ValueError(f"{self.name}: parties by what is not searched: {missing}")
        roles = [DECLARANT, *(each.role for each in self.parties)]
        if len(set(roles)) < len(roles):
            raise ValueError(f"{self.name} has two parties of one role: {roles}")
        if self.lifecycle.drafts and any(each.drafts for each in self.parties):
            raise ValueError(f"{self.name}: another party would read what is being typed")
        for action in self.lifecycle.actions:
            others = action.parties - {DECLARANT}
            if not action.parties <= set(roles) or (others and action.name not in ("copy", "print")):
                raise ValueError(f"{self.name}: {action.name} is not for {others}, who only read")

    def _check_queries(self) -> None:
        """Check once that the query page asks for what there is."""
        known = {action.name for action in self.lifecycle.actions} | {""}
        if missing := [each.label for each in self.queries.row_actions if each.asks not in known]:
            raise ValueError(f"{self.name} has no action for {missing}")
        fields = self.form.content.fields
        for each in self.queries.conditions:
            if each.kind == "code" and not (each.name in fields and fields[each.name].codes):
                raise ValueError(f"{self.name}: {each.name} is no field with a code table")
            if each.kind == "span" and each.name not in {"updated", "filed_on", *self._timely}:
                raise ValueError(f"{self.name}: no span of {each.name}")
            self._check_choices(each)

    def _check_choices(self, condition: Condition) -> None:
        """Check once that a role box offers roles, and no other box does."""
        roles = {"own", *(["all"] if self.parties else []), *(party.role for party in self.parties)}
        names = {each.name for each in self.queries.conditions}
        if (condition.kind == "role") != bool(condition.choices):
            raise ValueError(f"{self.name}: {condition.name} is a role box or has no choices")
        if wrong := [
            each.name for each in condition.choices if each.rows not in roles or not names >= {*each.needs}
        ]:
            raise ValueError(f"{self.name}: {condition.name} cannot offer {wrong}")

    def _not_countable(self, wanted: Statistics) -> list[str]:
        """What of the statistics is no real column of the find table, no decimal, or no condition."""
        columns = {"status", *self.columns}
        decimals = {name for name in self.searched if self.form.content.fields[name].kind == "decimal"}
        asked = {each.name for each in self.queries.conditions if each.kind not in ("span", "role", "own")}
        return [
            *(d.name for d in wanted.dimensions if d.source not in (columns if not d.by else {"filed_on"})),
            *(each.name for each in wanted.sums if each.name not in decimals),
            *(name for name in wanted.conditions if name not in asked),
        ]

    @property
    def find_table(self) -> str:
        """The narrow table of what is searched, made by the type's own migration."""
        return "find_" + self.name.replace(".", "_")

    @property
    def _timely(self) -> list[str]:
        """The searched fields that name days or moments; of what customs returned, any that the page asks days of."""
        fields = self.form.content.fields
        return [name for name in self.searched if fields[name].kind in ("date", "moment")] + [*self.answers]

    @property
    def searched(self) -> tuple[str, ...]:
        """The content fields that are real columns of the find table."""
        return tuple(name for name, spec in self.form.content.fields.items() if spec.search)

    @property
    def answers(self) -> tuple[str, ...]:
        """What customs return that is a real column of the find table too."""
        return tuple(each.name for each in self.form.header if each.search)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the find table that are the type's own."""
        return (*self.searched, *self.answers)


MenuPage = Literal[
    "form",  # of one type
    "query",  # over one type or several
    "statistics",  # of one type or several
    "import",  # from workbooks, of one type or several
    "amendments",  # of one type: what became of them
    "own",  # of the chapter's own making, by its name
]
"""The kinds of page to which a menu may lead; each has its entry in `web/src/app/pages.ts`."""


@dataclass(frozen=True)
class MenuItem:
    """A line of the left menu: a page of one kind about one document type or several.

    An `own` page is about none and has a `name`, by which the chapter's `web/index.ts` gives its component. Lines that
    follow one another with the same word `under` stand beneath it. A query page that `amends` lists documents for which
    that action of their type may be begun, and their numbers open its form. `preset`: of a form, the values of its
    fields with `preset`; of a query page, with what its conditions begin.
    """

    title: str
    page: MenuPage
    types: tuple[str, ...] = ()
    name: str = ""
    under: str = ""
    amends: str = ""
    preset: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check once that the line leads somewhere."""
        named, about = re.fullmatch(r"[a-z][a-z0-9-]*", self.name) is not None, bool(self.types)
        if (named, about) != ((True, False) if self.page == "own" else (False, True)):
            raise ValueError(f"menu {self.title}: an own page has a name, every other one document types")
        if self.amends and (self.page != "query" or len(self.types) != 1):
            raise ValueError(f"menu {self.title}: what is amended is found on a query page of one type")
        plain = all(re.fullmatch(r"[A-Za-z0-9_.-]+", part) for pair in self.preset.items() for part in pair)
        if not plain or (self.preset and self.page not in ("form", "query")):
            raise ValueError(f"menu {self.title}: presets are plain codes of forms and query pages")


@dataclass(frozen=True)
class Chore:
    """Work of a chapter's own that the worker does again and again: `run` does a bounded portion of what is due by the
    business clock, in transactions of its own, and says how much it did; 0 ends the round.

    Any number of workers may run it at the same instant, so it takes rows with `for update skip locked`; one may die in
    the midst, so what is half done is undone with its transaction or can go on. Nobody else waits for it, and a failing
    one is tried again. `name` begins with the chapter's; `exchange/chores.py` calls it without waiting. `due`: whether
    there may be anything to do, as an SQL expression that an index answers; without one it is run every second.
    """

    name: str
    run: Callable[[Database, datetime], Awaitable[int]]
    due: str = ""


@dataclass(frozen=True)
class Reminded:
    """A line of a chapter's own on the home page: what is to be done until when. It leads to a document (`type` and
    `number`), or to the chapter's own `page` by its name, which finds what the conditions in `preset` find."""

    text: str
    due_at: datetime
    type: str = ""
    number: str = ""
    page: str = ""
    preset: Mapping[str, str] = field(default_factory=dict)


Reminders = Callable[[Transaction, int], Awaitable[Sequence[Reminded]]]
"""The lines of the transaction's company, the next term first, at most as many as asked; with its own check of whose
they are, and one or two queries."""


@dataclass(frozen=True)
class Subsystem:
    """A chapter: where it stands among the applications, its menu, and its document types.

    What is no document, a chapter makes of `routes` (served below `/api/<name>` to who may enter the application, and
    to nobody else), pages of its own (`MenuItem`), `registers` that it searches, `jobs` that a person starts, and
    `chores` that the worker does by itself. `reminders` are its lines on the home page, beside those of timers.

    With `card_stays` the bound card stays in the reader during entry and saving too (PORT-05). That is the page's
    rule: pulled out, a message appears and saving waits until it is back. The server sees no reader and asks for
    nothing.
    """

    name: str
    title: str
    group: tuple[str, ...]
    menu: tuple[MenuItem, ...]
    documents: tuple[DocumentType, ...] = ()
    card_kind: Literal["法人卡", "操作员卡"] | None = (
        None  # only sessions that began with such a card (PORT-06)
    )
    card_stays: bool = False
    jobs: tuple[JobKind, ...] = ()  # kinds of long work of its own
    routes: APIRouter | None = None
    registers: tuple[RegisterIndex, ...] = ()
    chores: tuple[Chore, ...] = ()
    reminders: Reminders | None = None

    def __post_init__(self) -> None:
        """Check once that chores have names, and that menus begin amendments that a query finds by what is stored."""
        actions = {(d.name, a.name): a for d in self.documents for a in d.lifecycle.actions}
        for item in self.menu:
            action = actions.get((item.types[0], item.amends)) if item.amends else None
            opened = action and action.amends and action.edits is None and not (action.unless or action.needs)
            if item.amends and not opened:
                raise ValueError(f"menu {item.title}: {item.amends} has no form that a query page can open")
        names = [chore.name for chore in self.chores]
        if len({*names}) < len(names) or not all(name.startswith(f"{self.name}.") for name in names):
            raise ValueError(f"{self.name}: chores {names} are called {self.name}.something, each otherwise")
        self._check_presets()

    def _check_presets(self) -> None:
        """Check once that the menu gives its forms and query pages what they ask for."""
        types = {document.name: document for document in self.documents}
        for item in self.menu:
            for type in (types[name] for name in item.types if name in types):
                presets, asked = {*type.form.content.presets}, {each.name for each in type.queries.conditions}
                given = {*item.preset}
                if given != presets if item.page == "form" else not given <= asked:
                    raise ValueError(f"menu {item.title}: presets {given} do not fit {type.name}")


@cache
def subsystems() -> Mapping[str, Subsystem]:
    """Every subsystem by name, found by walking the folder; each package has a SUBSYSTEM.

    A folder whose name begins with _ is a template: it counts only where the settings say so.
    """
    found = {}
    for module in pkgutil.iter_modules([str(ROOT)]):
        if _counts(module.name):
            subsystem = importlib.import_module(f"singlewindow.subsystems.{module.name}").SUBSYSTEM
            if subsystem.name != module.name:
                raise ValueError(f"the chapter in the folder {module.name} calls itself {subsystem.name}")
            found[subsystem.name] = subsystem
    return found


@cache
def document_types() -> Mapping[str, DocumentType]:
    """Every document type by name. Raises ValueError for one that waits for what there is not."""
    found = {
        document.name: document for subsystem in subsystems().values() for document in subsystem.documents
    }
    for each in found.values():
        awaited = found.get(each.waits.type) if each.waits else each
        known = {state.code for state in awaited.lifecycle.states} if awaited else set()
        if each.waits and not each.waits.states | each.waits.ends <= known:
            raise ValueError(f"{each.name} waits for {each.waits.type} in states that it does not have")
        if each.waits and awaited and not {*each.waits.copies} <= {*awaited.form.content.fields}:
            raise ValueError(f"{each.name} copies from {each.waits.type} what that one does not have")
    return found


def is_awaited(type: DocumentType) -> bool:
    """Whether documents of any type wait for those of this one."""
    return any(each.waits and each.waits.type == type.name for each in document_types().values())


def get_document_type(name: str) -> DocumentType:
    """The type of that name. Raises NotFound."""
    found = document_types().get(name)
    if found is None:
        raise NotFound(f"没有名为 {name} 的单据类型")
    return found


def subsystem_of(type: DocumentType) -> Subsystem:
    """The subsystem that a document type belongs to. Raises NotFound."""
    for each in subsystems().values():
        if any(document.name == type.name for document in each.documents):
            return each
    raise NotFound(f"{type.name} 不属于任何应用")


def migration_folders() -> Iterator[Path]:
    """The migration folders of all subsystems and of their document types."""
    return _folders("migrations", "*.py")


def code_folders() -> Iterator[Path]:
    """The folders with code tables of all subsystems and of their document types."""
    return _folders("codes", "*.csv")


def _folders(name: str, files: str) -> Iterator[Path]:
    for folder in sorted(ROOT.glob(f"*/{name}")) + sorted(ROOT.glob(f"*/*/{name}")):
        if any(folder.glob(files)) and _counts(folder.relative_to(ROOT).parts[0]):
            yield folder


def _counts(name: str) -> bool:
    return settings().with_template or not name.startswith("_")
