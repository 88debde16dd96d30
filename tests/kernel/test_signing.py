"""What stands around a signature: the revocation list, the time it holds, and the thread it is checked in."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from singlewindow.contract.certificates import CardIdentity
from singlewindow.kernel.attachments import upload
from singlewindow.kernel.documents.store import attachments_of
from singlewindow.kernel.people.cards import verify_card
from singlewindow.kernel.settings import settings
from singlewindow.kernel.signing import prepared
from singlewindow.kernel.signing.files import find_unfit
from singlewindow.kernel.subsystem import get_document_type
from tests.house import PDF, House, Member
from tests.kernel.test_documents import TYPE, letter, reference


async def ready(house: House) -> tuple[Member, dict[str, Any]]:
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    return member, (await member.upload(TYPE, view["number"], "1")).json()


async def test_without_revocation_list_nothing_is_signed(house: House) -> None:
    """PORT-05: fails closed with words of its own; when the list is back, the same signature is taken."""
    member, view = await ready(house)
    statement = (await member.prepare(TYPE, view)).json()
    crl, aside = house.pki / "crl.pem", house.pki / "crl.aside"
    crl.rename(aside)
    try:
        refused = await member.submit(TYPE, view["number"], statement)
        upload_refused = await member.upload(TYPE, view["number"], "2")
    finally:
        aside.rename(crl)
    for answer in (refused, upload_refused):
        assert answer.status_code == 422, answer.text
        [violation] = answer.json()["violations"]
        assert "吊销" in violation["message"]
        assert "稍后" in violation["advice"]
        assert "更换" not in violation["advice"]
    assert (await member.submit(TYPE, view["number"], statement)).status_code == 200


async def test_how_long_a_statement_holds_is_said_as_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-08: the words name the minutes of the settings."""
    monkeypatch.setattr(settings(), "prepare_minutes", 7.5)
    member, view = await ready(house)
    statement = (await member.prepare(TYPE, view)).json()
    [left] = await house.sql(
        "select expires_at - clock_timestamp() as span from prepared where token = $1", statement["token"]
    )
    assert 7 * 60 < left["span"].total_seconds() <= 7.5 * 60
    await house.sql("update prepared set expires_at = clock_timestamp() where token = $1", statement["token"])
    answer = await member.submit(TYPE, view["number"], statement)
    assert answer.status_code == 409
    assert "7.5 分钟" in answer.json()["detail"]


async def test_an_uploads_signature_is_checked_off_the_event_loop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: reading files and calculating hold up nobody else."""
    threads = []

    def noted(*values: Any) -> CardIdentity:
        threads.append(threading.current_thread())
        return verify_card(*values)

    monkeypatch.setattr(prepared, "verify_card", noted)
    assert vars(upload)["verify_signed"] is prepared.verify_signed
    await ready(house)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_a_file_whose_card_was_lost_is_to_be_signed_anew(house: House) -> None:
    """PORT-05, PORT-08: customs would reject it. It is said at the file, in the dry run, at prepare, and at submit
    where the card was lost in between; nothing was submitted."""
    member, view = await ready(house)
    number = view["number"]
    bound = await house.with_new_card(member)
    prepared = (await bound.prepare(TYPE, view)).json()
    await house.revoke(member)
    refused = [
        await bound.submit(TYPE, number, prepared),
        await bound.prepare(TYPE, view),
        await bound.http.post(f"/api/documents/{TYPE}/check", json={"number": number, "content": None}),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 200]
    for answer in refused:
        [violation] = answer.json()["violations"]
        assert (violation["path"], violation["rule"]) == ("attachments/1", "sign.file")
        assert violation["message"] == "随附单据「声明.pdf」签名所用卡介质的证书已被吊销，海关将不予接收"
        assert violation["advice"] == "请重新上传该文件，用当前账号所绑定的卡介质重新签名"
    view = (await bound.upload(TYPE, number, "1")).json()
    assert (await bound.apply(TYPE, view))["status"]["name"] == "已申报"


async def test_a_file_whose_card_has_ended_is_to_be_signed_anew(house: House) -> None:
    """PORT-05: of a category that takes several files none takes another's place by itself."""
    member, view = await ready(house)
    view = (await member.upload(TYPE, view["number"], "3")).json()
    after = datetime.now(UTC) + timedelta(days=4 * 365)
    spec = get_document_type(TYPE).form.attachments
    [row] = await house.sql("select id from document where number = $1", view["number"])
    async with house.worker.transaction() as transaction:
        files = await attachments_of(transaction, row["id"])
        found = await find_unfit(transaction, spec, files, house.pki, after)
    assert ["已到期" in each.message for each in found] == [True, True]
    assert [each.advice[:8] for each in found] == ["请重新上传该文件", "请删除该文件后重"]


async def test_another_card_than_was_prepared_for_is_refused_at_once(house: House) -> None:
    """PORT-05, PORT-08: the account has another card by now; what it signs names the one before, and customs would
    reject it. What is prepared anew is taken."""
    member, view = await ready(house)
    number = view["number"]
    base = f"/api/documents/{TYPE}/{number}/attachments"
    file = {"category": "2", "name": "a.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest()}
    uploading = (await member.http.post(f"{base}/prepare", json={**file, "card_no": member.card_no})).json()
    statement = (await member.prepare(TYPE, view)).json()
    bound = await house.with_new_card(member)
    form = {"token": uploading["token"], **bound.sign(uploading["signing_input"])}
    sent = {"file": ("a.pdf", PDF, "application/pdf")}
    for refused in (
        await bound.submit(TYPE, number, statement),
        await bound.http.post(base, data=form, files=sent),
    ):
        assert refused.status_code == 422, refused.text
        [violation] = refused.json()["violations"]
        assert violation["rule"] == "sign.card"
        assert violation["message"] == (
            f"当前卡号 {bound.card_no} 与准备签名时的用户注册信息卡号 {member.card_no} 不一致，无法进行申报"
        )
    assert (await bound.apply(TYPE, view))["status"]["name"] == "已申报"
