"""What may happen to a document: a table of states, actions and receipts. Only the machine writes status.

Grey buttons come from `why_not` and from nowhere else; the server refuses with the same words (UI-10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from singlewindow.kernel.problems import NotInThisState, Violation
from singlewindow.kernel.timing import Timer, circle, steps

NEW = ""  # the state of a document that was never saved
ELSEWHERE = "请从生成这类单据的业务办理"
SENT, SEND_FAILED = (
    "SENT",
    "SEND_FAILED",
)  # what the portal's own sender says, as the receipt with the number 0

Role = Literal["administrator", "operator"]
Outcome = Literal["", "accepted", "refused", "failed"]
"""What became of an amendment; "" while it is with customs."""


@dataclass(frozen=True)
class State:
    """A status: its code and the manual's word.

    `on_form` is the form's own word where the manual has two ("": the same). In a `waiting` one customs may answer at
    any moment; `in_force` means that what was submitted counts.
    """

    code: str
    name: str
    waiting: bool = False
    in_force: bool = False
    on_form: str = ""


@dataclass(frozen=True)
class Amends:
    """What a signed action asks of a document that is in force (变更, 删单): the document stays as it is until
    customs answer.

    `under_way` is the marker beside the status while it is with customs. Receipts with a code of `accepted` or
    `refused` settle it. Accepted, the document ends with the marker `ended`; where that is "", what was submitted takes
    the place of the content in force. The status moves only where it `leads_to` another one: from the moment of the
    submission on, as soon as it is accepted.

    With `edits` it is a follow-up, a button on the document's own form: only these names (fields, tables, and
    `attachments/CODE` for a category) are typed for it, all else is sent as it is in force; of none, nothing is typed.
    Such names are typed for follow-ups alone, never in a draft. `once`: not again after customs accepted it.

    Without `edits` it has a form of its own. `alters` are the names (fields, grey ones among them, and tables) that may
    be typed there; all else is grey and sent as it is in force, and of none the form has but its button. None: all that
    is typed in a draft. With `by_field` each box and row has a ✎ there, which opens a dialog with the old value and the
    new one. `leaves` are the names that stay grey there all the same: the type's rules refuse another value of them.
    `asks` are fields that are typed for each such amendment anew, in a dialog: a reason, who asks for it. They are
    never typed anywhere else, and nothing of them is in force.

    `returns` are those of the returned values which customs renew when they accept it (a longer validity); timers wait
    for their answer.
    """

    under_way: str
    accepted: frozenset[str]
    refused: frozenset[str]
    ended: str = ""
    leads_to: str = ""
    edits: frozenset[str] | None = None
    once: bool = False
    alters: frozenset[str] | None = None
    by_field: bool = False
    leaves: frozenset[str] = frozenset()
    asks: tuple[str, ...] = ()
    returns: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Check once that what ends a document neither leads on nor is a follow-up, and that only what has a form of
        its own says what is typed there."""
        if self.ended and (self.leads_to or self.edits is not None):
            raise ValueError(f"what ends a document ({self.ended}) neither leads on nor edits")
        formed = self.only is not None or self.by_field or self.asks or self.leaves
        if (self.ended or self.edits is not None) and formed:
            raise ValueError(
                f"what ends a document or is a follow-up has no form to type in ({self.under_way})"
            )

    @property
    def only(self) -> frozenset[str] | None:
        """The names that are typed on its own form; None: all but those that other actions ask for."""
        return None if self.alters is None else self.alters | frozenset(self.asks)

    @property
    def replaces(self) -> bool:
        """Whether it has a form of its own, on which another content may be drawn up."""
        return not self.ended and self.edits is None

    @property
    def takes_nothing(self) -> bool:
        """Whether nothing is typed on that form, which is declared as it is."""
        return self.only == frozenset()

    @property
    def typed_for(self) -> bool:
        """Whether anything is typed for it at all, on a form of its own or on the document's."""
        return not (self.ended or self.edits == frozenset() or self.takes_nothing)

    def holds(self, from_states: frozenset[str]) -> bool:
        """Whether a timer out of these states waits while it is with customs, so that nobody is late for their sake."""
        return self.leads_to not in from_states if self.leads_to else bool(self.returns)

    def outcome(self, receipts: Iterable[tuple[int, str]]) -> Outcome:
        """What (seq, code) receipts of such a submission come to, in whatever order they arrived.

        The last code in the order of seq that settles it decides; "failed" is what never reached customs.
        """
        codes = [code for _, code in sorted(set(receipts))]
        settled = [code for code in codes if code in self.accepted | self.refused]
        if settled:
            return "accepted" if settled[-1] in self.accepted else "refused"
        return "failed" if codes == [SEND_FAILED] else ""

    def refused_at(self, receipts: Iterable[tuple[int, str, datetime]]) -> datetime | None:
        """When what came to nothing did so, by its (seq, code, moment) receipts: the first of the refusals that count,
        or when sending failed. None while it is with customs, and for what was accepted."""
        in_order = sorted(set(receipts))
        outcome = self.outcome((seq, code) for seq, code, _ in in_order)
        if outcome == "failed":
            return in_order[0][2]
        moment = None
        for _, code, at in in_order if outcome == "refused" else ():
            moment = (moment or at) if code in self.refused else None if code in self.accepted else moment
        return moment


