"""集报清单汇总 over the API: candidates, preview, the click, and the worker that builds declarations (CONS-13)."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from singlewindow.kernel.exchange.moves import move_many
from singlewindow.subsystems.consolidated.lists.tests.scene import TYPE as LIST
from singlewindow.subsystems.consolidated.lists.tests.scene import URL as LISTS
from singlewindow.subsystems.consolidated.lists.tests.scene import Scene
from singlewindow.subsystems.consolidated.merging import (
    candidates,
    checking,
    chore,
    declarations,
    freeing,
    relations,
    routes,
)
from singlewindow.subsystems.consolidated.merging.chore import build_due
from singlewindow.subsystems.consolidated.merging.freeing import free_due
from singlewindow.subsystems.consolidated.readings import Readings
from singlewindow.subsystems.consolidated.tests.merging_samples import BANANA, DURIAN, good, listed, m1
from singlewindow.subsystems.consolidated.tests.merging_scene import AT, DECLARATION, Stage
from tests.actions import save_amendment
from tests.house import House, Member

WAITING, MERGED, CLOSED = "12", "13", "15"


@pytest.fixture
async def stage(house: House) -> Stage:
    return await Stage.of(house)


def said(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    assert all(each["advice"] and each["clause"] for each in answer.json()["violations"])
    return [(each["path"], each["message"]) for each in answer.json()["violations"]]


async def contents(stage: Stage, who: Any = None) -> list[dict[str, Any]]:
    found = await stage.declarations(who)
    return [(await (who or stage.owner).view(DECLARATION, each["number"]))["content"] for each in found]


async def test_m1_from_the_query_to_the_declarations(stage: Stage) -> None:
    """CONS-13: candidates, preview (nothing is written), 汇总成功, the timed job; relations both ways (CONS-14)."""
    lists = await stage.m1()
    found = await stage.get("candidates", goods_nature="general", ie_flag="I")
    assert [each["number"] for each in found["items"]] == list(lists.values())
    assert [each["merge_by"] for each in found["items"]] == ["2026-11-10"] * 4 + ["2026-12-10"]
    assert found["items"][0]["district_name"].startswith("5729 ")
    latest = (await stage.get("candidates", sort="-merge_by"))["items"]
    assert [each["number"] for each in latest] == list(lists.values())[::-1]
    assert (await stage.get("candidates", ie_flag="E"))["items"] == []
    assert (await stage.get("candidates", goods_nature="bonded"))["items"] == []

    answer = await stage.preview(list(lists.values()))
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert (seen["lists"], seen["count"], seen["items_before"], seen["items_after"]) == (5, 3, 8, 6)
    assert seen["totals"] == [{"currency": "USD", "before": "14960.00", "after": "14960.00"}]
    assert [each["lists"] for each in seen["declarations"]] == [
        [lists["L1"], lists["L2"], lists["L3"]], [lists["L4"]], [lists["L5"]],
    ]  # fmt: skip
    assert seen["declarations"][0]["head"]["packages"] == "520"
    assert {await stage.status(number) for number in lists.values()} == {CLOSED}
    assert await stage.declarations() == []

    clicked = await stage.merge(list(lists.values()))
    assert clicked.status_code == 201, clicked.text
    assert {await stage.status(number) for number in lists.values()} == {WAITING}
    assert (await stage.get("candidates"))["items"] == []
    [batch] = (await stage.get("merges"))["items"]
    assert (batch["state"], batch["state_name"], batch["waiting"]) == ("waiting", "待生成报关单", 5)
    await stage.build()
    assert {await stage.status(number) for number in lists.values()} == {MERGED}
    [batch] = (await stage.get("merges"))["items"]
    assert (batch["state"], batch["merged"]) == ("done", 5)
    assert [each["lists"] for each in batch["declarations"]] == [3, 1, 1]

    made = await contents(stage)
    assert [[(row["quantity"], row["total"]) for row in each["goods"]] for each in made] == [
        [("1500", "7500.00"), ("3000", "2400.00"), ("300", "1560.00"), ("400", "2000.00")],
        [("100", "500.00")], [("200", "1000.00")],
    ]  # fmt: skip
    head = {
        "packages": "520",
        "gross_weight": "5460",
        "net_weight": "5200",
        "total": "13460.00",
        "lists": "3",
        "entry_type": "0",
        "month": "2026-10",
    }
    assert head.items() <= made[0].items()
    assert made[2]["month"] == "2026-11"

    of_list = (await stage.get("relations", list_number=lists["L1"]))["items"]
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in lists["L1"])  # as an input method types it
    assert (await stage.get("relations", list_number=wide))["items"] == of_list
    [number] = {each["declaration_number"] for each in of_list}
    assert [(each["list_item"], each["declaration_item"], each["name"]) for each in of_list] == [
        (1, 1, "鲜榴莲"), (2, 2, "鲜香蕉"),
    ]  # fmt: skip
    [[list_no]] = await stage.house.sql(
        "select returned->>'list_no' from document where number = $1", lists["L1"]
    )
    declared = {
        "code": "0810600000",
        "quantity": "1000",
        "unit": "035",
        "total": "5000.00",
        "currency": "USD",
    }
    assert {"list_number": lists["L1"], "list_no": list_no, **declared}.items() <= of_list[0].items()
    second = await stage.get("relations", list_number=lists["L1"], page="2", size="1")
    assert (second["total"], second["items"]) == (2, of_list[1:])
    of_declaration = (await stage.get("relations", declaration_number=number))["items"]
    assert [(each["list_number"], each["list_item"]) for each in of_declaration] == [
        (lists["L1"], 1), (lists["L2"], 1), (lists["L1"], 2), (lists["L3"], 2), (lists["L2"], 2), (lists["L3"], 1),
    ]  # fmt: skip
    assert {each["own_list"] for each in of_declaration} == {True}
    asked = await stage.owner.http.get(f"{AT}/relations")
    assert said(asked) == [("list_number", "请勾选集报清单统一编号或集报报关单统一编号，并填写编号")]


async def test_m2_what_cannot_be_merged_is_said_of_each_list(stage: Stage) -> None:
    """CONS-13: not closed, late, of another year, of several kinds, absent; all at once, and nothing is queued."""
    lists = await stage.m1()
    await stage.house.sql("update document set status = '7' where number = $1", lists["L2"])
    await stage.house.sql("update find_consolidated_list set status = '7' where number = $1", lists["L2"])
    assert lists["L2"] not in [each["number"] for each in (await stage.get("candidates"))["items"]]
    answer = await stage.merge([lists["L1"], lists["L2"], "202600000000000000"])
    assert said(answer) == [
        ("numbers/2", f"集报清单 {lists['L2']} 状态为「海关审批通过」，只有已结关的清单才能汇总"),
        ("numbers/3", "没有编号为 202600000000000000 的集报清单"),
    ]
    assert await stage.status(lists["L1"]) == CLOSED
    await stage.house.sql("update document set amending = 'modify' where number = $1", lists["L3"])
    [(_, words)] = said(await stage.merge([lists["L3"]]))
    assert words == f"集报清单 {lists['L3']} 「修改申请中」，海关答复之前不能汇总"
    row = next(e for e in (await stage.get("candidates"))["items"] if e["number"] == lists["L3"])
    assert row["may"] == {"allowed": False, "why": "「修改申请中」，海关答复之前不能汇总"}

    [exported] = await stage.lists([m1()["L1"]], ie_flag="E")
    [bonded] = await stage.lists([m1()["L1"]], nature="2")
    assert said(await stage.preview([lists["L1"], exported, bonded])) == [
        ("numbers", "一次只能汇总同一进出口方式的清单"), ("numbers", "一次只能汇总同一货物性质的清单"),
    ]  # fmt: skip
    [foreign] = await stage.lists([m1()["L1"]], of=await stage.house.member())
    [hidden, undated] = await stage.lists([m1()["L1"], m1()["L2"]])
    await stage.house.sql("update document set hidden = true where number = $1", hidden)
    await stage.house.sql(
        "update document set returned = returned - 'accepted_on' where number = $1", undated
    )
    answer = await stage.preview([foreign, hidden, undated, f" {lists['L1']} ", lists["L1"]])
    assert said(answer) == [
        ("numbers/1", f"没有编号为 {foreign} 的集报清单"), ("numbers/2", f"没有编号为 {hidden} 的集报清单"),
        ("numbers/3", f"集报清单 {undated} 没有海关接受申报日期"),
    ]  # fmt: skip
    assert answer.json()["detail"] == f"没有编号为 {foreign} 的集报清单（另有 2 处）"
    assert (await stage.preview([f" {lists['L1']} ", lists["L1"]])).json()["lists"] == 1
    assert said(await stage.preview([])) == [("numbers", "请勾选需要汇总的集报清单")]
    answer = await stage.owner.http.post(f"{AT}/merges/preview", json={"numbers": [lists["L1"], 2]})
    assert [each["path"] for each in answer.json()["violations"]] == [
        "numbers/2"
    ]  # of a wrong shape, counted alike


async def test_no_more_than_a_declaration_or_a_click_holds(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-13, FA 3.3: a list that no declaration holds is said before anything is queued; so are too many lists."""
    lists = await stage.m1()
    with monkeypatch.context() as patch:
        for most, refused in (
            (2, []),
            (1, [("numbers/1", f"集报清单 {lists['L1']} 的商品超过报关单的 1 项")]),
        ):
            patch.setattr(checking, "readings", lambda most=most: Readings(declaration_items=most))
            answer = await stage.preview([lists["L1"], lists["L4"]])
            assert (said(answer) if answer.status_code == 422 else []) == refused
    monkeypatch.setattr(checking, "MOST_LISTS", 2)
    assert (await stage.preview([lists["L1"], lists["L2"]])).status_code == 200
    too_many = await stage.merge([lists["L1"], lists["L2"], lists["L3"]])
    assert said(too_many) == [("numbers", "一次至多汇总 2 份清单，现为 3 份")]
    assert await stage.status(lists["L1"]) == CLOSED


