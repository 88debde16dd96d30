"""The evidence file of a document is accepted without the portal, and nothing in it can be changed (PORT-08)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import runpy
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from singlewindow.contract import demo_pki
from singlewindow.contract.checkpoints import Book, Checkpoint, Leaf, path_to, root_of
from singlewindow.contract.signatures import canonical, sign_jws, signing_input
from singlewindow.kernel.documents import evidence
from singlewindow.kernel.documents.checkpoints import Notary, accept
from singlewindow.kernel.settings import settings
from tests.house import House, Member
from tests.kernel.test_documents import TYPE, applied, letter, reference
from tests.kernel.test_signed import found
from tests.renewing import copy_of, renew

VERIFIER = Path(__file__).parents[2] / "examples" / "verify_evidence.py"
SAID_ONLY = {"title", "company_name", "made_at"}
"""What is told for people and signed by nobody: the verifier says so."""
Parts = dict[str, bytes]


async def answered(house: House) -> tuple[Member, str]:
    """A document with a file that customs granted."""
    member, view = await applied(house)
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == view["number"]]
    receipts = [house.customs.receipt(submission, n, code) for n, code in ((1, "RECEIVED"), (2, "APPROVED"))]
    await house.hear(*receipts)
    return member, view["number"]


async def fetched(member: Member, number: str) -> Parts:
    answer = await member.http.get(f"/api/documents/{TYPE}/{number}/evidence")
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archived(parts: Iterable[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        warnings.catch_warnings(action="ignore"),
    ):
        for name, content in parts:  # a name may come twice, of which the library warns
            archive.writestr(name, content)
    return made.getvalue()


@pytest.fixture
def verify(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """The verifier's exit code and words for an archive of these parts, with the certificates of the house."""
    trust = tmp_path / "trust"
    trust.mkdir()
    for name in ("ca.pem", "crl.pem", "customs-signing.pem", "portal-signing.pem"):
        shutil.copy(house.pki / name, trust)

    def run(
        parts: Mapping[str, bytes] | bytes, trusted: Path = trust, kept: Path | None = None
    ) -> tuple[object, str]:
        file = tmp_path / "evidence.zip"
        file.write_bytes(parts if isinstance(parts, bytes) else archived(parts.items()))
        copy = ["--checkpoints", str(kept)] if kept else []
        capsys.readouterr()  # what the house logged
        monkeypatch.setattr(sys, "argv", [VERIFIER.name, str(file), "--trust", str(trusted), *copy])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(VERIFIER), run_name="__main__")
        return ended.value.code, capsys.readouterr().out

    return run


async def test_another_companys_card_signs_for_its_own_alone(house: House, verify: Any) -> None:
    """PORT-08: though its signature, its CA and the card's number in the statement are right."""
    member, number = await answered(house)
    parts, other = await fetched(member, number), await house.member()
    main = json.loads(parts["evidence.json"])
    [submission] = main["submissions"]
    said = json.loads(base64.b64decode(submission["statement"])) | {"card": other.card_no}
    statement = canonical(said)
    signed = other.sign(signing_input(statement))
    submission |= {**signed, "statement": base64.b64encode(statement).decode()}
    code, _ = verify(parts | {"evidence.json": json.dumps(main).encode()})
    assert code == "不成立 Not as it was signed: submission 1: the card of another company"


