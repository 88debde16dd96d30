"""Without a revocation list customs can judge no card: that is no submission's fault (CUST-03, OPER-01)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from singlewindow.contract import demo_pki
from singlewindow.customs.exchange import understanding
from singlewindow.customs.exchange.understanding import NO_LIST, Renewal
from singlewindow.customs.keys import Keys
from singlewindow.customs.settings import CustomsSettings
from tests.customs.company import Company, company, make_pki
from tests.customs.conftest import Customs, running
from tests.renewing import copy_of

NUMBER = "223320261128000001"
STATES = "select state, problem from incoming where kind = 'submission' order by id"


@pytest.fixture
def keys(pki: Path, tmp_path: Path) -> Path:
    """Customs' folder of keys."""
    return copy_of(pki / "pki", tmp_path / "customs-pki")


@pytest.fixture
async def office(customs: Customs, settings: CustomsSettings, keys: Path) -> AsyncIterator[Customs]:
    """Customs with a folder of keys of their own."""
    async with running(settings.model_copy(update={"pki": keys})) as program:
        yield program


async def comes(office: Customs, sql: str, row: tuple[str, ...]) -> None:
    """Wait until this is the only row."""
    async with asyncio.timeout(10):
        while await office.rows(sql) != [row]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def _take_away(crl: Path) -> None:
    crl.unlink()


def _let_end(crl: Path) -> None:
    demo_pki._write_crl(crl.parent, [], 2, datetime.now(UTC) - timedelta(days=7300))


def _break(crl: Path) -> None:
    crl.write_bytes(b"-----BEGIN X509 CRL-----")


def _be_unmounted(crl: Path) -> None:
    """What stands there cannot be read, and is not missing either."""
    crl.unlink()
    crl.mkdir()


@pytest.mark.parametrize("trouble", [_take_away, _let_end, _break, _be_unmounted])
async def test_a_submission_waits_for_the_revocation_list(
    office: Customs, own: Company, keys: Path, trouble: Callable[[Path], None]
) -> None:
    """CUST-03: not 接收失败, which its company would have to sign anew; once the list is there it is received."""
    crl = keys / "crl.pem"
    right = crl.read_bytes()
    trouble(crl)
    renewal = Renewal(office.database, office.keys)
    await renewal.look()
    await office.post(own.file(), own.envelope(own.submission(NUMBER)))
    await office.understand()
    await renewal.look()
    assert await renewal.understand() == 0  # it is not tried again and again meanwhile
    assert await office.rows(STATES) == [("unreadable", NO_LIST)]
    assert await office.rows("select from submission") == []
    if crl.is_dir():
        crl.rmdir()
    (keys / "new.pem").write_bytes(right)
    (keys / "new.pem").replace(crl)
    await renewal.look()
    assert await renewal.understand() == 1
    assert await office.rows(STATES) == [("understood", "")]
    assert await office.rows("select number, state from submission") == [(NUMBER, "received")]


async def test_what_needs_no_list_is_understood_meanwhile(
    office: Customs, own: Company, keys: Path, tmp_path: Path
) -> None:
    """CUST-03, CUST-05: in the same batch, before and behind: a card of another CA is refused, what came twice is
    known, and what nobody can read stands before a person."""
    known = own.submission(NUMBER)
    await office.post(own.file(), own.envelope(known))
    await office.understand()
    (keys / "crl.pem").unlink()
    stranger = company(make_pki(tmp_path / "stranger"))
    foreign = Company(stranger.card, own.jwk, own.portal_key)
    await office.post(
        own.envelope(own.submission(f"{NUMBER}a")),
        own.envelope(foreign.submission(f"{NUMBER}b")),
        own.envelope({}),
        own.envelope(known),
        own.envelope(own.submission(f"{NUMBER}c")),
    )
    await office.understand()
    found = await office.rows(STATES)
    assert [state for state, _ in found] == [
        "understood", "unreadable", "understood", "unreadable", "doubled", "unreadable",
    ]  # fmt: skip
    assert [problem == NO_LIST for _, problem in found] == [False, True, False, False, False, True]
    assert await office.rows("select number, state from submission order by id") == [
        (NUMBER, "received"), (f"{NUMBER}b", "rejected"),
    ]  # fmt: skip