async def test_candidates_page_by_page(stage: Stage) -> None:
    """CONS-13: in the order that was asked for, with how many there are in all."""
    numbers = list((await stage.m1()).values())
    for page, expected in ((1, numbers[:2]), (2, numbers[2:4]), (3, numbers[4:]), (4, [])):
        found = await stage.get("candidates", sort="number", page=str(page), size="2")
        assert (found["total"], [each["number"] for each in found["items"]]) == (5, expected)
    found = await stage.get(
        "candidates", declared_from="2026-10-12", declared_to="2026-10-25", sort="-number"
    )
    assert [each["number"] for each in found["items"]] == numbers[3:0:-1]


async def test_more_than_is_counted_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONS-13: totals stop where counting stops, and say so; exactly as many are all there are."""
    lists = await stage.m1()

    async def totals(path: str, **asked: str) -> None:
        all_of_them = (await stage.get(path, **asked))["total"]
        assert all_of_them > 1
        for counted in (all_of_them - 1, all_of_them):
            with monkeypatch.context() as patch:
                for each in (routes, candidates, declarations, relations):
                    patch.setattr(each, "COUNTED", counted)
                found = await stage.get(path, **asked)
            capped = counted < all_of_them
            assert (found["total"], found["total_capped"], len(found["items"])) == (
                counted,
                capped,
                all_of_them,
            )

    await totals("candidates")
    assert (await stage.merge([lists["L1"], lists["L2"], lists["L4"]])).status_code == 201
    await stage.build()
    await totals("declarations")
    await totals("relations", list_number=lists["L1"])


async def test_until_when_lists_can_be_merged(stage: Stage) -> None:
    """FA 3.2: the tenth counts; later 逾期 with a warning; never across years, but for bonded goods."""
    lists = await stage.m1()
    [bonded] = await stage.lists([m1()["L1"]], nature="2")
    await stage.set(date(2026, 11, 10))
    assert (await stage.preview([lists["L1"]])).json()["warnings"] == []
    await stage.set(date(2026, 11, 11))
    answer = await stage.preview([lists["L1"], lists["L5"]])
    [warning] = answer.json()["warnings"]
    assert (warning["path"], warning["level"]) == ("numbers/1", "warning")
    assert "逾期" in warning["message"]
    rows = (await stage.get("candidates"))["items"]
    assert [each["standing"] for each in rows] == ["overdue"] * 4 + [""]
    assert all(each["may"]["allowed"] for each in rows)
    await stage.set(date(2027, 1, 2))
    [(path, words)] = said(await stage.merge([lists["L1"]]))
    assert path == "numbers/1"
    assert "不能跨年度汇总" in words
    [row] = (await stage.get("candidates", number=lists["L1"]))["items"]
    assert (row["standing"], row["may"]["allowed"]) == ("refused", False)
    assert (await stage.merge([bonded])).status_code == 201


async def test_m12_the_agents_declaration(stage: Stage) -> None:
    """CONS-13: Enter fills the agent's name; the declaration is the agent's, and the consignee sees it from the first
    on but cannot declare it."""
    agent, lists = await stage.agent(), await stage.m1()
    named = await stage.get(f"agents/{agent.customs_code}")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in agent.customs_code)
    assert await stage.get(f"agents/{wide}") == named
    assert named["name"] == f"报关企业{agent.customs_code}"
    assert (await stage.merge([lists["L1"]], agent.customs_code)).status_code == 201
    await stage.build()
    assert await stage.declarations() == []  # 报关申报单位 is the agent
    [own] = await stage.declarations(agent)
    [seen] = await stage.declarations(company_kind="B")
    assert own["number"] == seen["number"]
    assert (own["may"]["declare"]["allowed"], seen["may"]["declare"]["allowed"]) == (True, False)
    view = await stage.owner.view(DECLARATION, seen["number"])
    assert view["header"]["status"] == "暂存"
    assert view["content"]["declarant_name"] == f"报关企业{agent.customs_code}"
    refused = await stage.owner.prepare(DECLARATION, view, "declare")
    assert refused.status_code in (403, 409), refused.text
    related = (await stage.get("relations", agent, declaration_number=own["number"]))["items"]
    assert [each["own_list"] for each in related] == [False, False], "the agent cannot open the lists"
    assert await stage.declarations(await stage.house.member(), company_kind="B") == []


@pytest.mark.parametrize(
    ("register", "words"),
    [
        ({"customs_qualified": False}, "没有报关资质"),
        ({"qualification_until": "2026-10-31"}, "报关资质已于 2026-10-31 到期"),
        ({"grade": "4", "grade_name": "失信企业"}, "为失信企业"),
        ({"grade": "5", "grade_name": "严重失信企业"}, "为失信企业"),
    ],
)
async def test_who_cannot_be_named(stage: Stage, register: dict[str, Any], words: str) -> None:
    """CONS-13: without qualification, or untrustworthy."""
    agent = await stage.agent(**register)
    answer = await stage.owner.http.get(f"{AT}/agents/{agent.customs_code}")
    [(path, message)] = said(answer)
    assert path == "declarant_code"
    assert words in message
    lists = await stage.m1()
    assert said(await stage.merge([lists["L1"]], agent.customs_code)) == [(path, message)]
    assert await stage.status(lists["L1"]) == CLOSED


async def test_who_is_unknown_or_not_registered_cannot_be_named(stage: Stage) -> None:
    """CONS-13: no such company, or one that could not take the declaration in."""
    code = "4403980777"
    assert said(await stage.owner.http.get(f"{AT}/agents/123")) == [
        ("declarant_code", "「报关单申报单位代码」应为 10 位海关编码")
    ]
    assert said(await stage.owner.http.get(f"{AT}/agents/{code}"))[0][1] == f"海关没有编码为 {code} 的企业"
    await stage.company(code)
    assert "尚未在本系统注册" in said(await stage.owner.http.get(f"{AT}/agents/{code}"))[0][1]


async def test_the_same_click_happens_once(stage: Stage) -> None:
    """The same key is the same batch, also at the same instant; for something else it is refused."""
    lists = await stage.m1()
    answers = await asyncio.gather(*(stage.merge([lists["L1"]], key="k1") for _ in range(3)))
    assert [each.status_code for each in answers] == [201] * 3
    assert len({each.json()["id"] for each in answers}) == 1
    assert (await stage.merge([lists["L1"]], key="k1")).json() == answers[0].json()
    assert "已用于另一次汇总" in said(await stage.merge([lists["L2"]], key="k1"))[0][1]
    assert await stage.status(lists["L2"]) == CLOSED
    other = await stage.merge([lists["L2"], lists["L3"]], key="k2")
    assert other.status_code == 201
    assert other.json()["id"] != answers[0].json()["id"]
    again = await stage.merge([lists["L3"], lists["L2"], lists["L2"]], key="k2")  # the same lists
    assert again.json() == other.json()
    colleague = await stage.house.member(stage.owner.customs_code)
    own = await stage.merge([lists["L4"]], key="k1", who=colleague)
    assert own.status_code == 201, "a key is its account's"


async def test_each_click_has_what_came_of_it(stage: Stage) -> None:
    """CONS-13: the newest first, page by page, with its own declarations and lists; another company's are not told."""
    lists = await stage.m1()
    for names in (("L1", "L2"), ("L4",), ("L5", "L3")):
        assert (await stage.merge([lists[name] for name in names])).status_code == 201
    await stage.house.sql("update document set status = '14' where number = $1", lists["L3"])
    await stage.build()
    third, second = (await stage.get("merges", size="2"))["items"]
    found = await stage.get("merges", page="2", size="2")
    [first] = found["items"]
    assert found["total"] == 3
    assert [
        (each["lists"], each["state"], each["merged"], each["made"], each["left_out"])
        for each in (first, second, third)
    ] == [(2, "done", 2, 1, 0), (1, "done", 1, 1, 0), (2, "partly", 1, 1, 1)]
    skipped = [[one["number"] for one in each["skipped"]] for each in (first, second, third)]
    assert skipped == [[], [], [lists["L3"]]]
    made = [each["number"] for each in await stage.declarations()]
    assert [[one["number"] for one in each["declarations"]] for each in (first, second, third)] == [
        [number] for number in made
    ]
    stranger = await stage.get("merges", await stage.house.member())
    assert (stranger["total"], stranger["items"]) == (0, [])


