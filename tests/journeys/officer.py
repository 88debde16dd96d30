"""An officer who decides through customs' API, where a journey is about the company's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.system.running import eventually


@dataclass(frozen=True)
class Officer:
    """Logged in at customs."""

    http: httpx.Client

    @classmethod
    @contextmanager
    def at(cls, address: str) -> Iterator[Officer]:
        with httpx.Client(base_url=address) as http:
            answer = http.post("/api/session", json={"username": "guan01", "password": "Guan01-2026"})
            assert answer.status_code == 200, answer.text
            http.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield cls(http)

    def automatic(self, on: bool) -> None:
        """Whether customs decide by themselves, at once."""
        mode = {**self._get("/api/mode"), "automatic": on, "delay_seconds": 1}
        answer = self.http.put("/api/mode", json=mode)
        assert answer.is_success, answer.text

    def decide(self, number: str, decision: str, remark: str = "") -> None:
        """`approve` or `refuse` what was received under this number."""
        [found] = [item for item in self._get("/api/submissions")["items"] if item["number"] == number]
        body = {"decision": decision, "remark": remark}
        answer = self.http.post(f"/api/submissions/{found['id']}/decision", json=body)
        assert answer.is_success, answer.text

    def _get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    def rule(self, number: str, title: str, remark: str = "") -> None:
        """审批通过, 退单, 反馈一致, 同意变更 …: on what may be decided so, once it has come."""
        assert eventually(lambda: bool(self._open(number, title)), 60), (number, title)
        submission, decision = self._open(number, title)[0]
        answer = self.http.post(
            f"/api/submissions/{submission}/decision", json={"decision": decision, "remark": remark}
        )
        assert answer.is_success, answer.text

    def _open(self, number: str, title: str) -> list[tuple[int, str]]:
        """The submissions that may be decided with these words, and the decision's name."""
        found = self._get(f"/api/submissions?number={number}")["items"]
        details: list[dict[str, Any]] = [self._get(f"/api/submissions/{each['id']}") for each in found]
        return [
            (each["id"], offer["name"])
            for each in details
            for offer in each["decisions"]
            if offer["title"] == title
        ]
