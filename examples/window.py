"""The single window over its API (docs/api.md): a token asks, the card in the reader signs. For the scripts beside it.

SINGLEWINDOW_TOKEN and SINGLEWINDOW_CARD_PIN come from the environment: others can read arguments.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

SETTINGS = ("SINGLEWINDOW_TOKEN", "SINGLEWINDOW_CARD_PIN")
CHINA = timezone(timedelta(hours=8))


class Refused(Exception):
    """Every refusal has this shape (RFC 9457): what is wrong, where, and what to do about it."""

    def __init__(self, problem: dict[str, Any]) -> None:
        found = problem["violations"] or [
            {"path": "", "message": problem["detail"], "advice": problem["advice"]}
        ]
        super().__init__("\n".join(f"{v['path']} {v['message']}（{v['advice']}）".lstrip() for v in found))


class Window:
    def __init__(self, portal: httpx.Client, card: ClientConnection, pin: str) -> None:
        self.portal, self.card, self.pin = portal, card, pin
        self.cursor = self.call("GET", "/api/events", params={"after": "now"})["next"]

    def call(self, method: str, path: str, **request: Any) -> Any:
        """A request, sent again while the portal is busy (429) or its database away (503). Raises Refused."""
        while (answer := self.portal.request(method, path, **request)).status_code in {429, 503}:
            time.sleep(float(answer.headers.get("Retry-After", 1)))
        said = answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content
        if answer.is_success:
            return said
        raise Refused(said) if isinstance(said, dict) else OSError(f"{path}: HTTP {answer.status_code}")

    def today(self) -> date:
        """The portal's business day, in China; a training may have moved it."""
        return datetime.fromisoformat(self.call("GET", "/api/clock")["now"]).astimezone(CHINA).date()

    def ask(self, operation: str, **args: str) -> str:
        """The card service's answer; in between come a greeting, and news of pulled cards."""
        self.card.send(json.dumps({"_method": f"cus-sec_{operation}", "_id": operation, "args": args}))
        said = next(each["_args"] for each in map(json.loads, self.card) if each.get("_id") == operation)
        return said["Data"][0] if said["Result"] else sys.exit(f"卡 Card: {said['Error'][0]}")

    def sign(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What `prepare` asks for, signed. The PIN goes to the card service on this computer and nowhere else."""
        signature = self.ask("SpcSignDataAsPEM", inData=asked["signing_input"], passwd=self.pin)
        return {"token": asked["token"], "signature": signature, "certificate": self.ask("SpcGetSignCert")}

    def save(self, type: str, content: dict[str, Any], sender_number: str) -> dict[str, Any]:
        """暂存. Sent again with the same number of ours it is the same document, as it stands now."""
        body = {"content": content, "sender_number": sender_number}
        return self.call("POST", f"/api/documents/{type}", json=body)

    def attach(self, view: dict[str, Any], category: str, name: str, data: bytes) -> dict[str, Any]:
        """A signed upload; answers the document."""
        path = f"/api/documents/{view['type']}/{view['number']}/attachments"
        facts = {"category": category, "name": name, "size": len(data), "sha256": sha256(data).hexdigest()}
        facts["card_no"] = self.ask("SpcGetCardID")
        asked = self.call("POST", f"{path}/prepare", json=facts)
        return self.call("POST", path, data=self.sign(asked), files={"file": (name, data)})

    def amend(self, view: dict[str, Any], action: str, content: dict[str, Any]) -> dict[str, Any]:
        """Save what an action asks for beside what is in force; `act` sends it."""
        path, version = f"/api/documents/{view['type']}/{view['number']}/amendment", str(view["version"])
        body = {"action": action, "content": content}
        return self.call("PUT", path, json=body, headers={"If-Match": version})

    def act(self, action: str, *views: dict[str, Any]) -> list[dict[str, Any]]:
        """A signed action on documents of one type, at most 100: all rules are checked, what was seen is signed."""
        path, card_no = f"/api/documents/{views[0]['type']}", self.ask("SpcGetCardID")
        wanted = [{"number": v["number"], "version": v["version"], "action": action} for v in views]
        asked = self.call("POST", f"{path}/prepare", json={"card_no": card_no, "documents": wanted})["items"]
        signed = [self.sign(_good(each)["prepared"]) | {"number": each["number"]} for each in asked]
        certificates = [each.pop("certificate") for each in signed]  # of one card
        given = {"certificate": certificates[0], "documents": signed}
        return [_good(each)["document"] for each in self.call("POST", f"{path}/submit", json=given)["items"]]

    def wait(self, views: list[dict[str, Any]], good: str, *bad: str, by: str = "status") -> None:
        """Until customs have brought each document to the status `good`, or settled what amends it (by="outcome").

        First as each stands now, then event by event: what came while others were waited for is not missed.
        """
        waited = {view["number"] for view in views}
        paths = [f"/api/documents/{view['type']}/{view['number']}" for view in views]
        events = [_as_event(self.call("GET", path)) for path in paths]
        while waited:
            for event in (each for each in events if each["number"] in waited):
                said = f"{event['number']} {event['status_name']} {event['text']}".rstrip()
                if event["text"]:
                    print(f"  {said}")
                if event[by] in bad:
                    sys.exit(f"未获同意 Not granted: {said}")
                waited -= {event["number"]} if event[by] == good else set()
            if waited:
                page = self.call("GET", "/api/events", params={"after": self.cursor, "wait": 20})
                events, self.cursor = page["items"], page["next"]


def _as_event(view: dict[str, Any]) -> dict[str, Any]:
    status = {"status": view["status"]["code"], "status_name": view["status"]["name"]}
    return {"number": view["number"], "outcome": "", "text": "", **status}


def _good(item: dict[str, Any]) -> dict[str, Any]:
    """Of several documents each is answered for itself."""
    if item["problem"]:
        raise Refused(item["problem"])
    return item


Work = Callable[[Window, argparse.Namespace], None]


def run(work: Work, description: str | None, **arguments: Mapping[str, Any]) -> None:
    """A command line around work(window, given): what goes wrong is one line in words, and exit code 1."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--portal", default="http://127.0.0.1:8000")
    options.add_argument("--card", default="ws://127.0.0.1:61232", help="the card service of this computer")
    for name, more in arguments.items():
        options.add_argument(name, **more)
    given = options.parse_args()
    token, pin = (os.environ.get(name, "") for name in SETTINGS)
    needed = zip(SETTINGS, (token and token.isascii(), pin), strict=True)
    if missing := [name for name, there in needed if not there]:
        sys.exit(f"缺少环境变量 Not set: {', '.join(missing)}")
    asks = httpx.Client(base_url=given.portal, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    try:
        with asks as portal, connect(given.card, origin=given.portal) as card:
            work(Window(portal, card, pin), given)
    except Refused as refused:
        sys.exit(f"未办成 Refused: {refused}")
    except (OSError, httpx.TransportError, WebSocketException) as problem:
        sys.exit(f"无法连接 Cannot connect: {problem}")
