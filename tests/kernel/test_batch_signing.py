"""Several documents with one PIN entry: each is answered on its own (PORT-08)."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from singlewindow.kernel.database.connection import Actor
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, letter, reference

BASE = f"/api/documents/{TYPE}"
ABSENT = "202600000099999999"


async def draft(member: Member, **more: Any) -> dict[str, Any]:
    view = await member.save(TYPE, letter(reference(), **more))
    return dict((await member.upload(TYPE, view["number"], "1")).json())


async def prepare(member: Member, wanted: list[tuple[str, int]], card_no: str = "") -> list[dict[str, Any]]:
    documents = [{"number": number, "version": version, "action": "apply"} for number, version in wanted]
    body = {"card_no": card_no or member.card_no, "documents": documents}
    answer = await member.http.post(f"{BASE}/prepare", json=body)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    assert [each["number"] for each in items] == [number for number, _ in wanted]
    return items


def signed(member: Member, item: dict[str, Any]) -> dict[str, Any]:
    prepared = item["prepared"]
    signature = member.sign(prepared["signing_input"])["signature"]
    return {"number": item["number"], "token": prepared["token"], "signature": signature}


async def submit(member: Member, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    certificate = base64.b64encode(member.certificate).decode()
    body = {"certificate": certificate, "documents": documents}
    answer = await member.http.post(f"{BASE}/submit", json=body)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_can_be_signed_is_and_the_others_say_why(house: House) -> None:
    """PORT-08: an old version, a broken rule, a foreign and an absent document hold up nobody."""
    member, stranger = await house.member(), await house.member()
    one, two = await draft(member), await draft(member)
    heavy = await draft(member, goods=[{"name": "铁", "weight": "5", "vessel_mark": "A"}], vessel="")
    foreign = await draft(stranger)
    wanted = [(two["number"], two["version"]), (foreign["number"], foreign["version"]), (ABSENT, 1),
              (one["number"], 1), (heavy["number"], heavy["version"]), (one["number"], one["version"])]  # fmt: skip
    items = await prepare(member, wanted)
    assert [item["problem"] and item["problem"]["status"] for item in items] == [
        None,
        404,
        404,
        412,
        422,
        None,
    ]
    words = [item["problem"]["detail"].replace(item["number"], "N") for item in items[1:3]]
    assert words[0] == words[1], "a foreign document answers as an absent one"
    assert items[4]["problem"]["violations"][0]["path"] == "vessel"

    done = await submit(member, [signed(member, items[0]), signed(member, items[5])])
    assert [item["document"]["status"]["name"] for item in done] == ["已申报"] * 2
    assert await house.send() >= 2  # others may wait too
    sent = {submission.number for submission in house.customs.received}
    assert {one["number"], two["number"]} <= sent


async def test_a_wrong_signature_holds_up_nobody(house: House) -> None:
    """PORT-08: nothing of a refused document is kept, its token stays good, and a used one is refused."""
    member = await house.member()
    items = await prepare(
        member, [(v["number"], v["version"]) for v in [await draft(member) for _ in range(3)]]
    )
    first, second, third = (signed(member, item) for item in items)
    crossed = {**second, "signature": first["signature"]}
    elsewhere = {**third, "number": first["number"]}
    done = await submit(member, [first, crossed, third, elsewhere, first])
    assert [item["problem"] and item["problem"]["status"] for item in done] == [None, 422, None, 422, 409]
    assert (await member.view(TYPE, second["number"]))["status"]["name"] == "暂存"
    assert [item["problem"] for item in await submit(member, [second])] == [None]
    rows = await house.sql(
        "select count(*) from submission s join document d on d.id = s.document_id where d.number = any($1)",
        [each["number"] for each in (first, second, third)],
    )
    assert rows[0]["count"] == 3
    assert await house.send() == 3


async def test_two_that_claim_the_same(house: House) -> None:
    """PORT-08: of two documents of one batch with the same number in use, one goes through."""
    await house.send()  # what another test left
    member, number = await house.member(), reference()
    views = [await member.save(TYPE, letter(number)) for _ in range(2)]
    views = [(await member.upload(TYPE, view["number"], "1")).json() for view in views]
    items = await prepare(member, [(view["number"], view["version"]) for view in views])
    done = await submit(member, [signed(member, item) for item in items])
    assert [item["problem"] is None for item in done] == [True, False]
    assert number in done[1]["problem"]["detail"]
    assert await house.send() == 1


async def test_limits_and_the_wrong_card(house: House) -> None:
    """PORT-05: at most 100 at once; another card than the account's is refused for each document."""
    member = await house.member()
    view = await draft(member)
    [item] = await prepare(member, [(view["number"], view["version"])], card_no="TC5A999999999")
    assert item["problem"]["violations"][0]["rule"] == "sign.card"
    many = [{"number": ABSENT, "version": 1, "action": "apply"}] * 101
    answer = await member.http.post(f"{BASE}/prepare", json={"card_no": member.card_no, "documents": many})
    assert answer.status_code == 422


async def test_a_batch_and_a_colleague_do_not_block_each_other(house: House) -> None:
    """PORT-08: a batch locks all its documents before it takes anything, so whoever holds one of them finishes first.

    Both documents want one number. The colleague has the second in hand and takes the number while the batch waits; a
    batch that had taken it for the first document already would wait for the colleague, and he for it.
    """
    member = await house.member()
    colleague = await house.member(member.customs_code)
    one, two = await draft(member), await draft(member)
    wanted = one["content"]["reference"]
    url, match = f"{BASE}/{two['number']}", {"If-Match": f'"{two["version"]}"'}
    body = {"content": {**two["content"], "reference": wanted}}
    two = (await colleague.http.put(url, json=body, headers=match)).json()
    items = await prepare(member, [(each["number"], each["version"]) for each in (one, two)])
    [row] = await house.sql("select id, company_id from document where number = $1", two["number"])
    async with house.web.transaction(Actor(row["company_id"], None)) as transaction:
        await transaction.row("select id from document where id = $1 for update", row["id"])
        batch = asyncio.create_task(submit(member, [signed(member, item) for item in items]))
        await until_someone_waits(house)
        await transaction.run("set local lock_timeout = '5s'")
        await transaction.run(
            "insert into claim (kind, key, document_id, company_id) values ($1, $2, $3, $4)",
            f"{TYPE}.reference", wanted, row["id"], row["company_id"],
        )  # fmt: skip
    answers = await batch
    assert [answer["problem"] and answer["problem"]["status"] for answer in answers] == [422, None]


async def until_someone_waits(house: House) -> None:
    """Until a transaction waits for a lock of another."""
    for _ in range(200):
        if await house.sql("select from pg_locks where not granted"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")
