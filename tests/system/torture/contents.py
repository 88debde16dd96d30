"""What documents hold, as companies' programs were told, and how two contents differ."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from singlewindow.contract.signatures import canonical
from tests.system.torture.ledger import Told

Content = Mapping[str, Any]


def digest(content: Content) -> str:
    """The same for contents that say the same: an empty box is none."""
    return hashlib.sha256(canonical(_filled(content))).hexdigest()


def _filled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(each) for name, each in value.items() if each not in ("", None, [], {})}
    return [_filled(each) for each in value] if isinstance(value, list) else value


def differences(whole: Content, part: Content) -> list[str]:
    """Names under which `whole` does not have what `part` has; what it has besides is no matter."""
    found = []
    for name, value in _filled(part).items():
        other = whole.get(name, "")
        if not isinstance(value, list):
            found += [name] if other != value else []
        elif not isinstance(other, list) or len(other) != len(value):
            found.append(name)
        else:
            for at, (mine, its) in enumerate(zip(value, other, strict=True), 1):
                found += [f"{name}/{at}/{each}" for each in differences(its, mine)]
    return found


@dataclass
class Saved:
    """What may be saved of each acknowledged document, by number: what was acknowledged last, and with what was asked
    for after it and never acknowledged. The same as each `submit` began, by its number in the ledger; and numbers of
    documents of which an acknowledged content is not what was typed into the one before."""

    last: dict[str, list[Content]] = field(default_factory=dict)
    submitted: dict[int, list[Content]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, told: Told) -> Saved:
        """As the ledger has it."""
        found = cls()
        for no, op in told.ops.items():
            if op.kind == "draft" and op.done is not None:
                found.last[op.facts["number"]] = [op.facts["content"]]
                found.odd += (
                    [op.facts["number"]] if differences(op.facts["content"], op.facts["typed"]) else []
                )
            elif op.kind == "save":
                found._save(op.facts, acknowledged=op.done is not None)
            elif op.kind == "submit":
                found.submitted[no] = found.last.get(op.facts["number"], [])
        return found

    def _save(self, facts: dict[str, Any], *, acknowledged: bool) -> None:
        before = self.last.get(facts["number"], [])
        typed: list[Content] = [{**each, facts["field"]: facts["value"]} for each in before]
        self.last[facts["number"]] = [facts["content"]] if acknowledged else [*before, *typed]
        if acknowledged and digest(facts["content"]) not in map(digest, typed):
            self.odd.append(facts["number"])