async def test_it_is_accepted_without_the_portal(house: House, verify: Any, tmp_path: Path) -> None:
    """PORT-08: first with entries that no checkpoint vouches for yet, then whole; by a program that knows nothing of
    ours; not by who trusts another CA, another customs or another portal."""
    member, number = await answered(house)
    early = await fetched(member, number)
    assert verify(early)[0] == 3
    await Notary.load(settings().history, house.pki).round(house.worker)
    parts = await fetched(member, number)
    code, said = verify(parts)
    assert (code, f"{number}，" in said, "1 次申报" in said) == (0, True, True), said
    ran = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-I", VERIFIER, tmp_path / "evidence.zip", "--trust", tmp_path / "trust"],
        env={"PATH": ""}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    latin = subprocess.run(  # noqa: ASYNC221
        [sys.executable, VERIFIER, tmp_path / "evidence.zip", "--trust", tmp_path / "trust"],
        env={"PATH": "", "PYTHONIOENCODING": "latin-1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (latin.returncode, latin.stderr) == (0, ""), "a terminal without Chinese changes no verdict"
    assert (
        f"Cannot be read: {tmp_path / 'none' / 'ca.pem'}: No such file" in verify(parts, tmp_path / "none")[0]
    )
    demo_pki.create(tmp_path / "others", tmp_path / "cards", [])
    for name, words in (
        ("ca.pem", "crl.pem is not"), ("customs-signing.pem", "answer 1"), ("portal-signing.pem", "checkpoint")
    ):  # fmt: skip
        other = shutil.copytree(tmp_path / "trust", tmp_path / f"other {name}")
        shutil.copy(tmp_path / "others" / name, other)
        assert words in verify(parts, other)[0]


async def test_it_is_accepted_after_keys_were_renewed(house: House, verify: Any, tmp_path: Path) -> None:
    """PORT-08: the certificates of the keys before stand below the new ones."""
    member, number = await answered(house)
    await Notary.load(settings().history, house.pki).round(house.worker)
    parts = await fetched(member, number)
    pki = copy_of(house.pki, tmp_path / "pki")
    for stem in ("customs-signing", "portal-signing"):
        renew(pki, stem)
    assert "the signature is not of this text and certificate" in verify(parts, pki)[0]
    for stem in ("customs-signing", "portal-signing"):
        both = (pki / f"{stem}.pem").read_bytes() + (house.pki / f"{stem}.pem").read_bytes()
        (pki / f"{stem}.pem").write_bytes(both)
    assert verify(parts, pki)[0] == 0


async def test_a_files_card_is_judged_at_the_first_submission(
    house: House, verify: Any, tmp_path: Path
) -> None:
    """PORT-08, APPT-11: what goes along with a later one was signed with a card that was revoked since; a file that
    comes with a later one alone is judged there. So does `verify-signatures`."""
    member, number = await answered(house)
    bound = await house.with_new_card(member)
    await house.revoke(member)
    await bound.apply(TYPE, await bound.view(TYPE, number), "revoke")
    parts = await fetched(bound, number)
    shutil.copy(house.pki / "crl.pem", tmp_path / "trust")
    assert verify(parts)[0] == 3
    assert await found(house, number) == []
    main = json.loads(parts["evidence.json"])
    [file] = main["submissions"][1]["attachments"]
    statement = canonical(json.loads(base64.b64decode(file["statement"])) | {"nonce": "another"})
    file |= {**member.sign(signing_input(statement)), "statement": base64.b64encode(statement).decode()}
    code, _ = verify(parts | {"evidence.json": json.dumps(main).encode()})
    assert code == "不成立 Not as it was signed: submission 2, attachment 1: the card was revoked before"
    await house.sql(
        """with again as (
               insert into attachment (document_id, company_id, category, name, size, pages, sha256, content, statement,
                   signature, certificate, uploaded_by, uploaded_at, place, superseded)
               select document_id, company_id, category, name, size, pages, sha256, content, statement, signature,
                   certificate, uploaded_by, uploaded_at, place, true
               from attachment where document_id = (select id from document where number = $1)
               returning id, document_id
           )
           update submission s set attachments = array[again.id] from again
           where s.document_id = again.document_id and sequence = 2""",
        number,
    )
    assert await found(house, number) == ["attachment 1"]


async def test_it_is_accepted_after_a_restore(house: House, verify: Any, tmp_path: Path) -> None:
    """PORT-08: the database is ahead of a restored book, and an earlier release wrote other checkpoints under the same
    numbers; what proves nothing is not handed out, and when the owner says that the book counts all is proven."""
    member, number = await answered(house)
    notary = Notary.load(settings().history, house.pki)
    await notary.round(house.worker)
    notary.book.copy(tmp_path / "kept")
    await answered(house)
    await notary.round(house.worker)
    later, later_number = await answered(house)
    await notary.round(house.worker)
    shutil.rmtree(notary.book.folder)
    Book(tmp_path / "kept").copy(notary.book.folder)
    assert verify(await fetched(member, number))[0] == 0
    assert verify(await fetched(later, later_number))[0] == 3
    known = await house.sql("select no, line from checkpoint order by no desc limit 1")
    await house.sql("delete from checkpoint where no >= $1", known[0]["no"] - 1)
    await notary.round(house.worker)
    written = await house.sql("select no, line from checkpoint order by no desc limit 1")
    assert (written[0]["no"], written[0]["line"] == known[0]["line"]) == (known[0]["no"] - 1, False)
    await house.sql("update checkpoint set line = $2 where no = $1", written[0]["no"], known[0]["line"])
    assert verify(await fetched(later, later_number))[0] == 3
    assert await accept(house.owner, notary.book) == written[0]["no"]
    await notary.round(house.worker)
    for each, its in ((member, number), (later, later_number)):
        assert verify(await fetched(each, its))[0] == 0
    shutil.rmtree(notary.book.folder)  # moved away, to begin anew
    assert verify(await fetched(member, number))[0] == 3
    await accept(house.owner, notary.book)
    await notary.round(house.worker)
    for each, its in ((member, number), (later, later_number)):
        assert verify(await fetched(each, its))[0] == 0


async def twice_submitted(house: House) -> tuple[Member, str, Parts]:
    """A document that was granted and is being revoked, and its file; everything is vouched for."""
    member, number = await answered(house)
    await member.apply(TYPE, await member.view(TYPE, number), "revoke")
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == number and s.sequence == 2]
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    await Notary.load(settings().history, house.pki).round(house.worker)
    return member, number, await fetched(member, number)


def written_anew(house: House, parts: Parts, main: dict[str, Any], at: datetime | None = None) -> Parts:
    """A file whose history somebody wrote anew who has the portal's key: these entries, in one checkpoint."""
    entries, leaves, before = [], [], b""
    for no, each in enumerate(main["history"], start=1):
        said = json.loads(each["entry"])
        text = json.dumps([said[0], no, *said[2:]], ensure_ascii=False)
        digest = hashlib.sha256(before + text.encode()).digest()
        leaves.append(Leaf(said[0], no, said[3] == "submitted", digest).encode())
        entries.append(
            {"no": no, "entry": text, "previous": before.hex(), "hash": digest.hex(), "checkpoint": 1}
        )
        before = digest
    checkpoint = Checkpoint(
        no=1, entries=len(leaves), lowest=1, highest=1, root=root_of(leaves).hex(), previous="", first=0, next=1,
        cluster="", at=(at or datetime.now(UTC)).isoformat(),
    )  # fmt: skip
    key = (house.pki / "portal-signing.key.pem").read_bytes()
    for place, entry in enumerate(entries):
        path = path_to(leaves, place)
        entry["path"] = [["left" if left else "right", each.hex()] for left, each in path]
    lines = {"1": sign_jws(canonical(asdict(checkpoint)), key, "portal-signing")}
    forged = main | {"history": entries, "checkpoints": lines}
    names = {each["content"] for each in main["submissions"]}
    kept = {name: part for name, part in parts.items() if not name.startswith("content") or name in names}
    return kept | {"evidence.json": json.dumps(forged).encode()}


def without(main: dict[str, Any], *told: tuple[str, int, int]) -> list[dict[str, Any]]:
    """The history without the entries of these kinds, submissions and answers (0: any)."""
    left, submitted = [], 0
    for each in main["history"]:
        _, _, _, kind, _, data, *_ = json.loads(each["entry"])
        submitted += kind == "submitted"
        of = data.get("submission", submitted)
        if not any(kind == k and of == n and seq in (0, data.get("seq")) for k, n, seq in told):
            left.append(each)
    return left


async def test_who_has_the_portals_key_leaves_no_submission_out(house: House, verify: Any) -> None:
    """PORT-08: customs' answers name the submission by its number; those of a file are 1, 2, …"""
    _, _, parts = await twice_submitted(house)
    main = json.loads(parts["evidence.json"])
    assert verify(written_anew(house, parts, main))[0] == 0, "written anew as it was, it is the same"
    fewer = main | {
        "submissions": main["submissions"][1:],
        "history": without(main, ("submitted", 1, 0), ("receipt", 1, 0)),
    }
    code, _ = verify(written_anew(house, parts, fewer))
    assert code == "不成立 Not as it was signed: the submissions are not 1, 2, …: one is left out"
    fewer["submissions"] = [main["submissions"][1] | {"sequence": 1, "content": "content 1.json"}]
    code, _ = verify(written_anew(house, parts | {"content 1.json": parts["content 2.json"]}, fewer))
    assert code == "不成立 Not as it was signed: submission 1, answer 1: customs said something else"


async def test_who_has_the_portals_key_cannot_count_one_signature_twice(house: House, verify: Any) -> None:
    """PORT-08: as customs count none twice."""
    member, number = await answered(house)
    parts = await fetched(member, number)
    main = json.loads(parts["evidence.json"])
    [submission] = main["submissions"]
    again = submission | {"sequence": 2, "content": "content 2.json", "answers": []}
    [entry] = [each for each in main["history"] if json.loads(each["entry"])[3] == "submitted"]
    doubled = main | {"submissions": [submission, again], "history": [*main["history"], entry]}
    forged = written_anew(house, parts | {"content 2.json": parts["content 1.json"]}, doubled)
    code, _ = verify(forged)
    assert code == "不成立 Not as it was signed: submission 2: one signature for two submissions"


async def test_an_answer_that_is_missing_is_told(house: House, verify: Any) -> None:
    """PORT-08, CUST-05: one is not forged for that: receipts come in any order, and what contradicts something waits
    for a person; but it is said, whether it is so or somebody left it out."""
    member, view = await applied(house)
    number = view["number"]
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == number]
    await house.hear(house.customs.receipt(submission, 2, "APPROVED"))
    await Notary.load(settings().history, house.pki).round(house.worker)
    code, said = verify(await fetched(member, number))
    assert (code, "第 1 次申报缺海关第 1 号回执" in said) == (3, True), said
    assert said.startswith("成立，有保留 As it was signed, with reservations: ")
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    await Notary.load(settings().history, house.pki).round(house.worker)
    parts = await fetched(member, number)
    assert verify(parts)[0] == 0
    main = json.loads(parts["evidence.json"])
    main["history"] = without(main, ("receipt", 1, 1))
    main["submissions"][0]["answers"] = [a for a in main["submissions"][0]["answers"] if a["seq"] != 1]
    code, said = verify(written_anew(house, parts, main))
    assert (code, "缺海关第 1 号回执" in said) == (3, True), said