@dataclass(frozen=True)
class Marks:
    """What stands beside a document's status: the action that is `amending` it (with customs just now), the one
    that it was `ended_by` ("" for none), what can be done once and was accepted, and the action whose form was
    `drafted` and is not declared yet."""

    amending: str = ""
    ended_by: str = ""
    done: tuple[str, ...] = ()
    drafted: str = ""


Unless = Callable[[Mapping[str, str], datetime], str]
"""Why an action may not be done at this moment, or "": from the content's text fields, what customs returned, and the
business clock. Pure."""


@dataclass(frozen=True)
class Needs:
    """A table of which a row must be saved before an action may be done, and why not as long as there is none."""

    table: str
    why: str


UNMARKED = Marks()


@dataclass(frozen=True)
class Action:
    """One thing a user may do: from which states, to which, with what signature, and how it looks.

    `to` of None leaves the status alone. The kernel knows five names: `new` empties the form, `copy` makes a new,
    unsaved one out of the open document, `save` and `delete` are 暂存 and 删除, `print` gives a paper. A `signed`
    action makes a submission for customs, which carries customs' `function` code for it (ADD, MOD, DEL); one that
    `amends` is for documents in force and leaves their status alone until customs answer. `unless` says why not at
    this moment, `needs` that rows of a table must be saved first. Several of one `label` are one button, and `choice`
    is the word by which it asks for one of them. An account without a bound card may do nothing but what has
    `needs_card_account` off (PORT-04). What a `delete` that `keeps` takes away is hidden, though it was never sent:
    other documents refer to it.
    """

    name: str
    label: str
    from_states: frozenset[str]
    to: str | None = None
    signed: bool = False
    needs_card_account: bool = True
    parties: frozenset[str] = frozenset({"declarant"})
    roles: frozenset[Role] = frozenset({"administrator", "operator"})
    style: Literal["primary", "plain"] = "primary"
    shortcut: str = ""
    confirm: str = ""
    done: str = ""
    clause: str = ""
    function: str = ""
    amends: Amends | None = None
    choice: str = ""
    unless: Unless | None = None
    needs: Needs | None = None
    keeps: bool = False

    @property
    def word(self) -> str:
        """What it is called where it stands alone: its choice, or its label."""
        return self.choice or self.label

    @property
    def edits(self) -> frozenset[str] | None:
        """What is typed for a follow-up; None for any other action."""
        return self.amends.edits if self.amends else None


@dataclass(frozen=True)
class Hear:
    """What a receipt does: heard in one of these states, the status becomes `to`."""

    code: str
    from_states: frozenset[str]
    to: str


@dataclass(frozen=True)
class Move:
    """What a chapter's own work makes of documents that were submitted, without asking customs (a list is queued, or
    merged): those in one of `from_states` come into `to`.

    `label` says what it was, in the history. `unamended`: not while a change is with customs. `tells`: it is news in
    the bell (a person's own click need not be).
    """

    name: str
    label: str
    from_states: frozenset[str]
    to: str
    unamended: bool = False
    tells: bool = True
    clause: str = ""


