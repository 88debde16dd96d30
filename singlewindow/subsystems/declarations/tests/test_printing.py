"""Layout files: made in steps, fetched, logged, gone after a natural month (PRNT-02, -05, -06, -08, -10, -11)."""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from singlewindow.contract.pdf_seals import Trust, Verdict
from singlewindow.contract.pdf_seals import check as check_seal
from singlewindow.kernel.exchange.worker import sweep
from singlewindow.kernel.jobs import runner
from singlewindow.kernel.printing.sealing import CannotSeal, NotSealedNow, Sealer
from singlewindow.kernel.printing.typesetter import CannotPrint, Typesetter
from singlewindow.subsystems.declarations import print_job, rules
from singlewindow.subsystems.declarations import work as chapter_work
from singlewindow.subsystems.declarations.keeping import kept_until
from singlewindow.subsystems.declarations.tests.scene import (
    BASE,
    applied,
    declaration,
    done,
    legal_member,
    publish,
    results,
    scene,
    today,
    view,
)
from tests.house import House, Member
from tests.kernel.jobs import work


class Killed(BaseException):
    """A worker that ends in the middle of a step: nothing after it is done."""


@pytest.fixture
async def clock(house: House) -> Any:
    """Moves business time; put right at the end."""
    yield lambda shift: house.sql("update clock set shift = $1", shift)
    await house.sql("update clock set shift = '0', frozen = null")


async def pdf_of(member: Member, id: int, purpose: str = "export") -> Any:
    return await member.http.get(f"{BASE}/results/{id}/pdf", params={"for": purpose})


async def test_each_declaration_gets_its_own_result(house: House) -> None:
    """PRNT-10, PRNT-11: generated, open process, old layout; grey buttons say why."""
    member = await scene(house)
    old: dict[str, Any] = {
        "declared": today().replace(
            year=2018,
            month=7,
            day=31,
        ),
        "closed_at": f"{today()}T00:05:00+08:00",
    }
    numbers = await publish(
        house,
        declaration(member),
        declaration(member, open_process=True, open_process_name="报关单修改"),
        declaration(member, duty_nature="789", **old),
    )
    application = await done(house, member, numbers)
    rows = {row["number"]: row for row in await results(member, application=application)}
    good, process, layout = (rows[number] for number in numbers)
    assert [row["state"] for row in (good, process, layout)] == ["0", "2", "4"]
    assert (good["state_name"], good["why"], good["expired"]) == ("无签章已生成", "", False)
    assert datetime.fromisoformat(good["expires_at"]) == kept_until(datetime.now(UTC))
    assert {each["allowed"] for each in good["may"].values()} == {True}
    assert "报关单修改" in process["why"]
    assert "2018-08-01" in layout["why"]
    for row in (process, layout):
        assert {each["allowed"] for each in row["may"].values()} == {False}
        assert row["state_name"] in row["may"]["export"]["why"]
        for route in ("pdf?for=print", "log"):
            answer = await member.http.get(f"{BASE}/results/{row['id']}/{route}")
            assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-ready")
            assert answer.json()["advice"]
    seen = await view(member, application)
    assert (seen["total"], seen["done"], seen["failed"], seen["state"]) == (3, 1, 2, "done")


async def test_a_layout_file_is_fetched_and_every_time_written_down(house: House, clock: Any) -> None:
    """PRNT-05: 导出, 打印, 操作记录: who, when by the business clock, from where, what; the newest first."""
    member = await scene(house)
    colleague = await legal_member(house, member.customs_code)
    [number] = await publish(house, declaration(member))
    [row] = await results(member, application=await done(house, member, [number]))
    exported = await pdf_of(member, row["id"])
    assert (exported.status_code, exported.headers["content-type"]) == (200, "application/pdf")
    assert exported.headers["content-disposition"] == f"attachment; filename*=UTF-8''{number}.pdf"
    assert exported.content.startswith(b"%PDF")
    await clock(timedelta(days=2))
    printed = await pdf_of(colleague, row["id"], "print")
    assert printed.content == exported.content
    assert printed.headers["content-disposition"].startswith("inline")
    log = (await member.http.get(f"{BASE}/results/{row['id']}/log")).json()
    assert (log["number"], [each["what"] for each in log["items"]]) == (number, ["打印", "导出"])
    assert {each["address"] for each in log["items"]} == {"127.0.0.1"}
    assert len({each["by"] for each in log["items"]}) == 2
    at = [datetime.fromisoformat(each["at"]) for each in log["items"]]
    assert timedelta(days=1, hours=23) < at[0] - at[1] < timedelta(days=2, hours=1)
    assert (await pdf_of(member, row["id"], "steal")).status_code == 422