async def test_a_list_with_a_change_at_customs_is_left_out_until_they_answer(stage: Stage) -> None:
    """CONS-18: 待汇总 with an open 修撤 is skipped; what was changed is merged as it is then."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L2"], lists["L3"]])
    await stage.house.sql("update document set amending = 'modify' where number = $1", lists["L2"])
    await stage.build()
    assert [await stage.status(lists[name]) for name in ("L1", "L2", "L3")] == [MERGED, WAITING, MERGED]
    [batch] = (await stage.get("merges"))["items"]
    assert (batch["state"], batch["waiting"]) == ("waiting", 1)
    await stage.house.sql(
        """update document set amending = '', content = jsonb_set(content, '{transport_mode}', '"2"')
           where number = $1""",
        lists["L2"],
    )
    await stage.build()
    assert await stage.status(lists["L2"]) == MERGED
    made = await contents(stage)
    assert [(each["transport_mode"], each["lists"]) for each in made] == [("4", "2"), ("2", "1")]


async def test_a_revoked_list_drops_out(stage: Stage) -> None:
    """CONS-18: 待汇总 → 已撤销; the batch says so."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L2"]])
    await stage.house.sql("update document set status = '14' where number = $1", lists["L2"])
    await stage.build()
    [batch] = (await stage.get("merges"))["items"]
    assert batch["state"] == "partly"
    assert batch["skipped"] == [{"number": lists["L2"], "why": "清单已撤销或状态已变，未汇总"}]
    assert (batch["made"], batch["left_out"]) == (1, 1)
    assert [each["lists"] for each in await stage.declarations()] == [1]