@dataclass(frozen=True)
class Lead:
    """Where a document was led to at a moment, by an accepted follow-up or a move: out of `from_states`; None: out of
    any, for customs have accepted it."""

    at: datetime
    to: str
    from_states: frozenset[str] | None = None


@dataclass(frozen=True)
class Lifecycle:
    """A document type's table. States are named by code, in the order in which they are listed; `unsaved` is the word
    for a document that was never saved."""

    states: tuple[State, ...]
    actions: tuple[Action, ...]
    hears: tuple[Hear, ...]
    timers: tuple[Timer, ...] = ()
    unsaved: str = "未暂存"
    moves: tuple[Move, ...] = ()
    _names: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check once that the table only names states that exist."""
        names = {state.code: state.name for state in self.states}
        rows: list[Action | Hear | Timer | Move] = [*self.actions, *self.hears, *self.timers, *self.moves]
        mentioned = {code for row in rows for code in row.from_states}
        mentioned |= {row.to for row in rows if row.to is not None}
        mentioned |= {a.amends.leads_to for a in self.actions if a.amends and a.amends.leads_to}
        if unknown := mentioned - set(names) - {NEW}:
            raise ValueError(f"unknown states {unknown}")
        if wrong := [a.name for a in self.actions if a.amends and (not a.signed or a.to is not None)]:
            raise ValueError(f"what amends is signed and leaves the status alone: {wrong}")
        drafts = {a.to for a in self.actions if a.to is not None and not a.signed} | {NEW}
        if wrong := [timer.name for timer in self.timers if timer.from_states & drafts] + circle(self.timers):
            raise ValueError(f"timers are of what was submitted, and lead somewhere: {wrong}")
        if wrong := [move.name for move in self.moves if (move.from_states | {move.to}) & drafts]:
            raise ValueError(f"moves are of what was submitted: {wrong}")
        object.__setattr__(self, "_names", names)

    def name_of(self, status: str) -> str:
        """The word for a status, or for a document that was never saved."""
        return self._names.get(status, self.unsaved)

    def form_name_of(self, status: str) -> str:
        """The form's word for a status."""
        on_form = next((state.on_form for state in self.states if state.code == status), "")
        return on_form or self.name_of(status)

    def state(self, status: str) -> State:
        """The state of that code. Raises KeyError for a code that the table does not have."""
        found = {state.code: state for state in self.states}
        return found[status]

    def find_action(self, name: str) -> Action | None:
        """The action of that name, or None."""
        return next((action for action in self.actions if action.name == name), None)

    def action(self, name: str) -> Action:
        """The action of that name. Raises NotInThisState when there is none."""
        if action := self.find_action(name):
            return action
        raise NotInThisState(f"没有名为 {name} 的操作")

    @property
    def is_filled_in(self) -> bool:
        """Whether somebody fills documents in, on a form or in a file; those of other types come from elsewhere."""
        save = self.find_action("save")
        return save is not None and NEW in save.from_states

    @property
    def saving(self) -> Action:
        """暂存. Raises NotInThisState for a type that nobody types in or imports: its documents come from elsewhere."""
        if action := self.find_action("save"):
            return action
        raise NotInThisState("这类单据不能录入、修改或导入", advice=ELSEWHERE)

    def label_of(self, name: str) -> str:
        """What an action is called; its name where there is none (any more)."""
        return next((action.word for action in self.actions if action.name == name), name)

    def amending(self, name: str) -> tuple[Action, Amends]:
        """The action of that name, which must be one for documents in force. Raises NotInThisState."""
        action = self.action(name)
        if action.amends is None:
            raise NotInThisState(f"「{action.word}」不是对已生效单据的变更")
        return action, action.amends

    def marker(self, marks: Marks) -> tuple[str, str] | None:
        """The action that marks a document, and the word beside its status (变更中, 已删单); None for no mark."""
        for action in self.actions:
            if action.amends and action.name == (marks.ended_by or marks.amending):
                return action.name, action.amends.ended if marks.ended_by else action.amends.under_way
        return None

    @cached_property
    def declaring(self) -> Action | None:
        """The action that submits a draft; None where nothing is submitted."""
        return next((action for action in self.actions if action.signed and not action.amends), None)

    @cached_property
    def follow_ups(self) -> tuple[Action, ...]:
        """The actions that are buttons on the form of a document in force."""
        return tuple(action for action in self.actions if action.edits is not None)

    @cached_property
    def recorded(self) -> tuple[Action, ...]:
        """The amendments that have a form of their own, and each a number and a record."""
        return tuple(action for action in self.actions if action.amends and action.edits is None)

    @cached_property
    def followed_up(self) -> frozenset[str]:
        """The names that are typed for follow-ups, and therefore never in a draft."""
        return frozenset(name for action in self.follow_ups for name in action.edits or ())

    def over(self, status: str) -> frozenset[str]:
        """The names of follow-ups of which none may be done any more, or yet, in a document of that status."""
        open_now = (action.edits or () for action in self.follow_ups if status in action.from_states)
        return self.followed_up.difference(*open_now)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The names that amendments ask for: typed for each anew, and never in force."""
        return frozenset(name for action in self.actions if action.amends for name in action.amends.asks)

    @cached_property
    def never_drafted(self) -> frozenset[str]:
        """The names that 暂存 of a draft, templates and workbooks do not take."""
        return self.followed_up | self.asked

    @cached_property
    def drafts(self) -> frozenset[str]:
        """The states in which 暂存 may be done."""
        return frozenset(code for a in self.actions if a.name == "save" for code in a.from_states)

    @cached_property
    def keeps_deleted(self) -> bool:
        """Whether 删除 only hides what was never sent."""
        return any(action.name == "delete" and action.keeps for action in self.actions)

    @cached_property
    def looks_at_content(self) -> bool:
        """Whether what may be done depends on more than the status and what stands beside it."""
        return any(action.unless or action.needs for action in self.actions)

    @cached_property
    def needed_tables(self) -> frozenset[str]:
        """The tables of which some action must see whether they have a row."""
        return frozenset(action.needs.table for action in self.actions if action.needs)

    @property
    def ended(self) -> str:
        """The word for documents that an amendment has ended (已删单); "" where none does."""
        return next(
            (action.amends.ended for action in self.actions if action.amends and action.amends.ended), ""
        )

    def why_not(
        self,
        action: Action,
        status: str,
        *,
        party: str,
        role: str,
        marks: Marks = UNMARKED,
        in_list: bool = False,
        content: Mapping[str, Any] | None = None,
        now: datetime | None = None,
    ) -> str:
        """Why the action is grey, or "" when it may be done; in the form's words, or in those of a list. What has a
        reason of its own (`unless`) is asked it where `content` and `now` are given, and of what `needs` rows one at
        least must be in `content`, where that is given."""
        if party not in action.parties or role not in action.roles:
            return f"当前用户不能对该单据进行「{action.word}」"
        if beside := self._hindered(action, marks):
            return beside
        if status not in action.from_states:
            return self._wrong_state(action, status, self.name_of if in_list else self.form_name_of)
        if action.needs and content is not None and not content.get(action.needs.table):
            return action.needs.why
        if action.unless is None or content is None or now is None:
            return ""
        return action.unless(texts(content), now)

    def _hindered(self, action: Action, marks: Marks) -> str:
        """Why the action may not be done for what stands beside the status, or ""."""
        if action.amends and (marked := self.marker(marks)):
            return f"单据「{marked[1]}」，{'' if marks.ended_by else '海关答复之前'}不允许{action.word}"
        if action.amends and action.amends.replaces and marks.drafted not in ("", action.name):
            drafted = self.label_of(marks.drafted)
            return f"已暂存「{drafted}」，不能同时办理「{action.word}」；请先申报或删除该{drafted}"
        if action.name in marks.done:
            return f"「{action.word}」只能办理一次，海关已接受，不能再次办理"
        return ""

    def _wrong_state(self, action: Action, status: str, word: Callable[[str], str]) -> str:
        """That an action is for other states, and for which: those of all actions of its label, which are one button,
        where the status is in none of them."""
        of_label = self._states_of.get(action.label, action.from_states)
        named, states = (action.word, action.from_states) if status in of_label else (action.label, of_label)
        allowed = "、".join(word(state.code) for state in self.states if state.code in states)
        if status == NEW or not allowed:
            return f"单据尚未暂存，不能{named}"
        return f"单据状态为「{word(status)}」，不允许{named}；仅{allowed}时可以"

    @cached_property
    def _states_of(self) -> dict[str, frozenset[str]]:
        """The states of each label's actions."""
        found: dict[str, frozenset[str]] = {}
        for action in self.actions:
            found[action.label] = found.get(action.label, frozenset()) | action.from_states
        return found

    def after(
        self,
        action: Action,
        status: str,
        *,
        party: str = "declarant",
        role: str = "operator",
        marks: Marks = UNMARKED,
        content: Mapping[str, Any] | None = None,
        now: datetime | None = None,
    ) -> str:
        """The status after an action. Raises NotInThisState where the table has no such line; it points at the table of
        which rows must be saved first."""
        why = self.why_not(action, status, party=party, role=role, marks=marks, content=content, now=now)
        if why:
            raise NotInThisState(why, _at_table(action, why), clause=action.clause)
        return status if action.to is None else action.to

    def fold(self, start: str, receipts: Iterable[tuple[int, str]]) -> str:
        """The status that (seq, code) receipts lead to from `start`.

        They count in the order of seq, not of arrival, so doubled, late and shuffled ones end the same;
        a code that is not heard in a state changes nothing.
        """
        status = start
        for _, code in sorted(set(receipts)):
            status = next((h.to for h in self.hears if h.code == code and status in h.from_states), status)
        return status

    def fold_timed(
        self,
        start: str,
        receipts: Iterable[tuple[int, str, datetime]],
        due: Mapping[str, datetime],
        until: datetime | None,
        leads: Sequence[Lead] = (),
    ) -> str:
        """The same with the timers that are due: they act before each (seq, code, moment) that customs gave at their
        moment or later, and after all of them until `until` (None: not after them).

        `leads` are accepted follow-ups (at the moment of their submission) and moves, in their order: each acts after
        what was due or said of the document itself by then, and before all that is later. As customs have accepted a
        follow-up, it does so whatever the status was; a move only where the status is one of its own.
        """
        status, left = start, list(leads)
        for _, code, at in sorted(set(receipts)):
            while left and left[0].at < at:
                status = self._led(status, left.pop(0), due)
            status = self.timed(status, due, at)
            status = next((h.to for h in self.hears if h.code == code and status in h.from_states), status)
        for lead in left:
            status = self._led(status, lead, due)
        return status if until is None else self.timed(status, due, until)

    def _led(self, status: str, lead: Lead, due: Mapping[str, datetime]) -> str:
        """The status after a lead; what was due by then acts before it."""
        if lead.from_states is None:
            return lead.to
        status = self.timed(status, due, lead.at)
        return lead.to if status in lead.from_states else status

    def timed(self, status: str, due: Mapping[str, datetime], now: datetime) -> str:
        """The status after what the timers do to it until `now`."""
        taken = steps(self.timers, status, due, now)
        return taken[-1].timer.to if taken else status

    def timer_label(self, name: str) -> str:
        """Why a timer moves a document; its name where there is none (any more)."""
        return next((timer.label for timer in self.timers if timer.name == name), name)

    def move(self, name: str) -> Move | None:
        """The move of that name; None where there is none (any more)."""
        return next((move for move in self.moves if move.name == name), None)

    def move_label(self, name: str) -> str:
        """What a move is called; its name where there is none (any more)."""
        return next((move.label for move in self.moves if move.name == name), name)

    @cached_property
    def known(self) -> frozenset[str]:
        """The receipt codes that any state hears, or that settle an amendment."""
        settling = (a.amends.accepted | a.amends.refused for a in self.actions if a.amends)
        return frozenset(hear.code for hear in self.hears).union(*settling)


def texts(content: Mapping[str, Any]) -> dict[str, str]:
    """A content without its tables: all that an action's own reason may look at, as a list has no more."""
    return {name: value for name, value in content.items() if isinstance(value, str)}


def states(*codes: str) -> frozenset[str]:
    """A set of states, for the tables."""
    return frozenset(codes)


def _at_table(action: Action, why: str) -> tuple[Violation, ...]:
    """The same said at the table of which rows are missing, where that is why."""
    if action.needs is None or why != action.needs.why:
        return ()
    message, _, advice = why.partition("；")
    return (Violation(action.needs.table, "action.needs", message, advice or why, action.clause),)