async def test_a_moment_that_nothing_bears_out_is_told(house: House, verify: Any, tmp_path: Path) -> None:
    """PORT-08: the history is written anew, three months back; the checkpoint says when it was vouched for, the
    statement names its own moment, and what became of the card since is said."""
    member, number = await answered(house)
    await Notary.load(settings().history, house.pki).round(house.worker)
    parts = await fetched(member, number)
    code, said = verify(parts)
    [times] = [line for line in said.splitlines() if line.startswith("第 1 次申报的时间")]
    assert (code, times.count(f"{datetime.now(UTC):%Y-%m-%d }")) == (0, 4), times
    main = json.loads(parts["evidence.json"])
    later = datetime.now(UTC) + timedelta(hours=20)  # a card of the house is valid since yesterday
    code, said = verify(written_anew(house, parts, main, later))
    assert (code, "其间只有系统自己的说法" in said, "不在有效状态" in said) == (3, True, False), said
    await house.revoke(member)
    shutil.copy(house.pki / "crl.pem", tmp_path / "trust")
    code, said = verify(written_anew(house, parts, main, later))
    assert (code, "那时企业的卡不在有效状态" in said) == (3, True), said
    [submission] = main["submissions"]
    earlier = datetime.fromisoformat(submission["submitted_at"]) - timedelta(hours=20)
    for each in main["history"]:
        entry = json.loads(each["entry"])
        if entry[3] == "submitted":
            entry[2] = entry[9] = earlier.timestamp()
        each["entry"] = json.dumps(entry, ensure_ascii=False)
    submission["submitted_at"] = earlier.isoformat()
    code, said = verify(written_anew(house, parts, main, earlier))
    assert (code, "企业签名的内容载明" in said, "其间" in said) == (3, True, False), said