async def test_a_deleted_declaration_gives_its_lists_back(stage: Stage) -> None:
    """CONS-14: 删除 of one that customs returned, and of one that was never declared: its lists are 已结关 and may be
    changed or merged anew; the others' stay. Of an agent's declaration the lists are another company's."""
    lists, agent = await stage.m1(), await stage.agent()
    await stage.merge(list(lists.values()), agent.customs_code)
    await stage.build()
    returned, draft, kept = [each["number"] for each in await stage.declarations(agent)]
    await agent.apply(DECLARATION, await agent.view(DECLARATION, returned), "declare")
    held = await agent.http.delete(f"/api/documents/{DECLARATION}/{returned}")
    assert (held.status_code, "不允许删除" in held.text) == (409, True)
    await stage.house.send()
    [submission] = [s for s in stage.house.customs.received if s.number == returned]
    await stage.house.hear(stage.house.customs.receipt(submission, 1, "E"))
    for number in (returned, draft):
        assert (await stage.owner.http.delete(f"/api/documents/{DECLARATION}/{number}")).status_code in (
            403,
            404,
        )
        gone = await agent.http.delete(f"/api/documents/{DECLARATION}/{number}")
        assert gone.status_code in (200, 204), gone.text
        assert (await agent.http.get(f"/api/documents/{DECLARATION}/{number}")).status_code == 404
    while await free_due(stage.house.worker):
        pass
    states = {name: await stage.status(number) for name, number in lists.items()}
    assert states == {"L1": CLOSED, "L2": CLOSED, "L3": CLOSED, "L4": CLOSED, "L5": MERGED}
    assert (await stage.get("relations", list_number=lists["L1"]))["items"] == []
    assert [each["number"] for each in await stage.declarations(agent)] == [kept]
    [batch] = (await stage.get("merges"))["items"]
    assert (batch["state"], batch["merged"], batch["left_out"]) == ("partly", 1, 4)
    why = {f"集报报关单 {number} 已删除，清单退回已结关" for number in (returned, draft)}
    assert {each["why"] for each in batch["skipped"]} == why
    assert (await stage.merge([lists["L1"], lists["L4"]])).status_code == 201
    await stage.build()
    assert {await stage.status(lists[name]) for name in ("L1", "L4")} == {MERGED}
    anew, before = (await stage.get("merges"))["items"]
    assert (anew["state"], anew["merged"], before["skipped"]) == ("done", 2, batch["skipped"])
    await stage.house.hear(
        stage.house.customs.receipt(submission, 2, "L")
    )  # too late for one that is deleted
    assert await stage.status(lists["L2"]) == CLOSED


