"""Keys of the exchange are renewed while both sides work: what is under way waits, and nothing is lost (CUST-05)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from singlewindow.contract import key_files
from singlewindow.contract.demo_pki import create
from singlewindow.contract.folder import Boxes, write
from singlewindow.contract.messages import Answer
from singlewindow.customs import faults
from singlewindow.customs.exchange import understanding
from singlewindow.customs.exchange.folder import OutBoxReader
from singlewindow.customs.exchange.understanding import Renewal, understand_next
from singlewindow.customs.keys import Keys
from singlewindow.customs.settings import CustomsSettings
from tests.customs.company import CONTENT, PDF, Company
from tests.customs.conftest import Customs, running, sha256
from tests.customs.portal import Portal
from tests.renewing import copy_of, hand_over, renew

NUMBER = "223320261128000001"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at each time."""
    monkeypatch.setattr(key_files, "LOOK_SECONDS", 0.0)


@pytest.fixture
def keys(pki: Path, tmp_path: Path) -> Path:
    """Customs' folder of keys."""
    return copy_of(pki / "pki", tmp_path / "customs-pki")


@pytest.fixture
def portals(pki: Path, tmp_path: Path) -> Path:
    """The portal's folder of keys, with a new signing key of which customs know nothing yet."""
    folder = copy_of(pki / "pki", tmp_path / "portal-pki")
    renew(folder, "portal-signing")
    return folder


@pytest.fixture
def renewed(own: Company, portals: Path) -> Company:
    """The company as the portal sends for it with its new key."""
    return Company(own.card, own.jwk, (portals / "portal-signing.key.pem").read_bytes())


@pytest.fixture
async def office(customs: Customs, settings: CustomsSettings, keys: Path) -> AsyncIterator[Customs]:
    """Customs with a folder of keys of their own."""
    async with running(settings.model_copy(update={"pki": keys})) as program:
        yield program


async def test_a_portal_s_new_key_is_waited_for_and_then_known(
    office: Customs, renewed: Company, keys: Path, portals: Path
) -> None:
    """CUST-05: no refusal for good, and no restart: customs read the portal's certificate anew."""
    submission = renewed.submission(NUMBER)
    sent = (renewed.file(), renewed.envelope(submission))
    answers = await office.post(*sent)
    assert [(answer.stored, answer.later) for answer in answers] == [(False, True)] * 2
    hand_over("portal-signing.pem", out=portals, to=keys)
    assert await office.post(*sent) == [Answer(id=each.id, stored=True) for each in sent]
    await office.understand()
    assert await office.rows("select number, state from submission") == [(NUMBER, "received")]


async def test_with_both_certificates_nothing_waits(
    office: Customs, own: Company, renewed: Company, keys: Path, portals: Path
) -> None:
    """CUST-05: customs have the portal's new certificate above the old one, before it signs with the new key."""
    both = (portals / "portal-signing.pem").read_bytes() + (keys / "portal-signing.pem").read_bytes()
    (keys / "portal-signing.pem").write_bytes(both)
    sent = [own.file(), own.envelope(own.submission(NUMBER)), renewed.envelope(own.submission(f"{NUMBER}x"))]
    assert [answer.stored for answer in await office.post(*sent)] == [True] * 3


async def test_another_key_for_customs_is_waited_for_too(
    office: Customs, own: Company, keys: Path, pki: Path
) -> None:
    """CUST-05: what was encrypted for a key that customs do not have yet; rubbish is refused for good."""
    private = keys / "customs-encryption.jwk"
    private.unlink()
    (keys / "customs-encryption.pub.jwk").unlink()
    renew(keys, "customs-signing")  # makes what is missing
    envelope = own.envelope(own.submission(NUMBER))
    rubbish = envelope.model_copy(update={"id": "rubbish-1", "body": "a.b.c.d.e"})
    answers = await office.post(envelope, rubbish)
    assert [(answer.stored, answer.later) for answer in answers] == [(False, True), (False, False)]
    private.write_bytes((pki / "pki" / private.name).read_bytes())
    assert [answer.stored for answer in await office.post(envelope)] == [True]


