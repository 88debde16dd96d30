"""Files: signed by the card, checked whole, one a category; a refused one leaves nothing behind (INSP-05, UI-18)."""

from __future__ import annotations

import asyncio
import hashlib
import re
from typing import Any

import asyncpg
import pytest

from singlewindow.contract.messages import Submission
from tests import pdf_samples
from tests.house import PDF, House, Member
from tests.kernel.test_documents import TYPE, letter, reference

BAD = [
    ("a page above 200 KB", pdf_samples.make_pdf(pages=1, page_bytes=204_900), "pdf.", "200K"),
    ("a renamed PNG", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "pdf.", "PNG"),
    ("an encrypted PDF", pdf_samples.encrypted(), "pdf.", "加密"),
    ("a truncated PDF", pdf_samples.truncated(), "pdf.", ""),
    ("a PDF with a script", pdf_samples.with_open_script(), "pdf.", "脚本"),
    ("an inflate bomb", pdf_samples.bomb(), "pdf.", ""),
    ("no bytes at all", b"", "pdf.", ""),
]


async def draft(house: House) -> tuple[Member, dict[str, Any]]:
    member = await house.member()
    return member, await member.save(TYPE, letter(reference()))


@pytest.mark.parametrize(("what", "data", "rule", "word"), BAD, ids=[what for what, *_ in BAD])
async def test_a_bad_file_is_refused_and_leaves_nothing(
    house: House, what: str, data: bytes, rule: str, word: str
) -> None:
    """UI-18: each refusal has its own message with what to do; the document is as it was."""
    member, view = await draft(house)
    answer = await member.upload(TYPE, view["number"], "1", data)
    assert answer.status_code == 422, answer.text
    [violation] = answer.json()["violations"]
    assert violation["rule"].startswith(rule)
    assert word in violation["message"]
    assert violation["advice"]
    after = await member.view(TYPE, view["number"])
    assert after["attachments"] == []
    assert after["version"] == view["version"]


ONE_OF_EACH = dict(pdf_samples.HOSTILE.values())


async def test_hostile_files_at_the_route_while_others_work(house: House) -> None:
    """UI-18: one of each kind at once: all refused in words at the files, nothing kept; the portal goes on."""
    member, view = await draft(house)
    uploads = [
        asyncio.create_task(member.upload(TYPE, view["number"], "1", make())) for make in ONE_OF_EACH.values()
    ]
    while not all(task.done() for task in uploads):
        await asyncio.sleep(0.1)
        opened = await asyncio.wait_for(member.http.get(f"/api/documents/{TYPE}/new"), 10)
        assert opened.status_code == 200
    for reason, answer in zip(ONE_OF_EACH, [task.result() for task in uploads], strict=True):
        assert answer.status_code == 422, (reason, answer.text)
        [violation] = answer.json()["violations"]
        assert (violation["path"], violation["rule"]) == ("attachments", f"pdf.{reason}")
        assert re.search("[一-龥]", violation["message"])
        assert violation["advice"]
    assert (await member.view(TYPE, view["number"]))["attachments"] == []
    assert (await member.upload(TYPE, view["number"], "1")).status_code == 200


async def test_every_refusal_has_words_of_its_own(house: House) -> None:
    member, view = await draft(house)
    messages = [
        (await member.upload(TYPE, view["number"], "1", data)).json()["violations"][0]["message"]
        for _, data, *_ in BAD
    ]
    assert len(set(messages)) == len(messages)


async def test_a_file_of_five_megabytes(house: House) -> None:
    """UI-18: refused by its announced size before it travels, and by its real size when that was a lie."""
    member, view = await draft(house)
    data = pdf_samples.make_pdf_of_size(5_000_000)
    announced = await member.upload(TYPE, view["number"], "1", data)
    assert announced.status_code == 422
    assert "5,000,000" in announced.json()["violations"][0]["message"]
    base = f"/api/documents/{TYPE}/{view['number']}/attachments"
    body = {
        "category": "1", "name": "a.pdf", "size": 1000, "sha256": hashlib.sha256(data).hexdigest(),
        "card_no": member.card_no,
    }  # fmt: skip
    prepared = (await member.http.post(f"{base}/prepare", json=body)).json()
    form = {"token": prepared["token"], **member.sign(prepared["signing_input"])}
    lied = await member.http.post(base, data=form, files={"file": ("a.pdf", data, "application/pdf")})
    assert lied.status_code == 413
    assert (await member.view(TYPE, view["number"]))["attachments"] == []


async def test_the_limit_itself_is_allowed(house: House) -> None:
    """UI-18: 4,194,304 bytes."""
    member, view = await draft(house)
    pages = pdf_samples.make_pdf_of_size(4_194_304)
    answer = await member.upload(TYPE, view["number"], "1", pages)
    assert answer.status_code == 200, answer.text
    assert answer.json()["attachments"][0]["size"] == 4_194_304


