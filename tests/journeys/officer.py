"""An officer who decides through customs' API, where a journey is about the company's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx


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