async def test_with_seal_the_file_is_signed(house: House) -> None:
    """PRNT-02, PRNT-09: 有签章 is a signature that holds, and any changed byte breaks it."""
    member = await scene(house)
    [number] = await publish(house, declaration(member))
    [row] = await results(member, application=await done(house, member, [number], sealed=True))
    assert (row["state"], row["state_name"], row["sealed"]) == ("1", "有签章已生成", True)
    pdf = (await pdf_of(member, row["id"])).content
    trust = Trust(
        (house.pki / "ca.pem").read_bytes(), (house.pki / "crl.pem").read_bytes(), datetime.now(UTC)
    )
    assert check_seal(pdf, trust).verdict is Verdict.VALID
    middle = len(pdf) // 2
    changed = pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]
    assert check_seal(changed, trust).verdict is not Verdict.VALID


async def test_what_is_printed_is_what_was_there_when_it_was_made(house: House) -> None:
    """PRNT-08: a later change at customs changes no file; a new application has it."""
    member = await scene(house)
    number, data = declaration(member)
    await publish(house, (number, data))
    [row] = await results(member, application=await done(house, member, [number]))
    before = (await pdf_of(member, row["id"])).content
    await publish(house, (number, {**data, "contract_no": "另一份合同"}), seq=2)
    assert (await pdf_of(member, row["id"])).content == before
    [newer] = await results(member, application=await done(house, member, [number]))
    assert (await pdf_of(member, newer["id"])).content != before


async def test_withdrawn_between_application_and_work(house: House) -> None:
    """PRNT-10: what customs take back meanwhile is not printed; the paper of an entry that ended is of its day."""
    member = await scene(house)
    number, data = declaration(member)
    await publish(house, (number, data))
    application = (await applied(member, [number]))["number"]
    await publish(house, (number, None), seq=2)
    await work(house)
    [row] = await results(member, application=application)
    assert (row["state"], "撤回" in row["why"]) == ("2", True)
    number, data = declaration(member)
    await house.register("declaration", number, data, valid_to=datetime(2020, 1, 1, tzinfo=UTC))
    application = await done(house, member, [number])
    [row] = await results(member, application=application)
    assert row["state"] == "0"