async def test_customs_answer_bears_witness_of_a_card(house: House, verify: Any, tmp_path: Path) -> None:
    """PORT-08: whoever has the portal's key dates entry and checkpoint as he likes, and not customs' answer: a card
    that did not count any more by then is told."""
    member, view = await applied(house)
    number = view["number"]
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == number]
    await house.revoke(member)
    await asyncio.sleep(1.1)  # a list knows whole seconds
    await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
    shutil.copy(house.pki / "crl.pem", tmp_path / "trust")
    await Notary.load(settings().history, house.pki).round(house.worker)
    code, said = verify(await fetched(member, number))
    assert (code, "海关首次回执在" in said, "不在有效状态" in said) == (3, True, True), said


async def test_a_copy_of_the_checkpoints_binds_the_portal_too(
    house: House, verify: Any, tmp_path: Path
) -> None:
    """PORT-08: a history that was written anew is not the one of which somebody kept the checkpoints; what is newer
    than the copy, and a book that was begun anew, are told apart from it in words."""
    member, number = await answered(house)
    notary = Notary.load(settings().history, house.pki)
    await notary.round(house.worker)
    parts = await fetched(member, number)
    kept = tmp_path / "kept"
    lines = (notary.book.folder / "checkpoints").read_text()
    kept.write_text(lines + lines[:40])  # copied while a line was written
    assert verify(parts, kept=kept)[0] == 0
    forged = written_anew(house, parts, json.loads(parts["evidence.json"]))
    assert verify(forged)[0] == 0
    code, said = verify(forged, kept=kept)
    assert (code, "存证 1 与你的副本不同" in said, "有保留" in said.splitlines()[0]) == (3, True, True), said
    kept.write_text(
        lines + forged_line(forged)
    )  # an appended copy, of before and after a book was begun anew
    assert verify(forged, kept=kept)[0] == verify(parts, kept=kept)[0] == 0
    later, its = await answered(house)
    await notary.round(house.worker)
    kept.write_text(lines)
    code, said = verify(await fetched(later, its), kept=kept)
    assert (code, "不在你的副本里" in said) == (3, True), said
    kept.write_text("no checkpoints\n")
    assert "not a copy of the portal's checkpoints" in verify(parts, kept=kept)[0]