async def deleted_twice(stage: Stage) -> tuple[str, str, str]:
    """L1 and L4, each merged into a declaration of its own that was deleted since, and the number of the first."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L4"]])
    await stage.build()
    first, second = [each["number"] for each in await stage.declarations()]
    for number in (first, second):
        gone = await stage.owner.http.delete(f"/api/documents/{DECLARATION}/{number}")
        assert gone.status_code in (200, 204), gone.text
    return lists["L1"], lists["L4"], first


async def free(stage: Stage) -> None:
    """Let the worker give back all that it can now, which has an end."""
    async with asyncio.timeout(20):
        for _ in range(20):
            if not await free_due(stage.house.worker):
                return
    pytest.fail("it never ends")


async def test_a_deletion_that_makes_difficulties_holds_up_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-14: it stays whole, with its lists and relations, and is tried again a while later."""
    first, second, number = await deleted_twice(stage)

    async def difficult(transaction: Any, type: Any, ids: Any, *given: Any) -> int:
        if await transaction.value("select id from document where number = $1", first) in ids:
            raise RuntimeError
        return await move_many(transaction, type, ids, *given)

    with monkeypatch.context() as patch:
        patch.setattr(freeing, "move_many", difficult)
        await free(stage)
    assert [await stage.status(each) for each in (first, second)] == [MERGED, CLOSED]
    related = await stage.house.sql("select from consolidated_relation where declaration_number = $1", number)
    assert len(related) == 2
    await stage.house.sql("update consolidated_freed set next_at = next_at - interval '30 seconds'")
    await free(stage)
    assert await stage.status(first) == CLOSED


