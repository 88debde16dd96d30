"""Good requests that no generator finds, because a card must sign what the portal has just said: watched as all others
are, and what they make is there to be asked for afterwards."""

from __future__ import annotations

from datetime import datetime

import httpx
from schemathesis.core.transport import Response

from singlewindow.kernel.documents.store import CHINA
from singlewindow.subsystems._labels.tests import scene as labels
from singlewindow.subsystems.declarations.tests import scene as printing
from tests.fuzz.asking import Asker
from tests.house import House, Member
from tests.kernel import jobs, test_batch_signing
from tests.kernel.people import stage
from tests.kernel.test_documents import TYPE, letter, reference
from tests.workbooks import letters

AT = f"/api/documents/{TYPE}"


def watch(asker: Asker, client: httpx.AsyncClient) -> None:
    """Judge and learn from all that a browser is answered from here on."""

    async def seen(response: httpx.Response) -> None:
        await response.aread()
        request = response.request
        await request.aread()
        name = asker.judge.operation_of(request.method, request.url.path)
        assert name, request.url
        shown = f"walk: {request.method} {request.url} {request.content[:300]!r}"
        asker.judge.judge(name, "walk", Response.from_httpx(response, verify=False), shown)
        template = name.partition(" ")[2]
        if (
            response.is_success
            and response.content
            and response.headers.get("content-type") == "application/json"
        ):
            given = zip(template.split("/"), request.url.path.split("/"), strict=True)
            asker.known.learn(template, {k[1:-1]: v for k, v in given if k.startswith("{")}, response.json())

    client.event_hooks["response"].append(seen)


async def walk(house: House, asker: Asker, owner: Member) -> None:
    """All of it."""
    watch(asker, owner.http)
    await _documents(house, owner)
    await _many(house, owner)
    await _orders(house, owner)
    await _applications(house, owner)
    await _webhooks(owner)
    await _people(house, asker, owner)


def _done(answer: httpx.Response) -> httpx.Response:
    """The answer, which is no refusal."""
    assert answer.is_success, answer.text
    return answer


async def _documents(house: House, owner: Member) -> None:
    """From a draft to what is in force, changed, and read in every way."""
    get = owner.http.get
    view = await owner.save(TYPE, letter(reference()))
    number = view["number"]
    view = (await owner.upload(TYPE, number, "1")).json()
    await owner.http.delete(f"{AT}/{number}/attachments/{view['attachments'][0]['id']}")
    await owner.upload(TYPE, number, "1")
    await owner.apply(TYPE, await owner.view(TYPE, number))
    await house.send()
    [submission] = [each for each in house.customs.received if each.number == number]
    receipts = [
        house.customs.receipt(submission, at, code) for at, code in ((1, "RECEIVED"), (2, "APPROVED"))
    ]
    body = {"messages": [each.model_dump(mode="json") for each in receipts]}
    _done(await owner.http.post("/exchange/messages", json=body))
    await house.hear()
    view = await owner.view(TYPE, number)
    change = {"action": "change", "content": {**view["content"], "vessel": "远洋二号"}}
    await owner.save_again(TYPE, await owner.save(TYPE, letter(reference())))
    template = {"name": "常用", "content": letter(reference())}
    kept = _done(await owner.http.post(f"/api/form-templates/{TYPE}", json=template)).json()
    _done(await get(f"/api/form-templates/{TYPE}/{kept['id']}"))
    match = {"If-Match": f'"{view["version"]}"'}
    changed = (await owner.http.put(f"{AT}/{number}/amendment", json=change, headers=match)).json()
    match = {"If-Match": f'"{changed["version"]}"'}
    _done(await owner.http.delete(f"{AT}/{number}/amendment", headers=match))
    changed = await owner.view(TYPE, number)
    match = {"If-Match": f'"{changed["version"]}"'}
    changed = (await owner.http.put(f"{AT}/{number}/amendment", json=change, headers=match)).json()
    await owner.apply(TYPE, changed, "change")
    today = datetime.now(CHINA).date().isoformat()
    span, counted = (
        {"updated_from": today, "updated_to": today},
        {"filed_on_from": today, "filed_on_to": today},
    )
    opened: tuple[tuple[str, dict[str, str]], ...] = (
        ("/receipts", {}), ("/history", {}), ("/evidence", {}), ("/prints/form", {}),
        (f"/attachments/{view['attachments'][0]['id']}", {}),
    )  # fmt: skip
    for path, asked in opened:
        _done(await get(f"{AT}/{number}{path}", params=asked))
    _done(await get(AT, params=span))
    _done(await get(f"{AT}/list/print", params=span))
    for path in ("statistics", "statistics/print", "statistics/export"):
        answer = await get(f"{AT}/{path}", params={**counted, "by": "status"})
        assert answer.status_code == 200, answer.text
    [record] = (await get(f"/api/amendments/{TYPE}", params={"action": "change"})).json()["items"]
    _done(await get(f"/api/amendments/{TYPE}/{record['number']}"))
    _done(await get("/api/codes/transport_modes/2"))