async def test_after_a_natural_month_it_is_gone_and_says_so(house: House, clock: Any) -> None:
    """PRNT-08: the row stays, its buttons grey; the file itself is swept."""
    member = await scene(house)
    [number] = await publish(house, declaration(member))
    application = await done(house, member, [number])
    [row] = await results(member, application=application)
    end = kept_until(datetime.now(UTC))
    await clock(end - datetime.now(UTC) - timedelta(minutes=1))
    assert (await pdf_of(member, row["id"])).status_code == 200
    await clock(end - datetime.now(UTC) + timedelta(seconds=1))
    [later] = await results(member, application=application)
    assert (later["state"], later["expired"]) == ("0", True)
    assert {(each["allowed"], each["why"]) for each in later["may"].values()} == {
        (False, "已超过保存期限，请重新申请")
    }
    answers = [
        await pdf_of(member, row["id"]),
        await member.http.get(f"{BASE}/results/{row['id']}/log"),
        await member.http.post(f"{BASE}/archives", json={"ids": [row["id"]]}),
        await member.http.post(f"{BASE}/applications/{application}/resume"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (410, "/problems/gone")
        assert "已超过保存期限，请重新申请" in answer.json()["detail"]
    assert await house.sql("select from file where id in (select file_id from declarations_result)")
    await sweep(house.worker)
    assert not await house.sql("select from file where id in (select file_id from declarations_result)")
    await clock(timedelta(0))  # a clock that goes back brings no file back
    [swept] = await results(member, application=application)
    assert (swept["id"], swept["expired"], swept["may"]["export"]["allowed"]) == (row["id"], True, False)
    archive = await member.http.post(f"{BASE}/archives", json={"ids": [row["id"]]})
    assert (archive.status_code, archive.json()["type"]) == (410, "/problems/gone")


async def test_an_archive_holds_the_ticked_files(house: House) -> None:
    """PRNT-06: by number; one that was applied for twice is there twice; each is written into 操作记录."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member) for _ in range(3)))
    await done(house, member, numbers)
    again = await done(house, member, numbers[:1])
    rows = await results(member, applied_from=str(today()), applied_to=str(today()))
    answer = await member.http.post(f"{BASE}/archives", json={"ids": [row["id"] for row in rows]})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {name[:18] for name in names} == set(numbers)
        assert f"{numbers[0]}_{again}.pdf" in names
        assert len(set(names)) == 4
        assert (
            archive.read(f"{numbers[1]}.pdf")
            == (await pdf_of(member, next(row["id"] for row in rows if row["number"] == numbers[1]))).content
        )
    log = (await member.http.get(f"{BASE}/results/{rows[0]['id']}/log")).json()
    assert [each["what"] for each in log["items"]] == ["批量导出"]


async def test_an_archive_with_one_that_may_not_be_had_is_refused(house: House) -> None:
    """PRNT-06: nothing is sent and nothing written down."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member, open_process=True))
    await done(house, member, numbers)
    rows = await results(member, number=numbers)
    answer = await member.http.post(f"{BASE}/archives", json={"ids": [row["id"] for row in rows]})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not-ready")
    assert numbers[1] in answer.json()["detail"]
    assert await house.sql("select from declarations_operation where result_id = $1", rows[0]["id"]) == []
    for ids in ([], list(range(1, 1002))):
        assert (await member.http.post(f"{BASE}/archives", json={"ids": ids})).status_code == 422


@pytest.mark.parametrize("place", ["load", "record"])
async def test_a_killed_worker_neither_doubles_nor_loses(
    house: House, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-11: killed before or after the step's work; another worker goes on, and every declaration has one file."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member) for _ in range(45)))
    application = (await applied(member, numbers))["number"]
    whole = getattr(chapter_work, place)
    steps = 0

    async def dies_in_the_second(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        made = await whole(*given)
        if steps == 2:
            raise Killed
        return made

    monkeypatch.setattr(chapter_work, place, dies_in_the_second)
    with pytest.raises(Killed):
        await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["done"]) == ("running", 20)
    await house.sql("update job set leased_until = now()")
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["total"], seen["done"], seen["failed"]) == ("done", 45, 45, 0)
    files = await house.sql(
        """select f.name from file f join declarations_result r on r.file_id = f.id
           join declarations_application a on a.id = r.application_id where a.number = $1""",
        application,
    )
    assert sorted(row["name"] for row in files) == sorted(f"{number}.pdf" for number in numbers)
    kept = await house.sql(
        "select count(*) as n from file where company_wide and name = any($1)", [f"{n}.pdf" for n in numbers]
    )
    assert kept[0]["n"] == 45


async def test_stop_and_resume(house: House) -> None:
    """PRNT-11: what is done stays done and can be had; a colleague lets it go on; twice is refused in words."""
    member = await scene(house)
    colleague = await legal_member(house, member.customs_code)
    application = (await applied(member, await publish(house, *(declaration(member) for _ in range(25)))))[
        "number"
    ]
    for _ in range(2):  # counted, then a batch
        await runner.run_due(house.worker, house.web, house.tools)
    stopped = await member.http.post(f"{BASE}/applications/{application}/stop")
    assert (stopped.status_code, stopped.json()["stopping"]) == (200, True)
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["done"]) == ("stopped", 20)
    assert (await member.http.post(f"{BASE}/applications/{application}/stop")).status_code == 409
    assert len(await results(member, application=application, state="0", size=100)) == 20
    assert len(await results(member, application=application, state="3", size=100)) == 5
    resumed = await colleague.http.post(f"{BASE}/applications/{application}/resume")
    assert resumed.status_code == 200
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["done"]) == ("done", 25)
    assert (await member.http.post(f"{BASE}/applications/{application}/resume")).status_code == 409


