"""A lifecycle's table against what a chapter's test says of it: every state × action × role, receipts in every order.

A chapter writes down the manual's own table (`Table`); what is asked of it is here, once for all chapters.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pytest
from hypothesis import strategies as st

from singlewindow.kernel.lifecycle import NEW, Lifecycle
from singlewindow.kernel.problems import NotInThisState

PARTIES, ROLES = ("declarant", "other"), ("administrator", "operator")
ORDERS = 240  # of one list of receipts that are tried


@dataclass(frozen=True)
class Table:
    """What the manual and the requirements say, not the program: words of the states by code, and by word (or NEW) the
    actions that are enabled; `sent` is the state right after a declaration, `still` what leaves a status alone.

    `answers` says of each receipt the words in which it is heard, and the word to which it leads; `waiting` are the
    words in which customs may answer, `in_force` those in which what was submitted counts."""

    lifecycle: Lifecycle
    words: Mapping[str, str]
    enabled: Mapping[str, set[str]]
    answers: Mapping[str, tuple[AbstractSet[str], str]]
    waiting: AbstractSet[str]
    in_force: AbstractSet[str]
    sent: str = "1"
    still: frozenset[str] = frozenset({"new", "copy", "print"})

    def cases(self) -> list[Case]:
        """Every state, unsaved too, with every action that the table or the program names, party and role."""
        names = {action.name for action in self.lifecycle.actions}.union(*self.enabled.values())
        every = itertools.product((NEW, *self.words), sorted(names), PARTIES, ROLES)
        return [Case(self, *given) for given in every]

    def check_receipts(self, codes: Sequence[str], word: str) -> None:
        """What receipts lead to, in whatever order they come."""
        numbered = list(enumerate(codes))
        for order in itertools.islice(itertools.permutations(numbered), ORDERS):
            assert self.words[self.lifecycle.fold(self.sent, order)] == word

    def check_answers(self) -> None:
        """Every receipt in every state: heard where it is listed, and nowhere else; and what each state stands for."""
        assert {hear.code for hear in self.lifecycle.hears} == set(self.answers)
        for code, (heard, to) in self.answers.items():
            for status, word in self.words.items():
                after = self.words[self.lifecycle.fold(status, [(1, code)])]
                assert after == (to if word in heard else word), (word, code)
        assert {state.name for state in self.lifecycle.states if state.waiting} == self.waiting
        assert {state.name for state in self.lifecycle.states if state.in_force} == self.in_force

    def check_any_shuffle(self, data: st.DataObject, most: int = 8) -> None:
        """The status depends on which receipts there are, not on when or how often they came (CUST-05)."""
        heard = sorted({hear.code for hear in self.lifecycle.hears})
        codes = data.draw(st.lists(st.sampled_from(heard), max_size=most))
        numbered = list(enumerate(codes))
        shuffled = data.draw(st.permutations(numbered * 2))
        assert self.lifecycle.fold(self.sent, shuffled) == self.lifecycle.fold(self.sent, numbered)

    def check_final(self, status: str, onward: AbstractSet[str] = frozenset()) -> None:
        """No receipt moves a document out of that status, but for those that lead to the status of their name."""
        for code in {hear.code for hear in self.lifecycle.hears}:
            expected = code if code in onward else status
            assert self.lifecycle.fold(status, [(9, code)]) == expected


@dataclass(frozen=True)
class Case:
    """One state, action, party and role."""

    table: Table
    status: str
    action: str
    party: str
    role: str

    def __str__(self) -> str:
        return "-".join((self.table.words.get(self.status, "NEW"), self.action, self.party, self.role))

    def check(self) -> None:
        """What is listed happens, and leads to a state that there is; what is not listed raises with a reason."""
        lifecycle = self.table.lifecycle
        action = lifecycle.action(self.action)
        enabled = self.table.enabled[self.table.words.get(self.status, NEW)]
        allowed = self.party == "declarant" and self.action in enabled
        assert (lifecycle.why_not(action, self.status, party=self.party, role=self.role) == "") is allowed
        if not allowed:
            with pytest.raises(NotInThisState):
                lifecycle.after(action, self.status, party=self.party, role=self.role)
            return
        after = lifecycle.after(action, self.status, party=self.party, role=self.role)
        assert after == self.status if self.action in self.table.still else after in {*self.table.words, NEW}
