"""An officer who decides on trips through customs' API, where a journey is about the company's page."""

from __future__ import annotations

from typing import Any

from tests.journeys.officer import Officer
from tests.system.running import eventually


class GateOfficer(Officer):
    """Decides on what a company declared: 申报, 变更, or 删单 of a trip."""

    def decide_on(self, number: str, decision: str, on: str = "申报", remark: str = "") -> None:
        """accept, return, lock, unlock, finish …: on what was declared with that action, once it has come."""
        assert eventually(lambda: bool(self._declared(number, decision, on)), 60), (number, decision, on)
        body = {"decision": decision, "remark": remark}
        answer = self.http.post(
            f"/api/submissions/{self._declared(number, decision, on)[0]['id']}/decision", json=body
        )
        assert answer.is_success, answer.text

    def _declared(self, number: str, decision: str, on: str) -> list[dict[str, Any]]:
        """What was declared with that action and may be decided so."""
        found = self._get(f"/api/submissions?number={number}")["items"]
        details = [
            self._get(f"/api/submissions/{each['id']}") for each in found if each["action_title"] == on
        ]
        return [each for each in details if decision in [offer["name"] for offer in each["decisions"]]]