@pytest.mark.parametrize("days", [8, 31])
async def test_an_application_outlives_its_job(house: House, days: int) -> None:
    """PRNT-11: pieces of jobs are swept after a week and jobs after a month; what it came to stays, and a stopped one
    goes on with what was left, as long as its own month."""
    member = await scene(house)
    done_one = await done(house, member, await publish(house, declaration(member)))
    stopped_one = (await applied(member, await publish(house, *(declaration(member) for _ in range(25)))))[
        "number"
    ]
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    await member.http.post(f"{BASE}/applications/{stopped_one}/stop")
    await work(house)
    age = timedelta(days=days)
    await house.sql("update job set created_at = created_at - $1::interval, ended_at = ended_at - $1", age)
    await sweep(house.worker)
    kept = await house.sql(
        """select count(i) as pieces from declarations_application a left join job_item i on i.job_id = a.job_id
           where a.number = $1""",
        stopped_one,
    )
    assert kept[0]["pieces"] == 0
    assert [(await view(member, number))["state"] for number in (done_one, stopped_one)] == [
        "done",
        "stopped",
    ]
    before = [row["id"] for row in await results(member, application=stopped_one, state="0", size=100)]
    answer = await member.http.post(f"{BASE}/applications/{stopped_one}/resume")
    assert (answer.status_code, answer.json()["state"], answer.json()["done"]) == (200, "queued", 20)
    await work(house)
    seen = await view(member, stopped_one)
    assert (seen["state"], seen["total"], seen["done"], seen["failed"]) == ("done", 25, 25, 0)
    assert len(before) == 20
    files = await house.sql(
        """select count(*) as n from file where name in (
               select r.declaration || '.pdf' from declarations_result r
               join declarations_application a on a.id = r.application_id where a.number = $1)""",
        stopped_one,
    )
    assert files[0]["n"] == 25  # nothing was made twice
    for number in (done_one, stopped_one):
        answer = await member.http.post(f"{BASE}/applications/{number}/resume")
        assert (answer.status_code, "已经结束" in answer.json()["detail"]) == (409, True)


async def test_two_who_let_it_go_on_begin_one_work(house: House) -> None:
    """PRNT-11: the second is told that it goes on, and the job before, taken up once more, does nothing."""
    member = await scene(house)
    colleague = await legal_member(house, member.customs_code)
    application = (await applied(member, await publish(house, *(declaration(member) for _ in range(25)))))[
        "number"
    ]
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    await member.http.post(f"{BASE}/applications/{application}/stop")
    await work(house)
    [old] = await house.sql("select job_id from declarations_application where number = $1", application)
    answers = await asyncio.gather(
        *(who.http.post(f"{BASE}/applications/{application}/resume") for who in (member, colleague) * 2)
    )
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert all("正在办理" in each.json()["detail"] for each in answers if each.status_code == 409)
    assert (await member.http.post(f"/api/jobs/{old['job_id']}/resume")).status_code == 200
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["done"]) == ("done", 25)
    job = (await member.http.get(f"/api/jobs/{old['job_id']}")).json()
    assert (job["state"], "另一项任务" in job["message"]) == ("failed", True)
    [files] = await house.sql(
        """select count(*) as n from file where name in (
               select r.declaration || '.pdf' from declarations_result r
               join declarations_application a on a.id = r.application_id where a.number = $1)""",
        application,
    )
    assert files["n"] == 25


async def test_what_waited_past_its_month_is_not_made(house: House, clock: Any) -> None:
    """PRNT-08: the work ends and says that it must be applied for anew."""
    member = await scene(house)
    application = (await applied(member, await publish(house, *(declaration(member) for _ in range(25)))))[
        "number"
    ]
    for _ in range(2):
        await runner.run_due(house.worker, house.web, house.tools)
    await clock(timedelta(days=33))
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["done"]) == ("failed", 20)
    assert "已超过保存期限，请重新申请" in seen["message"]
    rows = await results(member, application=application, size=100)
    said = {(row["state"], row["expired"], row["may"]["export"]["why"]) for row in rows}
    assert said == {("0", True, rules.GONE), ("3", True, rules.GONE)}, "the five that wait say it too"
    waiting = next(row for row in rows if row["state"] == "3")
    assert (await pdf_of(member, waiting["id"])).status_code == 410