async def _many(house: House, owner: Member) -> None:
    """Two documents signed at once, drafts deleted, a workbook imported."""
    drafts = [await test_batch_signing.draft(owner) for _ in range(2)]
    items = await test_batch_signing.prepare(owner, [(each["number"], each["version"]) for each in drafts])
    await test_batch_signing.submit(owner, [test_batch_signing.signed(owner, each) for each in items])
    view = await owner.save(TYPE, letter(reference()))
    _done(await owner.http.delete(f"{AT}/{view['number']}"))
    rows = [[at, reference(), "2", "远洋一号", ""] for at in range(1, 4)]
    data = letters(rows, [[at, "苹果", "12.5", "A1"] for at in range(1, 4)])
    started = (await jobs.start(owner, await jobs.hand_in(owner, data))).json()
    for act in ("stop", "resume"):
        answer = await owner.http.post(f"/api/jobs/{started['id']}/{act}")
        assert answer.status_code == 200, answer.text
        await jobs.work(house)
    await jobs.view(owner, started["id"])
    for part in ("failures", "result"):
        _done(await owner.http.get(f"/api/jobs/{started['id']}/{part}"))


async def _orders(house: House, owner: Member) -> None:
    numbers = await labels.parcels(house, owner, 2)
    first, second = [await labels.ordered(owner, [number]) for number in numbers]
    await owner.http.post(f"{labels.ORDERS}/{second['id']}/stop")
    await jobs.work(house)
    _done(await owner.http.get(f"{labels.ORDERS}/{first['id']}/labels/{numbers[0]}"))


async def _applications(house: House, owner: Member) -> None:
    """Layout files and data of declarations."""
    await printing.scene(house)
    numbers = await printing.publish(house, *(printing.declaration(owner) for _ in range(3)))
    _done(await printing.query(owner, numbers))
    today = printing.today().isoformat()
    asked = {"declared_from": today, "declared_to": today}
    _done(await owner.http.get(f"{printing.BASE}/closed/numbers", params=asked))
    file = {"file": ("numbers.txt", "\n".join(numbers).encode(), "text/plain")}
    _done(await owner.http.post(f"{printing.BASE}/numbers", files=file))
    data = await printing.done(house, owner, numbers[:1], "export")
    _done(await owner.http.get(f"{printing.BASE}/applications/{data}/data"))
    [row] = await printing.results(owner, application=await printing.done(house, owner, numbers[:1]))
    _done(await owner.http.get(f"{printing.BASE}/results/{row['id']}/pdf?for=print"))
    _done(await owner.http.get(f"{printing.BASE}/results/{row['id']}/log"))
    body = {"ids": [row["id"]]}
    _done(await owner.http.post(f"{printing.BASE}/archives", json=body))
    stopped = await printing.applied(owner, numbers[1:])
    for act in ("stop", "resume"):
        answer = await owner.http.post(f"{printing.BASE}/applications/{stopped['number']}/{act}")
        assert answer.status_code == 200, answer.text
        await jobs.work(house)


async def _webhooks(owner: Member) -> None:
    at, address = "/api/webhooks", {"name": "ERP", "url": "https://93.184.216.34/hook"}
    made = (await owner.http.post(at, json=address)).json()
    here = f"{at}/{made['id']}"
    for method, path, body in (
        ("PUT", "", address), ("POST", "/secret", None), ("POST", "/test", None), ("POST", "/replay", {"hours": 1}),
        ("GET", "/deliveries", None), ("DELETE", "", None),
    ):  # fmt: skip
        answer = await owner.http.request(method, here + path, json=body)
        assert answer.is_success, answer.text


async def _people(house: House, asker: Asker, owner: Member) -> None:
    """A company registers, people log in with password and card, colleagues are kept."""
    browser, card = house.client(), stage.new_card(house)
    watch(asker, browser)
    filled = stage.form(house, card)
    told = await browser.post("/api/registration/card", json={"certificate": filled["certificate"]})
    assert told.status_code == 200, told.text
    _done(await stage.register(house, browser, card, filled))
    _done(await stage.log_in(browser, filled["username"]))
    change = {"old": stage.PASSWORD, "password": "Another-2026"}
    _done(await browser.post("/api/account/password", json=change))
    challenge = (await browser.post("/api/session/card/challenge")).json()
    proved = await browser.post("/api/session/card", json=stage.answer(house, card, challenge))
    browser.headers["X-CSRF-Token"] = proved.json()["csrf"]
    other = stage.new_card(house, card.customs_code, card.company_name, card.scc)
    await house.sql("update card set account_id = null where card_no = $1", card.card_no)
    _done(await stage.bind(house, browser, other, "/api/account/card"))
    colleague = {
        "username": "colleague",
        "display_name": "林晓",
        "password": stage.PASSWORD,
    }
    made = await browser.post("/api/company/accounts", json=colleague)
    assert made.status_code == 201, made.text
    at = f"/api/company/accounts/{made.json()['id']}"
    _done(await browser.put(f"{at}/password", json={"password": "Another-2026"}))
    third = stage.new_card(house, card.customs_code, card.company_name, card.scc, "操作员卡")
    _done(await stage.bind(house, browser, third, f"{at}/card"))
    token = {"name": "ERP", "account_id": made.json()["id"], "right": "read"}
    _done(await browser.post("/api/tokens", json=token))
    _done(await browser.delete(f"{at}/card"))
