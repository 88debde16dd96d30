"""The portal as a program sees it: requests with a token, refusals as `Problem`, what passes by itself as `Trouble`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

TOKEN = "SINGLEWINDOW_TOKEN"  # noqa: S105 the variable's name
PORTAL = "http://127.0.0.1:8000"
_TEMPORARY = (429, 502, 503, 504)
_KNOWN = frozenset({"type", "title", "status", "detail", "advice", "clause", "violations", "request_id"})
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0  # seconds between two tries
Answer = TypeVar("Answer")


class NoToken(Exception):
    """The environment holds no token; the words say what to do."""


class BadAddress(Exception):
    """The portal's address cannot be one; the words say so."""


@dataclass
class Problem(Exception):
    """A refusal of the portal (RFC 9457): doing the same again is refused again.

    `slug` is what the problem's type ends with (`rules`, `not-found`), `violations` are as they came, `extra` is what
    the answer holds besides.
    """

    status: int
    slug: str
    detail: str
    advice: str = ""
    clause: str = ""
    violations: Sequence[Mapping[str, Any]] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """What is wrong and what to do about it, in the portal's words."""
        return (
            self.detail if not self.advice or self.advice in self.detail else f"{self.detail}。{self.advice}"
        )


class Trouble(Exception):
    """The portal cannot be reached, or has no time now: the same will do later, after `retry_after` seconds if the
    portal has said so."""

    def __init__(self, words: str, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.retry_after = retry_after


def token_of_environment() -> str:
    """The token: never an argument, which other users of the computer can read. Raises NoToken."""
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise NoToken(f"没有令牌：请在环境变量 {TOKEN} 中给出接口令牌（企业管理 → 接口令牌 → 新建）")
    if not token.isascii() or " " in token or not token.isprintable():
        raise NoToken(f"环境变量 {TOKEN} 中的不是接口令牌；请复制新建时显示的完整内容（swt_ 加 43 个字符）")
    return token


class Window:
    """The portal at an address, for whom the token stands. May be used by several threads; close it, or use `with`."""

    def __init__(
        self, portal: str, token: str, *, seconds: float = 60.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        """`seconds`: how long an answer may take. Redirections are not followed: the token goes nowhere else. Raises
        BadAddress."""
        headers = {"Authorization": f"Bearer {token}"}
        try:
            self._http = httpx.Client(
                base_url=portal.rstrip("/"), headers=headers, timeout=seconds, transport=transport
            )
        except httpx.InvalidURL as error:
            raise BadAddress(f"{portal} 不是网址；请核对，例如 {PORTAL}") from error

    def __enter__(self) -> Self:
        """The window itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, method: str, path: str, **request: Any) -> Any:
        """The JSON of the answer, None where there is none; `request` is httpx's (json, params, files, headers, …).

        Raises Problem and Trouble.
        """
        answer = self._send(method, path, **request)
        try:
            return answer.json() if answer.content else None
        except ValueError as error:  # a page of something in between, which may be gone soon
            raise Trouble(_not_ours(answer)) from error

    def fetch(self, path: str) -> bytes:
        """A file. Raises Problem and Trouble."""
        return self._send("GET", path).content

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.RequestError as error:
            raise Trouble(
                f"连不上 {self._http.base_url}（{type(error).__name__}）；请检查网络和地址"
            ) from error
        if answer.is_success:
            return answer
        if answer.status_code in _TEMPORARY:
            raise Trouble(_refusal(answer).detail, _retry_after(answer))
        raise _refusal(answer)


def patiently(
    ask: Callable[[], Answer],
    *,
    seconds: float,
    say: Callable[[Trouble], None] = lambda trouble: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """What `ask` answers, asked again as long as there is Trouble, for so many seconds of waiting; then the Trouble is
    raised. Only for what may be done twice. `say` hears of each failed try."""
    waited, wait = 0.0, _FIRST_WAIT
    while True:
        try:
            return ask()
        except Trouble as trouble:
            if waited >= seconds:
                raise
            say(trouble)
            pause = min(max(wait, trouble.retry_after or 0.0), max(seconds - waited, _FIRST_WAIT))
        sleep(pause)
        waited, wait = waited + pause, min(2 * wait, _LONGEST_WAIT)


def _refusal(answer: httpx.Response) -> Problem:
    """The portal's words, or the status alone where something between here and there has answered."""
    try:
        said = answer.json()
        violations = [dict(each) for each in said.get("violations", ())]
        return Problem(
            answer.status_code, str(said["type"]).rpartition("/")[2], said["detail"], said.get("advice", ""),
            said.get("clause", ""), violations, {n: v for n, v in said.items() if n not in _KNOWN},
        )  # fmt: skip
    except (ValueError, KeyError, AttributeError, TypeError):
        return Problem(answer.status_code, "unknown", _not_ours(answer))


def _not_ours(answer: httpx.Response) -> str:
    return f"{answer.url} 答复 {answer.status_code}，不是本系统的答复"


def _retry_after(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None