async def test_a_month_begins_with_the_first_file(house: House, clock: Any) -> None:
    """PRNT-08: not with the first step, which may make none; without any there is no month that could be over."""
    member = await scene(house)
    numbers = await publish(house, *(declaration(member, open_process=True) for _ in range(20)))
    application = await done(house, member, numbers)
    assert (await view(member, application))["expires_at"] is None
    numbers = await publish(
        house, *(declaration(member, open_process=True) for _ in range(20)), declaration(member)
    )
    application = (await applied(member, numbers))["number"]
    for _ in range(2):  # counted, then twenty of which nothing is made
        await runner.run_due(house.worker, house.web, house.tools)
    seen = await view(member, application)
    assert (seen["failed"], seen["expires_at"]) == (20, None)
    await clock(timedelta(days=33))
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["done"]) == ("done", 1)
    until = kept_until(datetime.now(UTC) + timedelta(days=33))
    assert datetime.fromisoformat(seen["expires_at"]) == until
    [row] = await results(member, application=application, state="0")
    assert datetime.fromisoformat(row["expires_at"]) == until


async def test_one_that_cannot_be_typeset_holds_up_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-11: it stays 制作中 and says what to do."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member))
    whole = Typesetter.typeset

    async def fails(self: Typesetter, template: Any, data: Any, now: Any) -> bytes:
        if data["number"] == numbers[0]:
            raise CannotPrint("打印服务未能生成该单据的打印件")
        return await whole(self, template, data, now)

    monkeypatch.setattr(Typesetter, "typeset", fails)
    application = await done(house, member, numbers)
    rows = {row["number"]: row for row in await results(member, application=application)}
    assert (rows[numbers[0]]["state"], "重新申请" in rows[numbers[0]]["why"]) == ("3", True)
    assert rows[numbers[1]]["state"] == "0"
    seen = await view(member, application)
    assert (seen["state"], seen["done"], seen["failed"]) == ("done", 1, 1)


async def test_without_goods_there_is_no_paper(house: House) -> None:
    """PRNT-10: customs published none; a form with an empty table is not made."""
    member = await scene(house)
    numbers = await publish(
        house, declaration(member, goods=None), declaration(member, goods=None, open_process=True)
    )
    application = await done(house, member, numbers, sealed=True)
    rows = {row["number"]: row for row in await results(member, application=application)}
    assert [rows[number]["state"] for number in numbers] == ["3", "2"]
    assert "没有商品数据" in rows[numbers[0]]["why"]
    assert not rows[numbers[0]]["may"]["export"]["allowed"]


async def test_a_seal_that_cannot_be_given_stops_the_application_in_words(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRNT-11: the application says why, what was made is undone with its step, and it goes on once it can."""
    member = await scene(house)
    numbers = await publish(house, declaration(member), declaration(member))
    whole = Sealer.seal

    async def fails(self: Sealer, *given: Any) -> bytes:
        raise CannotSeal("印章证书不在有效期内，请联系系统管理员更新")

    monkeypatch.setattr(Sealer, "seal", fails)
    application = await done(house, member, numbers, sealed=True)
    seen = await view(member, application)
    assert (seen["state"], seen["done"], seen["failed"]) == ("failed", 0, 0)
    assert "印章证书不在有效期内" in seen["message"]
    monkeypatch.setattr(Sealer, "seal", whole)
    assert (await member.http.post(f"{BASE}/applications/{application}/resume")).status_code == 200
    await work(house)
    seen = await view(member, application)
    assert (seen["state"], seen["done"], seen["message"]) == ("done", 2, "")


async def test_a_seal_that_was_late_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRNT-11, OPER-04: nobody has to press anything when a child had no core for a while, or was ended."""
    member = await scene(house)
    numbers = await publish(house, declaration(member))
    whole, late = Sealer.seal, iter((True, False))

    async def seal(self: Sealer, *given: Any) -> bytes:
        if next(late):
            raise NotSealedNow("签章服务未能完成签章")
        return await whole(self, *given)

    monkeypatch.setattr(Sealer, "seal", seal)
    application = await done(house, member, numbers, sealed=True)
    assert (await view(member, application))["state"] == "running"
    await house.sql("update job set leased_until = clock_timestamp() where state = 'running'")
    await work(house)
    assert (await view(member, application))["state"] == "done"


async def test_jobs_of_the_chapter_are_started_by_it_alone(house: House) -> None:
    """PRNT-02: nobody gets a layout file past the signature."""
    member = await scene(house)
    body = {"kind": "declarations.print", "type": "", "options": {"application": "ZZDY2026112600000001"}}
    assert (await member.http.post("/api/jobs", json=body)).status_code == 404
    assert asyncio.iscoroutinefunction(print_job.PRINT.step)
