"""Receives events of 事件推送 and verifies them, with the standard library alone.

    WEBHOOK_SECRET=whsec_… python examples/verify_webhook.py [--port 9000]

`verify` is all that a program needs. Each event that is genuine is printed once; one that comes again is not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = (
    300  # seconds by which a request's clock may differ from ours: older ones may be somebody's recording
)
LARGEST = 1_000_000  # bytes


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: float | None = None) -> bool:
    """Whether a request was signed with one of these secrets (whsec_…) just now.

    `headers` by their names in small letters; `body` exactly as it came, before anything reads it as JSON.
    """
    identifier = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    sent = [each[3:] for each in headers.get("webhook-signature", "").split(" ") if each.startswith("v1,")]
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE:
        return False
    signed = f"{identifier}.{timestamp}.".encode() + body
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        right = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
        if any(hmac.compare_digest(right, each.encode()) for each in sent):
            return True
    return False


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is genuine, 401 to everything else: that is tried again, and no harm is done."""

    secrets: tuple[str, ...] = ()
    seen: set[str] = set()  # noqa: RUF012 - a real program keeps the ids in its database, with what it did

    def do_POST(self) -> None:
        """Verify first, remember the id, answer soon; work that takes time is done afterwards."""
        length = int(self.headers.get("content-length", "0"))
        body = self.rfile.read(length) if 0 <= length <= LARGEST else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not verify(self.secrets, headers, body):
            self.send_error(401)
            return
        if headers["webhook-id"] not in self.seen:
            self.seen.add(headers["webhook-id"])
            event = json.loads(body)
            words = (event["number"], event["kind"], event["status_name"], event["text"])
            print(headers["webhook-id"], *filter(None, words), flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *values: object) -> None:
        """Print nothing but events."""


def main() -> None:
    """Receive until Ctrl-C. While a secret is being replaced, give both, apart by a space."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=9000)
    port = arguments.parse_args().port
    Receiver.secrets = tuple(os.environ.get("WEBHOOK_SECRET", "").split())
    if not Receiver.secrets:
        sys.exit("请用环境变量 WEBHOOK_SECRET 给出推送密钥（whsec_…）")
    server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