async def test_other_bytes_than_those_signed(house: House) -> None:
    """PORT-05: the signature names the digest; other bytes, another category and another document are refused."""
    member, view = await draft(house)
    base = f"/api/documents/{TYPE}/{view['number']}/attachments"
    body = {
        "category": "1", "name": "a.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(),
        "card_no": member.card_no,
    }  # fmt: skip
    prepared = (await member.http.post(f"{base}/prepare", json=body)).json()
    form = {"token": prepared["token"], **member.sign(prepared["signing_input"])}
    other = pdf_samples.make_pdf(pages=2)
    swapped = await member.http.post(base, data=form, files={"file": ("a.pdf", other, "application/pdf")})
    assert swapped.status_code == 422
    assert "不一致" in swapped.json()["detail"]
    second = await member.save(TYPE, letter(reference()))
    elsewhere = f"/api/documents/{TYPE}/{second['number']}/attachments"
    moved = await member.http.post(elsewhere, data=form, files={"file": ("a.pdf", PDF, "application/pdf")})
    assert moved.status_code == 422
    assert (await member.view(TYPE, second["number"]))["attachments"] == []
    good = await member.http.post(base, data=form, files={"file": ("a.pdf", PDF, "application/pdf")})
    assert good.status_code == 200
    again = await member.http.post(base, data=form, files={"file": ("a.pdf", PDF, "application/pdf")})
    assert again.status_code == 409


@pytest.mark.parametrize("size", [len(PDF) - 1, len(PDF) + 1, 0])
async def test_another_size_than_the_one_signed(house: House, size: int) -> None:
    """PORT-05: the card signed for a size too; customs are never told a wrong one."""
    member, view = await draft(house)
    base = f"/api/documents/{TYPE}/{view['number']}/attachments"
    body = {
        "category": "1", "name": "a.pdf", "size": size, "sha256": hashlib.sha256(PDF).hexdigest(),
        "card_no": member.card_no,
    }  # fmt: skip
    prepared = (await member.http.post(f"{base}/prepare", json=body)).json()
    form = {"token": prepared["token"], **member.sign(prepared["signing_input"])}
    answer = await member.http.post(base, data=form, files={"file": ("a.pdf", PDF, "application/pdf")})
    assert answer.status_code == 422
    assert f"{size:,} 字节" in answer.json()["detail"]
    assert (await member.view(TYPE, view["number"]))["attachments"] == []


async def failed(house: House) -> tuple[Member, dict[str, Any], Submission]:
    """A document whose sending failed for good, as far as the portal knows, and what customs may still answer."""
    member, view = await draft(house)
    view = (await member.upload(TYPE, view["number"], "1")).json()
    view = await member.apply(TYPE, view)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.sql(
        """update receipt r set code = 'SEND_FAILED' from document d
           where d.id = r.document_id and d.number = $1 and r.seq = 0""",
        view["number"],
    )
    await house.sql("update document set status = 'E' where number = $1", view["number"])
    view = await member.view(TYPE, view["number"])
    assert view["status"]["name"] == "发送失败"
    return member, view, submission


@pytest.mark.parametrize("change", ["add", "remove"])
async def test_other_files_close_what_was_submitted(house: House, change: str) -> None:
    """CUST-05, INSP-05: a file added or removed makes a draft of it, and late receipts of before move nothing."""
    member, view, submission = await failed(house)
    base = f"/api/documents/{TYPE}/{view['number']}/attachments"
    if change == "add":
        answer = await member.upload(TYPE, view["number"], "2")
    else:
        answer = await member.http.delete(f"{base}/{view['attachments'][0]['id']}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"]["name"] == "暂存"
    [row] = await house.sql("select pending_submission from document where number = $1", view["number"])
    assert row["pending_submission"] is None
    await house.hear(house.customs.receipt(submission, 1, "APPROVED", customs_no="530120261121000001"))
    after = await member.view(TYPE, view["number"])
    assert after["status"]["name"] == "暂存"
    assert after["header"].get("customs_no", "") == ""
    receipts = (await member.http.get(f"/api/documents/{TYPE}/{view['number']}/receipts")).json()["items"]
    assert {receipt["superseded"] for receipt in receipts} == {True}


async def test_a_late_answer_still_counts_while_nothing_was_changed(house: House) -> None:
    """CUST-05: what the test before would show without the change."""
    member, view, submission = await failed(house)
    await house.hear(house.customs.receipt(submission, 1, "APPROVED", customs_no="530120261121000001"))
    assert (await member.view(TYPE, view["number"]))["status"]["name"] == "审批通过"