async def test_workers_give_back_lists_beside_one_another(stage: Stage) -> None:
    """CONS-14: what one of them is about to give back the others leave to it, and go on with the rest."""
    first, second, number = await deleted_twice(stage)
    async with stage.house.worker.transaction() as another:
        await another.run("select from consolidated_freed where number = $1 for update", number)
        await free(stage)
        assert [await stage.status(each) for each in (first, second)] == [MERGED, CLOSED]
    await free(stage)
    assert await stage.status(first) == CLOSED


async def test_what_was_merged_is_not_merged_again(stage: Stage) -> None:
    """CONS-18: a late word of customs may bring a merged list back to 已结关; its declaration stays the only one."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L2"]])
    await stage.build()
    [made] = await stage.declarations()
    for table in ("document", "find_consolidated_list"):
        await stage.house.sql(f"update {table} set status = '15' where number = $1", lists["L2"])
    shown = {each["number"]: each["may"] for each in (await stage.get("candidates"))["items"]}
    why = f"已汇总为集报报关单 {made['number']}，不能再次汇总"
    assert shown[lists["L2"]] == {"allowed": False, "why": why}
    assert shown[lists["L3"]]["allowed"]
    for refused in (
        await stage.preview([lists["L3"], lists["L2"]]),
        await stage.merge([lists["L3"], lists["L2"]]),
    ):
        assert said(refused) == [("numbers/2", f"集报清单 {lists['L2']} {why}")]
    assert await stage.status(lists["L3"]) == CLOSED


async def test_the_bell_is_not_flooded(stage: Stage) -> None:
    """What came of a click stands on the page of 汇总; thousands of merged lists are no news each."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L2"], lists["L3"]])
    await stage.build()
    assert [await stage.status(lists[name]) for name in ("L1", "L2", "L3")] == [MERGED] * 3
    assert (await stage.owner.http.get("/api/news")).json()["items"] == []
    history = await stage.owner.http.get(f"/api/documents/consolidated.list/{lists['L1']}/history")
    assert "已归并为集报报关单" in history.text