async def test_customs_new_key_is_waited_for_and_signs_what_waits(
    office: Customs, own: Company, portal: Portal, keys: Path
) -> None:
    """CUST-05: a portal that does not know the key puts off; what was signed before is signed anew, by 重发 too."""
    identifier = await office.receive(own, NUMBER)  # its receipt is signed at once
    renew(keys, "customs-signing")
    portal.refusing, portal.later = "the signature is not customs'", True
    sender = office.sender(portal)
    assert await sender.send_due() == 1
    states = "select state, problem, next_at > clock_timestamp() from outgoing where kind = 'receipt'"
    assert await office.rows(states) == [("queued", portal.refusing, True)]
    portal.refusing, portal.certificate = "", (keys / "customs-signing.pem").read_bytes()
    portal.messages.clear()
    for again in (False, True):
        async with office.database.transaction() as transaction:
            await transaction.run("update outgoing set next_at = clock_timestamp()")
            if again:
                await faults.send_again(transaction, identifier)
        if again:
            renew(keys, "customs-signing")
            portal.certificate = (keys / "customs-signing.pem").read_bytes()
            portal.messages.clear()
        assert await sender.send_due() == 1
        assert [receipt.number for receipt in portal.receipts] == [NUMBER]


async def test_what_was_stored_before_its_key_is_known_is_understood_then(
    office: Customs, own: Company, keys: Path, portals: Path
) -> None:
    """CUST-05: accepted at the door, and the portal's certificate replaced before it was understood: when the right one
    is there nobody has to have it sent again."""
    await office.put(own.sealed(), sha256(PDF))
    right = (keys / "portal-signing.pem").read_bytes()
    await office.post(own.envelope(own.submission(NUMBER)), own.envelope({}))
    hand_over("portal-signing.pem", out=portals, to=keys)
    again = Renewal(office.database, Keys.load(keys))  # as after a restart: what was opened is forgotten
    states = "select state from incoming order by id"
    for _ in range(2):
        while await understand_next(office.database, again.keys):
            pass
        assert await office.rows(states) == [("unreadable",)] * 2
        await again.look()  # at its start too, once
    (keys / "portal-signing.pem").write_bytes(right)
    await again.look()
    while await understand_next(office.database, again.keys):
        pass
    assert await office.rows(states) == [("understood",), ("unreadable",)]
    assert await office.rows("select number, state from submission") == [(NUMBER, "received")]


def _new_key_for_customs(keys: Path) -> dict[str, Any]:
    """Another pair in place of customs' key for encryption; answers the public one."""
    for name in ("customs-encryption.jwk", "customs-encryption.pub.jwk"):
        (keys / name).unlink()
    create(keys, keys / "cards", [])
    public: dict[str, Any] = json.loads((keys / "customs-encryption.pub.jwk").read_bytes())
    return public


async def test_what_waits_is_opened_with_the_key_before_it(office: Customs, own: Company, keys: Path) -> None:
    """CUST-05: customs' file has the new key and the one before; what was stored and what comes for either is
    understood, by another process too."""
    private = keys / "customs-encryption.jwk"
    await office.post(own.file(), own.envelope(own.submission(NUMBER)))
    before = json.loads(private.read_bytes())
    renewed = Company(own.card, _new_key_for_customs(keys), own.portal_key)
    private.write_text(json.dumps({"keys": [json.loads(private.read_bytes()), before]}))
    late, new = own.envelope(own.submission(f"{NUMBER}x")), renewed.envelope(renewed.submission(f"{NUMBER}y"))
    assert [answer.stored for answer in await office.post(late, new)] == [True, True]
    other = Keys.load(keys)
    while await understand_next(office.database, other):
        pass
    assert await office.rows("select state from submission") == [("received",)] * 3