async def test_the_document_is_locked_before_the_statement(house: House) -> None:
    """While a deletion holds the document, an upload holds nothing that the deletion still needs."""
    member, view = await draft(house)
    base = f"/api/documents/{TYPE}/{view['number']}/attachments"
    body = {
        "category": "1", "name": "a.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(),
        "card_no": member.card_no,
    }  # fmt: skip
    prepared = (await member.http.post(f"{base}/prepare", json=body)).json()
    form = {"token": prepared["token"], **member.sign(prepared["signing_input"])}
    connection = await asyncpg.connect(house.owner_url)
    try:
        async with connection.transaction():
            await connection.execute("select from document where number = $1 for update", view["number"])
            adding = asyncio.create_task(
                member.http.post(base, data=form, files={"file": ("a.pdf", PDF, "application/pdf")})
            )
            for _ in range(200):
                if await house.sql("select from pg_locks where not granted"):
                    break
                await asyncio.sleep(0.05)
            await connection.fetch(
                "select from prepared where token = $1 for update nowait", prepared["token"]
            )
        assert (await adding).status_code == 200
    finally:
        await connection.close()


async def test_a_second_file_of_a_category_replaces_the_first(house: House) -> None:
    """INSP-05: the page is told what would be replaced; afterwards there is one file."""
    member, view = await draft(house)
    await member.upload(TYPE, view["number"], "1", name="第一份.pdf")
    body = {
        "category": "1", "name": "b.pdf", "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(),
        "card_no": member.card_no,
    }  # fmt: skip
    prepared = await member.http.post(
        f"/api/documents/{TYPE}/{view['number']}/attachments/prepare", json=body
    )
    assert prepared.json()["replaces"]["name"] == "第一份.pdf"
    two = pdf_samples.make_pdf(pages=2)
    after = (await member.upload(TYPE, view["number"], "1", two, name="第二份.pdf")).json()
    assert [(f["name"], f["pages"]) for f in after["attachments"]] == [("第二份.pdf", 2)]