async def test_a_card_that_was_revoked_is_refused_once_the_list_is_there(
    office: Customs, own: Company, keys: Path, pki: Path
) -> None:
    """PORT-08, CUST-03: what waited is judged as of then."""
    right = keys / "crl.pem"
    aside = right.rename(keys / "aside.pem")
    await office.post(own.file(), own.envelope(own.submission(NUMBER)))
    await office.understand()
    aside.rename(right)
    card = demo_pki.card_certificate(pki / "cards", own.card.facts.card_no)
    demo_pki.revoke(keys, card)
    await Renewal(office.database, office.keys).look()
    await office.understand()
    assert await office.rows("select number, state from submission") == [(NUMBER, "rejected")]


async def test_what_another_process_had_no_list_for_is_tried_by_one_that_has(
    office: Customs, own: Company, keys: Path, pki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-03: two machines with a copy each, one of which was forgotten: now and then, not at each look."""
    renewal = Renewal(office.database, Keys.load(pki / "pki"))
    await renewal.look()
    (keys / "crl.pem").unlink()
    await office.post(own.file(), own.envelope(own.submission(NUMBER)))
    await office.understand()
    await renewal.look()
    assert await office.rows(STATES) == [("unreadable", NO_LIST)]
    monkeypatch.setattr(renewal, "judged_at", 0.0)
    await renewal.look()
    assert await renewal.understand() == 1
    assert await office.rows("select number, state from submission") == [(NUMBER, "received")]


async def test_what_was_under_way_when_the_list_came_is_understood_too(
    office: Customs, own: Company, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CUST-05: a batch that began without it sets a message aside after the list was seen."""
    crl, aside = keys / "crl.pem", keys / "aside.pem"
    crl.rename(aside)
    renewal = Renewal(office.database, office.keys)
    await renewal.look()
    await office.post(own.file(), own.envelope(own.submission(NUMBER)))
    looking: list[asyncio.Task[None]] = []
    safely = understanding._understand_safely

    async def slowly(*what: object) -> tuple[str, str]:
        came = await safely(*what)  # type: ignore[arg-type]
        if not looking:
            aside.rename(crl)
            looking.append(asyncio.create_task(renewal.look()))
            await asyncio.wait(looking, timeout=0.5)
        return came

    monkeypatch.setattr(understanding, "_understand_safely", slowly)
    assert await renewal.understand() == 1
    await looking[0]
    assert await renewal.understand() == 1
    assert await office.rows(STATES) == [("understood", "")]


async def test_figures_say_how_long_list_and_ca_last(office: Customs, keys: Path) -> None:
    """OPER-01: an alarm comes before no card can be judged; 0 where the list is over or away."""

    async def left(file: str) -> float:
        text = (await office.client.get("/metrics")).text
        found = re.search(rf'^customs_days_left{{file="{file}"}} (\S+)$', text, re.MULTILINE)
        assert found, text
        return float(found[1])

    assert 3600 < await left("crl.pem") < 3653
    assert 7000 < await left("ca.pem") < 7306
    demo_pki._write_crl(keys, [], 2, datetime.now(UTC) - timedelta(days=3640))
    assert 1 < await left("crl.pem") < 14
    (keys / "crl.pem").unlink()
    assert await left("crl.pem") == 0


async def test_the_running_program_takes_it_up_by_itself(
    customs: Customs, settings: CustomsSettings, own: Company, keys: Path
) -> None:
    """CUST-03, OPER-04: all that a person does is to put the list there."""
    crl, aside = keys / "crl.pem", keys / "aside.pem"
    crl.rename(aside)
    async with running(settings.model_copy(update={"pki": keys}), background=True) as office:
        await office.post(own.file(), own.envelope(own.submission(NUMBER)))
        await comes(office, STATES, ("unreadable", NO_LIST))
        aside.rename(crl)
        await comes(office, "select state from submission", ("received",))
