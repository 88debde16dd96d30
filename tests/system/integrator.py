"""A company's own program as an integrator runs it: a script of examples/, a token, and the card in the reader."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.system.applicant import with_card
from tests.system.running import CLONE, System

EXAMPLES = CLONE / "examples"
WANG, CHEN, QIAN = "8930L0000A011", "8930L0000A037", "8930L0000B026"
"""Cards: an operator's, and the 法人卡 of the first and of the second company's administrator."""


@dataclass(frozen=True)
class Integrator:
    """One computer on which scripts run: whose card is in the reader, its PIN, and the token."""

    system: System
    card_no: str
    pin: str
    token: str

    def run(self, script: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """A script of examples/ from a command line; `settings`: other environment (names without prefix)."""
        addresses = ("--portal", self.system.portal, "--card", self.system.card)
        environment = self.system.environment(**{"TOKEN": self.token, "CARD_PIN": self.pin, **settings})
        return subprocess.run(
            [sys.executable, str(EXAMPLES / script), *addresses, *arguments],
            env=environment, capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip

    def done(self, script: str, *arguments: str) -> list[str]:
        """The lines that a script says which comes to its end."""
        ended = self.run(script, *arguments)
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout + ended.stderr
        return ended.stdout.splitlines()


async def integrator(
    system: System, card_no: str = WANG, right: str = "submit", chapters: Sequence[str] | None = None
) -> Integrator:
    """The card's holder puts it into the reader; the administrator of the company makes a token for that account."""
    system.put_card(card_no)
    card = next(each for each in system.world["cards"] if each["card_no"] == card_no)
    [account] = [each for each in system.world["accounts"] if each["card_no"] == card_no]
    administrator = CHEN if account["customs_code"] == system.world["companies"][0]["customs_code"] else QIAN
    async with with_card(system, administrator) as person:
        accounts = (await person.http.get("/api/company/accounts")).json()["items"]
        [id] = [each["id"] for each in accounts if each["username"] == account["username"]]
        body = {"name": "脚本", "account_id": id, "right": right, "chapters": chapters, "last_day": None}
        made = await person.http.post("/api/tokens", json=body)
    assert made.status_code == 201, made.text
    return Integrator(system, card_no, card["pin"], made.json()["token"])
