"""Where events may be sent, and what one request can do to the worker (INTG-03): no test here asks the network."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from singlewindow.kernel.webhooks import sending
from singlewindow.kernel.webhooks.courier import KEPT_TRYING, next_try
from singlewindow.kernel.webhooks.sending import Outcome, Sender
from singlewindow.kernel.webhooks.signing import Sealer
from singlewindow.kernel.webhooks.targets import BadTarget, NameServer, is_public, read_target
from tests.receiver import drips, fails, hangs, receiving, talks_for_ever

PUBLIC, OTHER = "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"
HOOK = "https://erp.example.com/hook"

REFUSED = """
    http://erp.example.com/  ftp://erp.example.com/  //erp.example.com/  erp.example.com  https://  https:///x
    https://127.0.0.1/  https://127.1/  https://2130706433/  https://0x7f000001/  https://0x7f.0.0.1/
    https://0177.0.0.1/  https://017700000001/  https://127.0.0.1./  https://0/  https://0.0.0.0/
    https://10.1.2.3/  https://172.16.0.1/  https://192.168.1.1/  https://169.254.169.254/latest/meta-data/
    https://100.64.0.1/  https://224.0.0.1/  https://255.255.255.255/  https://198.18.0.1/
    https://[::1]/  https://[::]/  https://[::ffff:127.0.0.1]/  https://[::ffff:10.0.0.1]/  https://[::127.0.0.1]/
    https://[fe80::1]/  https://[fe80::1%25eth0]/  https://[fd00::1]/  https://[ff02::1]/  https://[fec0::1]/
    https://[64:ff9b::7f00:1]/  https://[64:ff9b::a9fe:a9fe]/  https://[2002:7f00:1::]/
    https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/
    https://user@erp.example.com/  https://user:secret@erp.example.com/  https://erp.example.com@127.0.0.1/
    https://erp.example.com:22/  https://erp.example.com:25/  https://erp.example.com:80/  https://erp.example.com:0/
    https://erp.example.com:65536/  https://erp.example.com:x/  https://erp.example.com/#part
    https://erp.example.com\\@127.0.0.1/  https://erp..example.com/  https://-erp.example.com/
    https://例子.测试/  https://erp.example.com/路径  https://１２７.０.０.１/
