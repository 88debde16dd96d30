"""One request to an endpoint, and what came of it.

Only the status of the answer counts: its body is never read, so that it may be as long and as slow as it likes. Name,
connection and answer together have TOTAL seconds. No proxies, no redirects, no cookies; no connection is used twice.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Literal, Self

import httpx

from singlewindow.kernel.webhooks.targets import (
    BadTarget,
    NameServer,
    Resolve,
    Target,
    addresses_of,
    read_target,
)

TOTAL = 10.0  # seconds for a whole request
CONNECT = 3.0  # seconds for one of the machines of a name
MACHINES = 3  # of a name that are tried in one request
USER_AGENT = "singlewindow-webhooks/1"

Fault = Literal[
    "", "target", "name", "connect", "tls", "timeout", "broken", "redirect", "status", "secret", "gone"
]
FAULT_WORDS: dict[Fault, str] = {
    "": "",
    "target": "接收地址指向内部网络或本机，未发送",
    "name": "域名无法解析",
    "connect": "无法连接",
    "tls": "服务器证书无效或加密连接失败",
    "timeout": f"{TOTAL:.0f} 秒内没有应答",
    "broken": "应答不完整或不是 HTTP",
    "redirect": "应答要求转到别的地址；不跟随转向，请填写最终地址",
    "status": "应答的状态码不是 2xx",
    "secret": "密钥无法读取，请更换密钥",
    "gone": "事件已超过保存期限，不再推送",
}


@dataclass(frozen=True)
class Outcome:
    """What became of one request: delivered when `fault` is empty. `status` is the answer's, where there was one."""

    fault: Fault = ""
    status: int | None = None


class Sender:
    """Sends requests. `private`: also to machines of the house, and without TLS."""

    def __init__(
        self,
        *,
        private: bool = False,
        resolve: Resolve | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._private = private
        self._names = NameServer()
        self._resolve = resolve or self._names.resolve
        self._client = httpx.AsyncClient(
            transport=transport,
            verify=trusted or True,
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is taken: machines are shared
            timeout=httpx.Timeout(TOTAL, connect=CONNECT),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._names.close()
        await self._client.aclose()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST a body; raises nothing that the other side can cause."""
        try:
            async with asyncio.timeout(TOTAL):
                target = read_target(url, private=self._private)
                machines = await addresses_of(target, self._resolve, private=self._private)
                return await self._try(target, machines[:MACHINES], headers, body)
        except BadTarget:
            return Outcome("target")
        except TimeoutError:  # an OSError too
            return Outcome("timeout")
        except (OSError, UnicodeError):
            return Outcome("name")

    async def _try(
        self, target: Target, machines: list[str], headers: Mapping[str, str], body: bytes
    ) -> Outcome:
        """The first machine that can be connected to; where none can be, the last one's fault."""
        outcome = Outcome("connect")
        for machine in machines:
            outcome = await self._post(target, machine, headers, body)
            if outcome.fault != "connect":
                break
        return outcome

    async def _post(self, target: Target, machine: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        request = self._client.build_request(
            "POST",
            target.at(machine),
            headers={**headers, "Host": target.authority, "User-Agent": USER_AGENT, "Connection": "close"},
            content=body,
            extensions={"sni_hostname": target.host},
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx.ConnectError as error:
            return Outcome("tls" if _of_tls(error) else "connect")
        except httpx.ConnectTimeout:
            return Outcome("connect")
        except httpx.TimeoutException:
            return Outcome("timeout")
        except (httpx.HTTPError, httpx.InvalidURL):
            return Outcome("broken")
        await response.aclose()
        return _judged(response)


def _judged(response: httpx.Response) -> Outcome:
    if response.is_success:
        return Outcome("", response.status_code)
    return Outcome("redirect" if response.is_redirect else "status", response.status_code)


def _of_tls(error: BaseException | None) -> bool:
    """Whether a failure to connect was one of TLS; the library wraps the cause."""
    while error is not None:
        if isinstance(error, ssl.SSLError) or "SSL" in str(error) or "certificate" in str(error).lower():
            return True
        error = error.__cause__ or error.__context__
    return False
