"""An officer who decides on appointments through customs' API, where a journey is about the company's page."""

from __future__ import annotations

from typing import Any

from tests.journeys.officer import Officer
from tests.system.running import eventually


class AppointmentOfficer(Officer):
    """Decides on what a company submitted: the application, feedback, explanation, cancellation."""

    def rule(self, number: str, title: str, remark: str = "") -> None:
        """审批通过, 退单, 反馈一致, 收悉, 同意取消 …: on what may be decided so, once it has come."""
        assert eventually(lambda: bool(self._open(number, title)), 20), (number, title)
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