"""
TYPED = (
    "https://erp.example.com/a b", "https://erp.example.com/\r\nX-Evil: 1", "https://erp.example.com\t/", "",
    "https://erp.example.com/\x00", "https://erp.example.com/" + "a" * 500, " https://erp.example.com/",
)  # fmt: skip


@pytest.mark.parametrize("text", [*REFUSED.split(), *TYPED])
def test_what_may_not_be_written(text: str) -> None:
    """INTG-03: neither this computer nor the house's network in any spelling, nor what changes the request's head."""
    with pytest.raises(BadTarget) as refused:
        read_target(text)
    assert refused.value.message
    assert refused.value.advice


def test_what_may_be_written() -> None:
    """INTG-03: https to public machines; for a local set-up also http and the own network."""
    for text in (
        HOOK,
        "https://erp.example.com:8443/?a=%0d%0a",
        f"https://{PUBLIC}/",
        f"https://[{OTHER}]:8443/",
    ):
        assert read_target(text)
    assert read_target("https://ERP.example.com.:8443/A?b").at(PUBLIC) == f"https://{PUBLIC}:8443/A?b"
    assert read_target(f"https://[{OTHER}]:8443").authority == f"[{OTHER}]:8443"
    for text in ("http://127.0.0.1:9000/", "http://localhost/", "https://[::1]/"):
        assert read_target(text, private=True)
    with pytest.raises(BadTarget):
        read_target("http://user@127.0.0.1/", private=True)
    for private, words in ((False, "须以 https:// 开头"), (True, "须以 https:// 或 http:// 开头")):
        with pytest.raises(BadTarget, match=words):
            read_target("ftp://erp.example.com/", private=private)
    assert is_public(ipaddress.ip_address("64:ff9b::5db8:d822"))


class Names:
    """A name server that answers as it is told, the last answer for ever; counts how often it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def sent(names: Names, url: str = HOOK, *, tries: int = 1) -> tuple[list[Outcome], list[httpx.Request]]:
    """What came of it, and what would have gone out to the network."""
    seen: list[httpx.Request] = []

    def network(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    async with Sender(resolve=names.resolve, transport=httpx.MockTransport(network)) as sender:
        return [await sender.send(url, {"webhook-id": "evt_1_1"}, b"{}") for _ in range(tries)], seen


async def test_the_machine_that_was_judged_is_the_one_connected_to() -> None:
    """INTG-03: a name is asked once for each request, and the request goes to that very address, under the name."""
    names = Names([PUBLIC])
    [outcome], [request] = await sent(names, "https://erp.example.com:8443/hook?a=1")
    assert (outcome, names.asked) == (Outcome("", 204), 1)
    assert str(request.url) == f"https://{PUBLIC}:8443/hook?a=1"
    assert request.headers["host"] == "erp.example.com:8443"
    assert request.extensions["sni_hostname"] == "erp.example.com"


@pytest.mark.parametrize(
    "then",
    [
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "169.254.169.254",
        "::ffff:192.168.0.1",
        "fe80::1%eth0",
        "64:ff9b::a00:1",
    ],
)
async def test_a_name_that_leads_inside_later_is_not_followed(then: str) -> None:
    """INTG-03: public when it was saved and at the first delivery, private at the next; also among public ones."""
    for later in ([then], [PUBLIC, then]):
        outcomes, seen = await sent(Names([PUBLIC], later), tries=2)
        assert [each.fault for each in outcomes] == ["", "target"]
        assert len(seen) == 1


async def test_names_that_nobody_knows() -> None:
    """INTG-03: a failure like any other."""

    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("unknown")

    async with Sender(resolve=unknown) as sender:
        assert await sender.send(HOOK, {}, b"") == Outcome("name")
    assert [each.fault for each in (await sent(Names([])))[0]] == ["name"]


async def test_one_name_at_a_time_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: a name server that never answers takes one thread for each name, however many wait."""
    asked: list[str] = []

    def ask(host: str, port: int) -> list[str]:
        asked.append(host)
        return [PUBLIC]

    monkeypatch.setattr("singlewindow.kernel.webhooks.targets._ask", ask)
    server = NameServer()
    assert await asyncio.gather(*(server.resolve("a.example", 443) for _ in range(5))) == [[PUBLIC]] * 5
    assert asked == ["a.example"]
    server.close()


async def test_answers_that_never_end_and_redirects(monkeypatch: pytest.MonkeyPatch) -> None:
    """INTG-03: of a gigabyte hardly anything is taken, what drips is cut off, no redirect followed, no proxy asked."""
    monkeypatch.setattr(sending, "TOTAL", 0.3)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with Sender(private=True) as sender, receiving() as inside:
        moved = fails(302, f"Location: {inside.url()}\r\n")
        for answer, expected in (
            (talks_for_ever, Outcome("", 200)), (drips, Outcome("timeout")), (hangs, Outcome("timeout")),
            (moved, Outcome("redirect", 302)), (fails(503), Outcome("status", 503)),
        ):  # fmt: skip
            async with receiving(answer) as receiver:
                assert await sender.send(receiver.url(), {}, b"{}") == expected
                assert receiver.sent < 20_000_000
        assert not inside.arrivals
        assert await sender.send(inside.url(), {}, b"{}") == Outcome("", 200)
    closed = inside.url()
    async with Sender(private=True) as sender:
        assert await sender.send(closed, {}, b"{}") == Outcome("connect")


async def test_a_certificate_must_be_for_the_name(tmp_path: Path) -> None:
    """INTG-03: although it is the address that is connected to; an unknown issuer is none."""
    server, trusted = _tls(tmp_path, "erp.example.com")
    names = Names(["127.0.0.1"])
    async with receiving(tls=server) as receiver:
        for url, context, fault in (
            (f"https://erp.example.com:{receiver.port}/", trusted, ""),
            (f"https://other.example.com:{receiver.port}/", trusted, "tls"),
            (f"https://erp.example.com:{receiver.port}/", None, "tls"),
        ):
            async with Sender(private=True, resolve=names.resolve, trusted=context) as sender:
                assert (await sender.send(url, {}, b"{}")).fault == fault
        assert len(receiver.accepted) == 1


def test_secrets_are_sealed_for_their_company(tmp_path: Path) -> None:
    """INTG-03: neither another company's row nor another key opens them."""
    (tmp_path / "webhook-secrets.key").write_bytes(b"A" * 43 + b"=")
    sealer = Sealer(tmp_path)
    sealed = sealer.seal(b"secret", 1)
    assert b"secret" not in sealed
    assert sealer.open(sealed, 1) == b"secret"
    with pytest.raises(ValueError, match="company 2"):
        sealer.open(sealed, 2)
    (tmp_path / "webhook-secrets.key").write_bytes(b"B" * 43 + b"=")
    with pytest.raises(ValueError, match="company 1"):
        sealer.open(sealed, 1)


def test_the_times_between_tries() -> None:
    """INTG-03: 5 s, 30 s, 2 min, 10 min, 1 h, then every 3 h, for three days."""
    from tests.kernel.conftest import FROZEN

    at, waits, tries = FROZEN, [], 1
    while again := next_try(tries, FROZEN, at):
        waits.append(again - at)
        at, tries = again, tries + 1
    assert [wait.total_seconds() for wait in waits[:6]] == [5, 30, 120, 600, 3600, 10800]
    assert set(waits[5:]) == {timedelta(hours=3)}
    assert KEPT_TRYING - timedelta(hours=3) < at - FROZEN <= KEPT_TRYING


def _tls(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server whose certificate is for that name, and for who trusts it."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))