def forged_line(parts: Parts) -> str:
    """The line of a file's only checkpoint, as a book has it."""
    [line] = json.loads(parts["evidence.json"])["checkpoints"].values()
    return f"{line}\n"


async def test_nothing_in_it_can_be_changed(house: House, verify: Any) -> None:
    """PORT-08: every value of its main part, every other part, and whatever is left out."""
    member, number = await answered(house)
    await Notary.load(settings().history, house.pki).round(house.worker)
    parts = await fetched(member, number)
    main = json.loads(parts["evidence.json"])
    changed = 0
    for place, value in list(_leaves(main)):
        if place[-1] in SAID_ONLY or _unsigned(main, place):
            continue
        _put(main, place, _other(value))
        code, _ = verify(parts | {"evidence.json": json.dumps(main).encode()})
        assert str(code).startswith("不成立"), place
        _put(main, place, value)
        changed += 1
    assert changed > 50
    for name in parts:
        if name.startswith(("content", "attachment")):
            assert str(verify(parts | {name: parts[name] + b" "})[0]).startswith("不成立"), name
            assert str(verify({n: c for n, c in parts.items() if n != name})[0]).startswith("不成立"), name
    for what in ("submissions", "history"):
        for at in range(len(main[what])):
            fewer = main | {what: main[what][:at] + main[what][at + 1 :]}
            last = what == "history" and at == len(main[what]) - 1
            if not last:  # an answer without its entry is found; of the last entry that is the reason
                assert str(verify(parts | {"evidence.json": json.dumps(fewer).encode()})[0]).startswith(
                    "不成立"
                )
    answers = main["submissions"][0]["answers"]
    for at in range(len(answers)):
        fewer = [{**main["submissions"][0], "answers": answers[:at] + answers[at + 1 :]}]
        changed_parts = parts | {"evidence.json": json.dumps(main | {"submissions": fewer}).encode()}
        assert "left out" in str(verify(changed_parts)[0])
    assert verify(parts)[0] == 0


