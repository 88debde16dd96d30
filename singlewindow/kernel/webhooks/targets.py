"""Whether an address may be sent to: what may be written, and to which machines it may lead.

The worker sends from inside, so an address must never lead it to what only the inside reaches: this computer, the
house's network, a cloud's metadata. What is written is judged when it is saved; where a name leads is judged with each
delivery anew, and the machine that was judged is the one that is connected to (a name may be given another address a
second later).
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from singlewindow.kernel.problems import Violation

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, in the order in which they are to be tried. Raises OSError."""

LONGEST = 500
SECURE_PORT = 443
FIRST_FREE_PORT = 1024
CLAUSE = "接口说明 docs/api.md：事件推送的地址"
RESOLVERS = 32  # names that are asked for at the same time
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_6TO4 = ipaddress.IPv6Network("2002::/16")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


@dataclass(frozen=True)
class Target:
    """An address that may be written: its parts, the path with its query."""

    scheme: str
    host: str  # without brackets
    port: int
    path: str

    @property
    def authority(self) -> str:
        """For the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = SECURE_PORT if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The same address with a machine's own in the name's place."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"


class BadTarget(Exception):
    """What is wrong with a written address, and what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice

    def violation(self, path: str) -> Violation:
        """As it is told at a field."""
        return Violation(path, "webhook.url", self.message, self.advice, CLAUSE)


def read_target(text: str, *, private: bool = False) -> Target:
    """Read an address. `private`: also http and this house's own machines. Raises BadTarget."""
    if len(text) > LONGEST:
        raise BadTarget(f"接收地址超过 {LONGEST} 个字符", "请缩短地址")
    if not text.isascii() or not text.isprintable() or any(bad in text for bad in ' "<>\\^`{|}'):
        raise BadTarget(
            "接收地址含有空格、汉字或不能使用的字符", "请将其编码（%xx；汉字域名用 xn-- 形式）后填写"
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadTarget(
            "接收地址格式不正确", "请填写完整地址，例如 https://erp.example.com/singlewindow"
        ) from None
    return _checked(parts, port, private=private)


def _checked(parts: SplitResult, port: int | None, *, private: bool) -> Target:
    schemes = ("https", "http") if private else ("https",)
    if parts.scheme not in schemes or not parts.hostname:
        beginning = " 或 ".join(f"{scheme}://" for scheme in schemes)
        raise BadTarget(
            f"接收地址须以 {beginning} 开头", "请填写完整地址，例如 https://erp.example.com/singlewindow"
        )
    if "@" in parts.netloc:
        raise BadTarget("接收地址不能含用户名和密码", "请去掉 @ 及其前面的内容；接收方凭签名识别来源")
    if parts.fragment:
        raise BadTarget("接收地址不能含 #", "请去掉 # 及其后面的内容")
    port = port if port is not None else {"https": SECURE_PORT, "http": 80}[parts.scheme]
    if not private and port != SECURE_PORT and port < FIRST_FREE_PORT:
        raise BadTarget(
            f"接收地址的端口 {port} 不能使用", f"请使用 {SECURE_PORT} 或 {FIRST_FREE_PORT} 至 65535"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, _host(parts.hostname, private=private), port, path)


def _host(host: str, *, private: bool) -> str:
    """The host as it is to be asked for. Numbers that programs read as addresses in many ways are read in one."""
    literal = host_address(host)
    if literal is not None:
        if not private and not is_public(literal):
            raise BadTarget("接收地址指向内部网络或本机", "请填写公网可以访问的地址")
        return str(literal)
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)) or _NUMBER.fullmatch(labels[-1]):
        raise BadTarget("接收地址的主机名不正确", "请填写域名，或通常写法的 IP 地址（如 203.0.113.7）")
    return host.removesuffix(".")


def host_address(host: str) -> Address | None:
    """The machine's address that a host is, written in the usual way; None for all else."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return None
    return None if "%" in host else found


def is_public(address: Address) -> bool:
    """Whether a machine is one of the open internet's, also behind the addresses that hold another one."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address in _6TO4 or address in _COMPATIBLE or address.is_site_local or address.teredo is not None:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class NameServer:
    """Asks the system for the addresses of names: each name once at a time, so that one which is never answered takes
    one thread, and none of those of other work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, "resolve")
        self._asked: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """See `Resolve`."""
        key = host, port
        if key not in self._asked:
            asked = asyncio.get_running_loop().run_in_executor(self._threads, _ask, host, port)
            self._asked[key] = asked
            asked.add_done_callback(lambda _: self._asked.pop(key, None))
        return await asyncio.shield(self._asked[key])

    def close(self) -> None:
        """Ask nothing more; who waits for an answer may go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _ask(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def addresses_of(target: Target, resolve: Resolve, *, private: bool) -> list[str]:
    """The machines to which a target leads now. Raises OSError where the name has none, BadTarget where any of them is
    not public: a name that has both is no mistake that one sends round."""
    literal = host_address(target.host)
    found = [str(literal)] if literal is not None else list(await resolve(target.host, target.port))
    if not private and not all(_is_public_text(each) for each in found):
        raise BadTarget("接收地址的域名指向内部网络或本机", "请填写公网可以访问的地址，或更正域名解析")
    if not found:
        raise OSError(f"{target.host} has no address")
    return found


def _is_public_text(text: str) -> bool:
    address = host_address(text)
    return address is not None and is_public(address)