@pytest.mark.parametrize(
    "gone",
    [
        "update company set active = false where customs_code = $1",
        "update account set active = false where company_id = (select id from company where customs_code = $1)",
    ],
)
async def test_an_agent_that_has_gone_gives_the_lists_back(stage: Stage, gone: str) -> None:
    """Nothing hangs unseen: the lists are 已结关 again, and the batch says why."""
    agent, lists = await stage.agent(), await stage.m1()
    await stage.merge([lists["L1"], lists["L4"]], agent.customs_code)
    await stage.house.sql(gone, agent.customs_code)
    await stage.build()
    assert [await stage.status(lists[name]) for name in ("L1", "L4")] == [CLOSED, CLOSED]
    [batch] = (await stage.get("merges"))["items"]
    assert batch["state"] == "failed"
    assert "已不能接收报关单" in batch["skipped"][0]["why"]
    assert (await stage.merge([lists["L1"]])).status_code == 201


async def test_a_declaration_is_its_agents_administrators(stage: Stage) -> None:
    """CONS-13: of several accounts, which are in use; of the lists' own company whoever clicked."""
    agent, lists = await stage.agent(), await stage.m1()
    old, new = [await stage.house.member(agent.customs_code, role="administrator") for _ in range(2)]
    await stage.house.sql("update account set active = false where id = $1", await account(stage, old))
    await stage.merge([lists["L1"]], agent.customs_code)
    await stage.merge([lists["L4"]])
    await stage.build()
    made = await stage.house.sql(
        """select distinct d.created_by from consolidated_relation r join document d on d.id = r.declaration_id
           where r.list_number = any($1) order by 1""",
        [lists["L1"], lists["L4"]],
    )
    assert {row["created_by"] for row in made} == {await account(stage, each) for each in (new, stage.owner)}


async def account(stage: Stage, who: Member) -> int:
    [row] = await stage.house.sql("select account_id from card where card_no = $1", who.card_no)
    id: int = row["account_id"]
    return id


async def test_workers_merge_groups_beside_one_another(stage: Stage) -> None:
    """CONS-13: a group that one of them has in hand the others leave to it, and go on with the rest."""
    lists = await stage.m1()
    await stage.merge([lists["L1"], lists["L4"]])
    async with stage.house.worker.transaction() as another:
        await another.run(
            """select from consolidated_group where id = (select group_id from consolidated_batch_list
               where number = $1) for update""",
            lists["L1"],
        )
        async with asyncio.timeout(20):
            await stage.build()
        assert [await stage.status(lists[name]) for name in ("L1", "L4")] == [WAITING, MERGED]
    await stage.build()
    assert await stage.status(lists["L1"]) == MERGED


