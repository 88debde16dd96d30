"""The request that an administrator sends to see whether an endpoint is there: an event of no document."""

from __future__ import annotations

from datetime import datetime

from singlewindow.kernel.live.feed import FeedEvent

TEST_KIND = "test"


def body_of_test(at: datetime) -> bytes:
    """An event of kind `test`; its members are an event's, empty where there is no document."""
    texts = {name: "" for name, field in FeedEvent.model_fields.items() if field.annotation is str}
    known = {"no": 0, "version": 0, "sender_number": None, "kind": TEST_KIND, "text": "测试事件", "at": at}
    return FeedEvent.model_validate(texts | known).model_dump_json().encode()
