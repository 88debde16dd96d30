"""The request that an administrator sends to see whether an endpoint is there: an event of no document."""

from __future__ import annotations

import json
from datetime import datetime

TEST_KIND = "test"


def body_of_test(at: datetime) -> bytes:
    """An event of kind `test`; its members are an event's, empty where there is no document."""
    event = {
        "cursor": "", "no": 0, "type": "", "number": "", "sender_number": None, "version": 0, "kind": TEST_KIND,
        "code": "", "code_name": "", "status": "", "status_name": "", "amendment": "", "text": "测试事件",
        "at": at.isoformat(),
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