async def test_uploads_of_one_category_at_once(house: House) -> None:
    """INSP-05: of different files uploaded at the same instant one is taken, and none is replaced unasked."""
    member, view = await draft(house)
    files = {f"{n}.pdf": pdf_samples.make_pdf(pages=n) for n in range(1, 5)}
    pinned = [await member.prepare_upload(TYPE, view["number"], "1", *file) for file in files.items()]
    answers = await asyncio.gather(
        *(
            member.send_upload(TYPE, view["number"], prepared, *file)
            for prepared, file in zip(pinned, files.items(), strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    [winner] = [answer for answer in answers if answer.status_code == 200]
    [kept] = (await member.view(TYPE, view["number"]))["attachments"]
    assert [kept] == winner.json()["attachments"]
    for answer in answers:
        if answer is not winner:
            said = answer.json()
            assert f"「{kept['name']}」" in said["detail"]
            assert said["advice"]


async def test_the_same_file_at_once(house: House) -> None:
    """INSP-05: the same file sent again harms nobody."""
    member, view = await draft(house)
    answers = await asyncio.gather(
        *(member.upload(TYPE, view["number"], "1", name=f"{n}.pdf") for n in range(4))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len((await member.view(TYPE, view["number"]))["attachments"]) == 1


@pytest.mark.parametrize("meanwhile", ["nothing", "another", "gone"])
async def test_the_file_that_was_asked_about_is_replaced(house: House, meanwhile: str) -> None:
    """INSP-05: what the page asked about is replaced, and no file that came in its place since."""
    member, view = await draft(house)
    number = view["number"]
    [first] = (await member.upload(TYPE, number, "1", name="第一份.pdf")).json()["attachments"]
    mine = pdf_samples.make_pdf(pages=2)
    pinned = await member.prepare_upload(TYPE, number, "1", "第二份.pdf", mine)
    assert pinned["replaces"] == {"id": first["id"], "name": "第一份.pdf"}
    if meanwhile == "another":
        theirs = pdf_samples.make_pdf(pages=3)
        assert (await member.upload(TYPE, number, "1", theirs, name="同事的.pdf")).status_code == 200
    elif meanwhile == "gone":
        await member.http.delete(f"/api/documents/{TYPE}/{number}/attachments/{first['id']}")
    answer = await member.send_upload(TYPE, number, pinned, "第二份.pdf", mine)
    assert answer.status_code == (409 if meanwhile == "another" else 200), answer.text
    [kept] = (await member.view(TYPE, number))["attachments"]
    assert kept["name"] == ("同事的.pdf" if meanwhile == "another" else "第二份.pdf")
    if meanwhile == "another":
        assert "「同事的.pdf」" in answer.json()["detail"]


async def test_a_category_that_takes_several(house: House) -> None:
    """APPT-03: as many as it says, none replaced; the refusal names the limit; a free place is taken again."""
    member, view = await draft(house)
    for name in ("一.pdf", "二.pdf", "三.pdf"):
        view = (await member.upload(TYPE, view["number"], "3", name=name)).json()
    assert [file["name"] for file in view["attachments"]] == ["一.pdf", "二.pdf", "三.pdf"]
    fourth = await member.upload(TYPE, view["number"], "3", name="四.pdf")
    assert fourth.status_code == 422
    [violation] = fourth.json()["violations"]
    assert (violation["path"], violation["rule"]) == ("attachments/3", "upload.most")
    assert violation["message"] == "「图纸」至多上传 3 个文件，现已有 3 个"
    assert violation["advice"]
    base = f"/api/documents/{TYPE}/{view['number']}/attachments"
    left = (await member.http.delete(f"{base}/{view['attachments'][1]['id']}")).json()
    assert [file["name"] for file in left["attachments"]] == ["一.pdf", "三.pdf"]
    again = (await member.upload(TYPE, view["number"], "3", name="五.pdf")).json()
    assert [file["name"] for file in again["attachments"]] == ["一.pdf", "三.pdf", "五.pdf"]


async def test_more_uploads_at_once_than_the_category_takes(house: House) -> None:
    """APPT-03: the limit holds for people who upload at the same instant too."""
    member, view = await draft(house)
    answers = await asyncio.gather(
        *(member.upload(TYPE, view["number"], "3", name=f"{n}.pdf") for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [422] * 3
    assert len((await member.view(TYPE, view["number"]))["attachments"]) == 3


async def test_several_files_of_a_category_are_signed_and_sent(house: House) -> None:
    """PORT-08: each of them is named in the statement and reaches customs."""
    member, view = await draft(house)
    await member.upload(TYPE, view["number"], "1")
    for pages in (1, 2):
        data = pdf_samples.make_pdf(pages=pages)
        view = (await member.upload(TYPE, view["number"], "3", data, name=f"{pages}.pdf")).json()
    await member.apply(TYPE, view)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    assert [(a.category, a.sha256) for a in submission.attachments] == [
        (file["category"], file["sha256"]) for file in view["attachments"]
    ]


async def test_files_can_be_read_and_deleted_until_the_application(house: House) -> None:
    """INSP-05, INSP-07: afterwards they can only be read."""
    member, view = await draft(house)
    view = (await member.upload(TYPE, view["number"], "2")).json()
    base = f"/api/documents/{TYPE}/{view['number']}/attachments"
    read = await member.http.get(f"{base}/{view['attachments'][0]['id']}")
    assert read.content == PDF
    assert read.headers["content-type"] == "application/pdf"
    assert "sandbox" in read.headers["content-security-policy"]
    view = (await member.http.delete(f"{base}/{view['attachments'][0]['id']}")).json()
    assert view["attachments"] == []
    view = (await member.upload(TYPE, view["number"], "1")).json()
    view = await member.apply(TYPE, view)
    assert (await member.http.delete(f"{base}/{view['attachments'][0]['id']}")).status_code == 409
    assert (await member.upload(TYPE, view["number"], "2")).status_code == 409
    assert (await member.http.get(f"{base}/{view['attachments'][0]['id']}")).status_code == 200


async def test_a_signed_file_stays_in_the_archive(house: House) -> None:
    """PORT-08: returned and replaced, the file that was signed is still there for the old submission."""
    member, view = await draft(house)
    view = (await member.upload(TYPE, view["number"], "1")).json()
    view = await member.apply(TYPE, view)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    await house.hear(house.customs.receipt(submission, 1, "REFUSED"))
    await member.upload(TYPE, view["number"], "1", pdf_samples.make_pdf(pages=3))
    rows = await house.sql(
        """select a.sha256, superseded from attachment a join document d on d.id = a.document_id
           where d.number = $1 order by a.id""",
        view["number"],
    )
    assert [row["superseded"] for row in rows] == [True, False]
    assert rows[0]["sha256"] == submission.attachments[0].sha256


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("category", "9", "类别"),
        ("name", "a/b.pdf", "文件名"),
        ("name", "", "文件名"),
        ("name", "发票\u202efdp.exe", "文件名"),
        ("name", "a\u2028b.pdf", "文件名"),
        ("name", "a\x7fb.pdf", "文件名"),
        ("name", "a\x85b.pdf", "文件名"),
        ("sha256", "xyz", "摘要"),
    ],
)
async def test_a_wrong_request(house: House, field: str, value: str, word: str) -> None:
    member, view = await draft(house)
    body = {
        "category": "1",
        "name": "a.pdf",
        "size": 9,
        "sha256": "0" * 64,
        "card_no": member.card_no,
        field: value,
    }
    answer = await member.http.post(f"/api/documents/{TYPE}/{view['number']}/attachments/prepare", json=body)
    assert answer.status_code == 422
    assert word in answer.json()["detail"]