async def test_it_vouches_for_nothing_that_nobody_signed(house: House, verify: Any) -> None:
    """PORT-08: the first line says what is signed, what is the portal's own word is called so; nothing is added, in
    words that end no line."""
    member, number = await answered(house)
    await Notary.load(settings().history, house.pki).round(house.worker)
    parts = await fetched(member, number)
    main = json.loads(parts["evidence.json"])
    forged = main | {
        "title": "放行单\n成立 As it was signed",
        "company_name": "他人公司",
        "made_at": "2099-01-01",
    }
    code, said = verify(parts | {"evidence.json": json.dumps(forged).encode()})
    first, _, _, own = said.splitlines()
    assert (code, "他人公司" in first, "放行单" in first) == (0, False, False)
    assert f"{TYPE} {number}，{main['company']} {member.company_name}" in first
    assert own.startswith("系统自述，未经签名")
    assert "放行单?成立 As it was signed，他人公司，2099-01-01" in own
    [submission] = main["submissions"]
    twice = main | {"submissions": [submission | {"answers": submission["answers"] * 2}]}
    assert "stands twice" in verify(parts | {"evidence.json": json.dumps(twice).encode()})[0]
    assert "belongs to nothing: content 9.json" in verify(parts | {"content 9.json": b"{}"})[0]
    for again in parts.items():
        assert "two parts of one name" in verify(archived([again, *parts.items()]))[0]
    text = parts["evidence.json"].decode().replace('"title"', '"number": "I2", "title"')
    assert "a name twice" in verify(parts | {"evidence.json": text.encode()})[0]


async def test_of_a_draft_it_says_that_nobody_signed(house: House, verify: Any) -> None:
    """PORT-08: without a submission nothing binds the history to the document; how old it is, is told."""
    member = await house.member()
    view = await member.save(TYPE, letter(reference()))
    code, said = verify(await fetched(member, view["number"]))
    assert (code, "nobody signed that it is of" in said, "the oldest of 20" in said) == (3, True, True)


async def test_whatever_is_wrong_it_ends_in_its_own_words(house: House, verify: Any) -> None:
    """PORT-08: bytes that were damaged at many places, and JSON of other shapes: exit code 1 and one line."""
    member, number = await answered(house)
    parts = await fetched(member, number)
    odd = [b"", b"[]", b"null", b"1e999", b"[" * 100_000, b'{"a":' * 50_000, b"\xff", b'"\\ud800"']
    main = json.loads(parts["evidence.json"])
    others: tuple[Any, ...] = (None, [], {}, [[]], [{}], -1, "\ud800")
    for name in main:
        odd += [json.dumps(main | {name: other}).encode() for other in others]
    entry = main["history"][0]
    for text in ("[]", "[1]", "{}", '["a","b","c","d"]', "[1e999,1,1,1,1]"):
        odd.append(json.dumps(main | {"history": [entry | {"entry": text}]}).encode())
    for content in odd:
        in_words(verify(parts | {"evidence.json": content})[0], content[:60])
    whole = archived(parts.items())
    for at in range(0, len(whole), max(1, len(whole) // 120)):
        in_words(verify(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])[0], at)
    head = whole.index(b"PK\x01\x02")
    for at in range(head, head + 46):  # how the first part is stored, its sizes and flags
        in_words(verify(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])[0], at)