async def test_a_message_that_is_sealed_anew_takes_the_place_of_the_unreadable_one(
    office: Customs, own: Company, keys: Path, portals: Path, tmp_path: Path
) -> None:
    """CUST-05: it was sealed with keys that customs have no more, and the portal sends it again. A stranger's takes no
    place, nor does anything that of one that was understood."""
    submission = own.submission(NUMBER)
    first, signed = own.envelope(submission), own.envelope(own.submission(f"{NUMBER}x"))
    await office.post(own.file(), first, signed)
    renewed = Company(own.card, _new_key_for_customs(keys), (portals / "portal-signing.key.pem").read_bytes())
    hand_over("portal-signing.pem", out=portals, to=keys)
    forgetful = Keys.load(keys)  # as after a restart

    async def understood() -> list[tuple[Any, ...]]:
        while await understand_next(office.database, forgetful):
            pass
        return await office.rows("select state from incoming order by id")

    assert await understood() == [("unreadable",)] * 2
    renew(portals, "portal-signing")
    stranger = Company(own.card, renewed.jwk, (portals / "portal-signing.key.pem").read_bytes())
    forged = stranger.envelope(submission, first.id)
    assert [answer.stored for answer in await office.post(forged)] == [False]
    bodies = "select body from incoming where message_id = $1"
    assert await office.rows(bodies, first.id) == [(first.body,)]
    again = renewed.envelope(submission, first.id)
    assert [answer.stored for answer in await office.post(again)] == [True]
    assert await understood() == [("understood",), ("unreadable",)]
    assert await office.rows("select number, state from submission") == [(NUMBER, "received")]
    assert [answer.stored for answer in await office.post(renewed.envelope(submission, first.id))] == [True]
    assert await office.rows(bodies, first.id) == [(again.body,)]
    assert await understood() == [("understood",), ("unreadable",)]


async def test_what_a_person_is_to_judge_is_not_replaced(office: Customs, own: Company) -> None:
    """CUST-05: what the portal sealed, and says something else than what is known, stays as it came."""
    await office.receive(own, NUMBER)
    other = own.envelope(own.submission(NUMBER, typed={**CONTENT, "phone": "13900000000"}))
    await office.post(other)
    await office.understand()
    await office.post(own.envelope({}, other.id))
    await office.understand()
    stored = await office.rows("select state, body from incoming where message_id = $1", other.id)
    assert stored == [("unreadable", other.body)]


async def test_what_was_under_way_when_a_key_became_known_is_understood_too(
    office: Customs, own: Company, keys: Path, portals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: a batch that began with the certificate before sets a message aside after the right one was seen."""
    right = (keys / "portal-signing.pem").read_bytes()
    await office.post(own.file(), own.envelope(own.submission(NUMBER)))
    hand_over("portal-signing.pem", out=portals, to=keys)
    renewal = Renewal(office.database, Keys.load(keys))
    await renewal.look()
    looking: list[asyncio.Task[None]] = []
    safely = understanding._understand_safely

    async def slowly(*what: Any) -> tuple[str, str]:
        came = await safely(*what)
        if not looking:
            (keys / "portal-signing.pem").write_bytes(right)
            looking.append(asyncio.create_task(renewal.look()))
            await asyncio.wait(looking, timeout=0.5)
        return came

    monkeypatch.setattr(understanding, "_understand_safely", slowly)
    assert await renewal.understand() == 1
    await looking[0]
    assert await office.rows("select state from incoming") == [("waiting",)]
    assert await renewal.understand() == 1
    assert await office.rows("select state from incoming") == [("understood",)]


async def test_a_file_made_with_a_new_key_is_written_again_by_the_portal(
    office: Customs, renewed: Company, keys: Path, portals: Path, tmp_path: Path
) -> None:
    """CUST-05: it is no failure, so nothing lies in FailBox, and OutBox has room for what the portal writes next."""
    boxes = Boxes(tmp_path / "exchange").make()
    reader = OutBoxReader(office.database, office.keys, boxes)
    envelope = renewed.envelope(renewed.submission(NUMBER))

    def written() -> None:
        write(boxes.out / f"{sha256(PDF)}.attachment", renewed.sealed().encode())
        write(boxes.out / f"{envelope.id}.json", envelope.model_dump_json().encode())

    written()
    assert await reader.take() == 2
    assert [list(box.iterdir()) for box in (boxes.out, boxes.sent, boxes.failed)] == [[], [], []]
    hand_over("portal-signing.pem", out=portals, to=keys)
    written()
    assert await reader.take() == 2
    await office.understand()
    assert await office.rows("select number, state from submission") == [(NUMBER, "received")]