async def test_killed_half_way_and_with_several_workers_it_ends_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONS-13: each transaction leaves whole declarations, and the rest goes on as if it were done at once."""
    lists = [
        listed(
            f"L{at}", f"2026-10-{1 + at % 28:02d}",
            [good({**DURIAN, "record_no": str(at % 7 * 30 + n)}, "5", "10", "50.00") for n in range(30)]
            + [good(BANANA, "0.8", "1", "0.80", record_no="9999")],
            1, 400, transport_mode="45"[at % 2],
        )
        for at in range(24)
    ]  # fmt: skip
    numbers = await stage.lists(lists)
    foreseen = (await stage.preview(numbers)).json()["declarations"]
    assert len(foreseen) > 10
    assert (await stage.merge(numbers)).status_code == 201
    monkeypatch.setattr(chore, "LISTS", 3)

    class Killed(BaseException):
        """As a process that ends."""

    async def killed(*_: object) -> None:
        raise Killed

    await build_due(stage.house.worker)
    with monkeypatch.context() as patch:
        patch.setattr(chore, "_relate", killed)
        with pytest.raises(Killed):
            await build_due(stage.house.worker)
    half = await stage.house.sql(
        "select count(*) from consolidated_relation where list_number = any($1)", numbers
    )
    assert 0 < half[0][0] < 24 * 31

    async def work() -> None:
        while await build_due(stage.house.worker):
            pass

    await asyncio.gather(*(work() for _ in range(3)))
    await work()
    rows = await stage.house.sql(
        """select d.number, array_agg(distinct r.list_number) as lists, count(*) as relations, d.content
           from consolidated_relation r join document d on d.id = r.declaration_id
           where r.list_number = any($1) group by d.id""",
        numbers,
    )
    assert sorted(sorted(row["lists"]) for row in rows) == sorted(sorted(each["lists"]) for each in foreseen)
    assert sum(row["relations"] for row in rows) == 24 * 31
    assert {await stage.status(number) for number in numbers} == {MERGED}
    [batch] = (await stage.get("merges"))["items"]
    assert (batch["state"], batch["merged"], batch["made"]) == ("done", 24, len(foreseen))


async def test_a_group_that_makes_difficulties_holds_up_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = await stage.m1()
    await stage.merge([lists["L1"]])
    await stage.house.sql(
        """update document set content = jsonb_set(content, '{goods,0,total}', '"many"') where number = $1""",
        lists["L1"],
    )
    await stage.merge([lists["L4"]])
    await stage.build()
    assert [await stage.status(lists[name]) for name in ("L1", "L4")] == [WAITING, MERGED]


async def test_a_real_list_is_modified_while_it_waits(house: House) -> None:
    """CONS-12, CONS-18: filed with customs after the click, a 修改申请 keeps its list back; agreed, the list is merged
    with what was modified, and cannot be revised any more."""
    scene = Scene(house, await house.member())
    first, second = [(await scene.list("已结关"))["number"] for _ in range(2)]
    stage = Stage(house, scene.owner)
    assert (await stage.merge([first, second])).status_code == 201
    form = (await scene.owner.http.get(f"{LISTS}/{second}", params={"for": "modify"})).json()
    asked = {
        "revision_reason": "2",
        "revision_contact": "王芳",
        "revision_phone": "13800138000",
        "packages": "299",
    }
    saved = await save_amendment(scene, scene.owner, form, "modify", **asked)
    assert saved.status_code == 200, saved.text
    await scene.owner.apply(LIST, saved.json(), "modify")
    await house.send()
    await stage.build()
    assert [await stage.status(number) for number in (first, second)] == [MERGED, WAITING]
    await scene.answer(second, 1, "REVISION_AGREED", sequence=2)
    await stage.build()
    assert await stage.status(second) == MERGED
    assert [each["packages"] for each in await stage.declarations()] == ["300", "299"]
    view = await scene.owner.view(LIST, second)
    assert not view["actions"]["modify"]["allowed"]
    history = (await scene.owner.http.get(f"{LISTS}/{second}/history")).json()["items"]
    assert any("已归并为集报报关单" in each["text"] for each in history), history