def in_words(code: object, where: object) -> None:
    """What holds (a part that nobody signed, a name for people), or one line that says what does not."""
    assert code in (0, 3) or (str(code).startswith("不成立") and "\n" not in str(code)), (where, code)


async def test_nothing_is_left_out_without_a_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-08: what is read in several pages is the same; more than a file is made of is refused in words."""
    member, number = await answered(house)
    whole = json.loads((await fetched(member, number))[evidence.MAIN])
    monkeypatch.setattr(evidence, "PAGE", 2)
    paged = json.loads((await fetched(member, number))[evidence.MAIN])
    assert len(whole["history"]) > 4
    assert {**paged, "made_at": ""} == {**whole, "made_at": ""}
    monkeypatch.setattr(evidence, "MOST", 4)
    refused = await member.http.get(f"/api/documents/{TYPE}/{number}/evidence")
    assert (refused.status_code, refused.json()["violations"][0]["rule"]) == (422, "evidence.size")


async def test_it_is_one_moments(house: House, verify: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT-08: an answer that comes while it is made stands in it whole or not at all."""
    member, view = await applied(house)
    number = view["number"]
    await house.send()
    [submission] = [s for s in house.customs.received if s.number == number]
    read = evidence._history

    async def interrupted(*values: Any) -> Any:
        await house.hear(house.customs.receipt(submission, 1, "RECEIVED"))
        return await read(*values)

    monkeypatch.setattr(evidence, "_history", interrupted)
    assert verify(await fetched(member, number))[0] == 3
    monkeypatch.undo()
    assert len((await member.http.get(f"/api/documents/{TYPE}/{number}/receipts")).json()["items"]) == 2


async def test_a_training_clock_makes_no_honest_signature_wrong(
    house: House, verify: Any, clock: Any
) -> None:
    """PORT-08: cards are judged by the real moment, which the history guards too (decisions 0019, 0073)."""
    member, number = await answered(house)
    parts = await fetched(member, number)
    assert verify(parts)[0] == 3
    main = json.loads(parts["evidence.json"])
    [submitted] = [each for each in main["history"] if json.loads(each["entry"])[3] == "submitted"]
    said = json.loads(submitted["entry"])
    submitted["entry"] = json.dumps([*said[:9], said[9] - 50 * 365 * 86400], ensure_ascii=False)
    code, _ = verify(parts | {"evidence.json": json.dumps(main).encode()})
    assert code == "不成立 Not as it was signed: submission 1: the card was not valid then"


async def test_it_is_for_who_files_the_document(house: House) -> None:
    """PORT-08: another company's is answered exactly as one that does not exist."""
    _, number = await answered(house)
    stranger = await house.member()
    foreign = await stranger.http.get(f"/api/documents/{TYPE}/{number}/evidence")
    absent = await stranger.http.get(f"/api/documents/{TYPE}/{number[:-4]}9999/evidence")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["detail"].replace(number, "") == absent.json()["detail"].replace(
        f"{number[:-4]}9999", ""
    )


def _leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inside is None:
        yield place, value
        return
    for name, each in inside:
        yield from _leaves(each, (*place, name))


def _unsigned(main: dict[str, Any], place: tuple[Any, ...]) -> bool:
    """The portal's own word on sending, which nobody signed."""
    return (
        len(place) > 3
        and place[2] == "answers"
        and main["submissions"][place[1]]["answers"][place[3]]["jws"] is None
    )


def _put(main: Any, place: tuple[Any, ...], value: Any) -> None:
    for name in place[:-1]:
        main = main[name]
    main[place[-1]] = value


def _other(value: Any) -> Any:
    if isinstance(value, str):
        at = len(value) // 2
        return f"{value[:at]}{'0' if value[at : at + 1] != '0' else '1'}{value[at + 1 :]}"
    return value + 1 if isinstance(value, int) else 1
