"""The comparison of what was acknowledged with what portal, customs and API hold, and of these with each other.

Four kinds of damage: lost (acknowledged, and not there), doubled, half (one part of what is written together is not
there), wrong (an end that is not what customs decided last). What the program should hold is said here once more, from
the manuals' words, not with the program's own tables. Every check has a test that damages a good world for it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import httpx

from benchmarks.troubles import told
from singlewindow.contract.pdf_seals import Trust
from singlewindow.contract.pdf_seals import Verdict as Seal
from singlewindow.contract.pdf_seals import check as check_seal
from singlewindow.contract.postgres import PASSING
from singlewindow.contract.signatures import canonical
from tests.system.torture.contents import Content, Saved, differences, digest
from tests.system.torture.world import Row, World

Kind = Literal["lost", "doubled", "half", "wrong"]
Check = Callable[[World], Iterator[str]]
CHECKS: dict[str, tuple[Kind, Check]] = {}

MARKS = {
    "gate.trip": lambda content: content.get("bind_key_info"),
    "inspection.declaration": lambda content: content.get("declaration_no"),
    "appointment.application": lambda content: content.get("reason", "").removeprefix("鲜活货物 "),
    "consolidated.list": lambda content: content.get("note"),
}
"""By what each document of the driver's is told from all others, however often its request came."""
ENDS: dict[str, dict[str, str]] = {
    "inspection.declaration": {"approved": "4", "refused": "5", "rejected": "E2"},
    "gate.trip": {"accepted": "10", "returned": "20", "rejected": "FF", "deleted": "10"},
    "appointment.application": {
        "booked": "P", "returned": "R", "rejected": "R", "fed_back": "F", "explained": "F", "cancelled": "C",
    },
    "consolidated.list": {"returned": "8", "rejected": "5", "closed": "15", "withdrawn": "14"},
    "consolidated.qualification": {"passed": "7"},
    "consolidated.booklet": {"passed": "7"},
}  # fmt: skip
"""What customs hold of a document when it has come to its end → its status at the portal, in the manuals' words. They
decide by themselves (自动审核), no officer and no lane does anything: what is still to be decided is no end."""
UNDECIDED = {"consolidated.list": ("received", "held", "passed", "entrusted", "carried", "crossed")}
"""Customs' states that they move on by themselves; of what has none here, `received` is the only one."""
CORRECTED = {"gate.trip": ("20", "FF")}
"""From these a document becomes a draft again by its company's own 暂存, and by nothing else."""
HOLDS = {"gate.trip": ("gate.medium", ("1", "2", "10", "41", "42"))}
"""The exclusive use that goes with a status."""
AGREED = ("amended", "agreed", "explained")
"""What customs hold of a change, or of what was said later, that they agreed to: it counts from then on."""
ASKED = {"consolidated.list": ("revision_reason", "revision_contact", "revision_phone")}
"""What is said only to ask for a change; nothing of it is in force."""
BOOKED = {
    "consignee": "consignee_code", "declare_port": "declare_port", "entry_port": "entry_port", "ie_flag": "ie_flag",
    "start": "start",
}  # fmt: skip
"""What customs keep of an appointment, and the boxes that say it."""
DRAWING = ("1", "2", "4", "6", "7", "9", "10", "11", "12", "13", "15")
"""Statuses of a list that uses up what a licence or an account book grants."""


def check(kind: Kind) -> Callable[[Check], Check]:
    """A comparison, by its function's name in words."""

    def add(function: Check) -> Check:
        CHECKS[function.__name__.replace("_", " ")] = (kind, function)
        return function

    return add


@dataclass(frozen=True)
class Verdict:
    """What every check found, by its name; those that found nothing are left out."""

    found: dict[str, list[str]]

    @classmethod
    def of(cls, world: World) -> Verdict:
        """All checks."""
        found = {name: list(function(world)) for name, (_, function) in CHECKS.items()}
        return cls({name: what for name, what in found.items() if what})

    @property
    def damage(self) -> dict[str, int]:
        """How much of each kind."""
        counted: Counter[str] = Counter({"lost": 0, "doubled": 0, "half": 0, "wrong": 0})
        for name, what in self.found.items():
            counted[CHECKS[name][0]] += len(what)
        return dict(counted)


# ---------------------------------------------------------------- lost


@check("lost")
def acknowledged_documents(world: World) -> Iterator[str]:
    """Saved, and not deleted by its company: under its number just that one."""
    for facts in world.told.acknowledged("draft"):
        row = world.documents.get(facts["number"])
        if row is None or row["hidden"]:
            if facts["number"] not in world.deleted:
                yield facts["number"]
        elif row["type"] != facts["type"]:
            yield f"{facts['number']}: {row['type']} instead of {facts['type']}"
        elif row["type"] in MARKS and MARKS[row["type"]](row["content"]) != facts["mark"]:
            yield f"{facts['number']}: {MARKS[row['type']](row['content'])!r} instead of {facts['mark']!r}"


@check("lost")
def acknowledged_versions(world: World) -> Iterator[str]:
    """What was saved last is there, or something that was asked for after it."""
    for facts in world.told.acknowledged("draft", "save"):
        row = world.documents.get(facts["number"])
        if row is not None and row["version"] < facts["version"]:
            yield f"{facts['number']}: version {row['version']} instead of {facts['version']}"


@check("wrong")
def acknowledged_contents(world: World) -> Iterator[str]:
    """What was typed is what was acknowledged, and each document is what was acknowledged last: what was saved, or what
    customs have agreed to since."""
    saved = Saved.of(world.told)
    yield from (f"{number}: what was acknowledged is not what was typed" for number in saved.odd)
    agreed = _agreed(world)
    for number, possible in saved.last.items():
        row = world.documents.get(number)
        if row is None or row["hidden"]:
            continue
        asked = ASKED.get(row["type"], ())
        changed = {n: v for n, v in agreed.get(number, {}).items() if n not in asked}
        right = [changed] if changed else possible
        if digest(row["content"]) not in map(digest, right):
            yield f"{number}: {[differences(row['content'], each) for each in right]}"


@check("wrong")
def imported_contents(world: World) -> Iterator[str]:
    """Each trip of a file is what its line says."""
    numbers = {row["sender_number"]: row["number"] for row in world.portal["senders"]}
    for facts in world.told.acknowledged("job"):
        for sender, typed in facts["typed"].items():
            row = world.documents.get(numbers.get(sender, ""))
            if row is not None and (names := differences(row["content"], typed)):
                yield f"{sender}, {row['number']}: {names}"


@check("wrong")
def what_was_signed(world: World) -> Iterator[str]:
    """Each submission, on both sides, is what a card signed for that action of that document: statement and content,
    byte by byte; and an acknowledged one is that which was signed for it. What is signed is what was typed for it, or
    was saved."""
    for side, rows in (("portal", world.portal["submissions"]), ("customs", world.customs["submissions"])):
        for row in rows:
            note = world.signed.get(row["statement"])
            what = f"{row['number']}/{row['sequence']} at {side}"
            if note is None or (note["number"], note["action"]) != (row["number"], row["action"]):
                yield f"{what}: nobody signed this"
            elif row["content_sha256"] != hashlib.sha256(canonical(note["content"])).hexdigest():
                yield f"{what}: another content than was signed"
    for no, saved in Saved.of(world.told).submitted.items():
        if world.told.ops[no].done is not None:
            yield from _signed_otherwise(world, no, world.told.ops[no].facts, saved)


def _signed_otherwise(
    world: World, op: int, facts: dict[str, Any], saved: Sequence[Content]
) -> Iterator[str]:
    """What the submissions of an acknowledged operation say else than was signed for it, and typed, or saved."""
    number, nth, typed = facts["number"], facts["nth"], facts["typed"]
    rows = [*world.ours.get(number, ()), *world.theirs.get(number, ())]
    for note in (world.signed.get(row["statement"]) for row in rows if row["sequence"] == nth):
        if note is None or note["op"] != op:
            yield f"{number}/{nth}: signed for something else"
        elif typed and (names := differences(note["content"], typed)):
            yield f"{number}/{nth}: typed and signed differ in {names}"
        elif not typed and digest(note["content"]) not in map(digest, saved):
            yield f"{number}/{nth}: saved and signed differ in {[differences(note['content'], each) for each in saved]}"


@check("lost")
def acknowledged_submissions(world: World) -> Iterator[str]:
    """Each signed action is a submission at the portal and one at customs."""
    for facts in world.told.acknowledged("submit"):
        for side, rows in (("portal", world.ours), ("customs", world.theirs)):
            if len(rows.get(facts["number"], ())) < facts["nth"]:
                yield f"{facts['number']}: {facts['action']} at {side}"


@check("lost")
def acknowledged_files(world: World) -> Iterator[str]:
    """Uploaded, in its category, with its bytes."""
    there = {
        (row["number"], row["category"], row["sha256"], row["hashed"])
        for row in world.portal["attachments"]
        if not row["superseded"]
    }
    for facts in world.told.acknowledged("upload"):
        if (facts["number"], facts["category"], facts["sha256"], facts["sha256"]) not in there:
            yield f"{facts['number']}: {facts['category']}"


@check("lost")
def acknowledged_deletions(world: World) -> Iterator[str]:
    """Deleted, and there again."""
    for facts in world.told.acknowledged("delete"):
        row = world.documents.get(facts["number"])
        if row is not None and not row["hidden"]:
            yield facts["number"]


@check("lost")
def acknowledged_imports(world: World) -> Iterator[str]:
    """Every trip of a file whose job was taken."""
    senders = {row["sender_number"] for row in world.portal["senders"]}
    jobs = {row["id"]: row for row in world.portal["jobs"]}
    for facts in world.told.acknowledged("job"):
        job = jobs.get(facts["job"])
        missing = [at for at in range(1, facts["count"] + 1) if f"{facts['mark']}-{at}" not in senders]
        if job is None or job["state"] != "done" or job["done"] != facts["count"] or missing:
            yield f"job {facts['job']}: {dict(job) if job else None}, missing {missing}"


@check("lost")
def acknowledged_tokens(world: World) -> Iterator[str]:
    """Made, and there; revoked, and worth nothing."""
    there = {row["id"]: row for row in world.portal["tokens"]}
    for facts in world.told.acknowledged("token"):
        if there.get(facts["token"], {}).get("name") != facts["name"]:
            yield f"token {facts['token']}"
    for facts in world.told.acknowledged("revoke token"):
        if facts["token"] in there and there[facts["token"]]["revoked_at"] is None:
            yield f"token {facts['token']} is not revoked"


@check("lost")
def acknowledged_prints(world: World) -> Iterator[str]:
    """Every accepted declaration of an application has its layout file, or a word why not."""
    results = defaultdict(list)
    for row in world.portal["prints"]:
        results[row["number"]].append(row)
    for facts in world.told.acknowledged("print"):
        rows = [row for row in results[facts["application"]] if row["declaration"]]
        made = [row for row in rows if row["file_id"] is not None]
        if len(rows) != facts["accepted"] or len(made) != len(rows):
            yield f"{facts['application']}: {len(made)} of {facts['accepted']}"


@check("wrong")
def files_of_prints(world: World) -> Iterator[str]:
    """Each layout file is of its declaration and company, has the bytes whose digest is kept, and its seal holds."""
    for row in world.portal["prints"]:
        if row["file_id"] is None:
            continue
        what = f"{row['number']}/{row['declaration']}"
        if (row["file"], row["file_of"]) != (f"{row['declaration']}.pdf", row["company_id"]):
            yield f"{what}: {row['file']}, of company {row['file_of']}"
        elif row["sha256"] != hashlib.sha256(row["bytes"]).hexdigest():
            yield f"{what}: not the bytes whose digest is kept"
        elif (seal := _seal_of(row["bytes"], world.trust)) is not Seal.VALID:
            yield f"{what}: {seal.value}"


@cache
def _seal_of(file: bytes, trust: Trust | None) -> Seal:
    """What a sealed file's reader says of it; asked once for each file."""
    assert trust is not None, "who looks at a world says whom its seals are believed by"
    return check_seal(file, trust).verdict


@check("lost")
def documents_over_the_api(world: World) -> Iterator[str]:
    """What the database holds for a company, its result lists show with the same status; and nothing else."""
    for number, row in world.documents.items():
        answer = world.answers.get(number)
        if row["hidden"] or row["type"] not in MARKS:
            continue
        if answer is None:
            yield f"{number}: not found"
        elif answer["status"] != row["status"]:
            yield f"{number}: {answer['status']} instead of {row['status']}"
    yield from (f"{number}: only there" for number in world.answers if number not in world.documents)


@check("lost")
def whatever_a_reader_missed(world: World) -> Iterator[str]:
    """Something that was acknowledged, and could not be seen while the work went on."""
    for note in world.told.noted("not visible"):
        yield f"{note['number']}: {note['seen']} instead of {note['acknowledged']}"


@check("lost")
def events_of_the_feed(world: World) -> Iterator[str]:
    """Each entry of a history is told to its company, from the first document on: none is older than the feed."""
    told = {(row["company_id"], row["document_id"], row["event_no"]) for row in world.portal["feed"]}
    for row in world.portal["events"]:
        if (row["company_id"], row["document_id"], row["no"]) not in told:
            yield f"{row['document_id']}/{row['no']}"


@check("lost")
def events_over_the_api(world: World) -> Iterator[str]:
    """`GET /api/events` from the beginning on gives the whole feed, in its order."""
    for company, rows in _feeds(world).items():
        answered = world.feeds.get(company, [])
        expected = [(row["number"], row["event_no"]) for row in rows]
        if answered != expected:
            at = next(
                (at for at, (a, b) in enumerate(zip(answered, expected, strict=False)) if a != b),
                min(len(answered), len(expected)),
            )
            yield f"{company}: from {at} on, {len(answered)} instead of {len(expected)}"


@check("lost")
def events_that_were_sent(world: World) -> Iterator[str]:
    """Each event reached the company's endpoint at least once."""
    heard = {(line["hook"], line["id"]) for line in world.heard}
    for hook, rows in _sent(world).items():
        for row in rows:
            if (hook, f"evt_{row['number']}_{row['event_no']}") not in heard:
                yield f"{hook}: {row['number']}/{row['event_no']}"


# ---------------------------------------------------------------- doubled


@check("doubled")
def documents_of_one_mark(world: World) -> Iterator[str]:
    """One vehicle makes one trip, one declaration has one application …, however often its request came."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for number, row in world.documents.items():
        if row["type"] in MARKS and (mark := MARKS[row["type"]](row["content"])):
            seen[row["type"], mark].append(number)
    yield from (f"{mark}: {numbers}" for (_, mark), numbers in seen.items() if len(numbers) > 1)


@check("doubled")
def answers_to_one_key(world: World) -> Iterator[str]:
    """An idempotency key means one document for ever."""
    keys = {row["key"]: row["number"] for row in world.portal["keys"]}
    for facts in world.told.acknowledged("draft"):
        if keys.get(facts["key"], facts["number"]) != facts["number"]:
            yield f"{facts['key']}: {facts['number']}, {keys[facts['key']]}"


@check("doubled")
def submissions(world: World) -> Iterator[str]:
    """One message, one submission, one statement at customs, and numbers without gaps on both sides."""
    for side, by_number in (("portal", world.ours), ("customs", world.theirs)):
        for number, rows in by_number.items():
            if [row["sequence"] for row in rows] != list(range(1, len(rows) + 1)):
                yield f"{number} at {side}: {[row['sequence'] for row in rows]}"
    for name in ("message_id", "statement_sha256"):
        counted = Counter(row[name] for row in world.customs["submissions"])
        yield from (f"{name} {value}" for value, count in counted.items() if count > 1)


@check("doubled")
def numbers_that_customs_give(world: World) -> Iterator[str]:
    """审核编号, 清单海关编号, 申请编号 …: one each."""
    counted = Counter(row["customs_no"] for row in world.customs["submissions"] if row["customs_no"])
    yield from (number for number, count in counted.items() if count > 1)
    for name in ("customs_no", "application_no", "list_no", "book_no", "qualification_no"):
        shown = Counter(row["returned"].get(name) for row in world.documents.values())
        yield from (f"{name} {value}" for value, count in shown.items() if value and count > 1)


@check("doubled")
def quantities(world: World) -> Iterator[str]:
    """What a list uses up is drawn once on both sides; an account book's sum stays."""
    drawn: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for row in world.portal["draws"]:
        drawn[row["document_id"]][row["kind"], row["key"]] = row["amount"]
    used = defaultdict(list)
    for row in world.customs["uses"]:
        used[row["record_id"]].append(row)
    for record in world.customs["records"]:
        document = world.documents.get(record["number"])
        if record["type"] != "consolidated.list" or document is None:
            continue
        for row in used.get(record["id"], []):
            mine = [
                amount
                for (kind, key), amount in drawn[document["id"]].items()
                if kind.endswith(row["kind"]) and key.startswith(f"{row['key']}/{row['item']}")
            ]
            if row["amount"] not in mine or row["amount"] != _declared(record["content"], row):
                yield f"{record['number']}: {row['key']} {row['amount']}, at the portal {mine}"
    yield from _sums_of_books(world)


def _declared(content: Any, use: Row) -> Decimal:
    """How much of it the content in force asks for."""
    names = ("record_no",) if use["kind"] == "account_book" else ("code",)
    return sum(
        (
            Decimal(good["quantity"])
            for good in content["goods"]
            if good[names[0]].lstrip("0") == use["item"].lstrip("0")
        ),
        Decimal(),
    )


def _sums_of_books(world: World) -> Iterator[str]:
    taken: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in world.customs["uses"]:
        if row["kind"] == "account_book":
            taken[row["key"], row["item"]] += row["amount"]
    for row in world.customs["books"]:
        first = world.first_books.get(row["key"], {"items": ()})["items"]
        for before, item in zip(first, row["data"]["items"] if first else (), strict=True):
            gone = Decimal(before["remaining"]) - Decimal(item["remaining"])
            more = Decimal(item.get("deducted", "0")) - Decimal(before.get("deducted", "0"))
            used = taken[row["key"], str(item["no"])]
            if not gone == more == used:
                yield f"{row['key']}/{item['no']}: {gone} gone, {more} deducted, {used} used"


@check("doubled")
def imported_trips(world: World) -> Iterator[str]:
    """One document for each number of the sender's."""
    counted = Counter(row["number"] for row in world.portal["senders"])
    yield from (number for number, count in counted.items() if count > 1)
    names = Counter(row["sender_number"] for row in world.portal["senders"])
    yield from (name for name, count in names.items() if count > 1)


@check("doubled")
def work_of_one_key(world: World) -> Iterator[str]:
    """One job, and one application for prints, for each request's key; each declaration once in it."""
    for name, rows in (
        ("job", [(row["key"], row["id"]) for row in world.portal["jobs"] if row["key"]]),
        ("application", list({(row["key"], row["number"]) for row in world.portal["prints"] if row["key"]})),
        ("declaration", [(row["number"], row["declaration"]) for row in world.portal["prints"]]),
    ):
        counted = Counter(rows if name == "declaration" else [key for key, _ in rows])
        yield from (f"{name} {key}" for key, count in counted.items() if count > 1)


@check("doubled")
def events_in_the_feed(world: World) -> Iterator[str]:
    """Each entry once for each company, numbered from 1 without gaps."""
    for company, rows in _feeds(world).items():
        if [row["no"] for row in rows] != list(range(1, 1 + len(rows))):
            yield f"{company}: numbers have gaps"
        counted = Counter((row["document_id"], row["event_no"]) for row in rows)
        yield from (f"{company}: {key}" for key, count in counted.items() if count > 1)


# ---------------------------------------------------------------- half


@check("half")
def documents(world: World) -> Iterator[str]:
    """A history from the beginning on, one owner, one row by which it is found, the status that was told last."""
    for number, row in world.documents.items():
        told = row["told"] or []
        if not told or told[0] not in ("created", "built"):
            yield f"{number}: history {told[:1]}"
        if row["owners"] != 1 or world.found.get(number) != 1:
            yield f"{number}: {row['owners']} owners, found {world.found.get(number)} times"
        if row["told_status"] not in (None, row["status"]):
            yield f"{number}: {row['status']}, and {row['told_status']} was told"


@check("half")
def submissions_and_history(world: World) -> Iterator[str]:
    """Submission, its entry, its message and the document's count are written together."""
    for number, row in world.documents.items():
        mine = world.ours.get(number, [])
        counts = {len(mine), (row["told"] or []).count("submitted"), row["last_submission"]}
        if len(counts) > 1:
            yield f"{number}: {counts} submissions"
        yield from (
            f"{number}/{each['sequence']}: {each['outbox']} messages"
            for each in mine
            if each["outbox"] + each["waiting"] != 1
        )


@check("half")
def submissions_of_both_sides(world: World) -> Iterator[str]:
    """As many at customs as at the portal, with the same files."""
    for number in {*world.ours, *world.theirs}:
        mine, theirs = world.ours.get(number, []), world.theirs.get(number, [])
        if len(mine) != len(theirs):
            yield f"{number}: {len(mine)} here, {len(theirs)} there"
            continue
        for here, there in zip(mine, theirs, strict=True):
            if sorted(here["files"] or ()) != sorted(file["sha256"] for file in there["files"]):
                yield f"{number}/{here['sequence']}: other files"


@check("half")
def files_at_customs(world: World) -> Iterator[str]:
    """Customs have the bytes of every file that a submission names, and of each that was uploaded for it."""
    there = {row["sha256"]: row["hashed"] for row in world.customs["files"]}
    uploaded = {facts["number"]: facts["sha256"] for facts in world.told.acknowledged("upload")}
    for row in world.customs["submissions"]:
        named = [file["sha256"] for file in row["files"]]
        if row["number"] in uploaded and uploaded[row["number"]] not in named:
            yield f"{row['number']}: {uploaded[row['number']]} is not named"
        yield from (f"{row['number']}: {each}" for each in named if there.get(each) != each)


@check("half")
def files_and_history(world: World) -> Iterator[str]:
    """Every file has its entry."""
    counted = Counter(row["number"] for row in world.portal["attachments"])
    for number, count in counted.items():
        if (world.documents[number]["told"] or []).count("uploaded") != count:
            yield number


@check("half")
def receipts_of_both_sides(world: World) -> Iterator[str]:
    """The same numbers and codes."""
    sides = [
        Counter((r["number"], r["sequence"], r["seq"], r["code"]) for r in rows if r["seq"] > 0)
        for rows in (world.portal["receipts"], world.customs["receipts"])
    ]
    yield from (f"only here: {each}" for each in sides[0] - sides[1])
    yield from (f"only there: {each}" for each in sides[1] - sides[0])


@check("half")
def receipts_and_history(world: World) -> Iterator[str]:
    """Every receipt has its entry, the portal's own word too."""
    counted = Counter(row["number"] for row in world.portal["receipts"])
    for number, row in world.documents.items():
        told = row["told"] or []
        if told.count("receipt") + told.count("late receipt") != counted[number]:
            yield f"{number}: {counted[number]} receipts"


@check("half")
def decisions(world: World) -> Iterator[str]:
    """At customs: as many receipts as were numbered, each with its message; the state is the last decision's."""
    for row in world.customs["submissions"]:
        if row["receipts"] != row["last_seq"] or not row["receipts"]:
            yield f"{row['number']}/{row['sequence']}: {row['receipts']} receipts of {row['last_seq']}"
        if row["decided"] not in (None, row["state"]) and row["state"] not in (
            "deleted",
            *ENDED_BY_FOLLOWING,
        ):
            yield f"{row['number']}/{row['sequence']}: {row['state']}, decided {row['decided']}"
        if row["incoming"] != "understood":
            yield f"{row['number']}/{row['sequence']}: its message is {row['incoming']}"
    for row in world.customs["receipts"]:
        if row["state"] is None:
            yield f"{row['number']}/{row['sequence']}: receipt {row['seq']} has no message"


ENDED_BY_FOLLOWING = ("fed_back", "explained", "cancelled", "withdrawn")


@check("half")
def exclusive_use(world: World) -> Iterator[str]:
    """A claim for each document whose status holds one, and no other."""
    ids = {row["id"]: row for row in world.documents.values()}
    held: dict[str, set[int]] = defaultdict(set)
    for row in world.portal["claims"]:
        held[row["kind"]].add(row["document_id"])
    for type, (kind, statuses) in HOLDS.items():
        wanted = {
            id
            for id, row in ids.items()
            if row["type"] == type and row["status"] in statuses and not row["ended_by"] and not row["hidden"]
        }
        yield from (f"{ids[id]['number']}: {kind}" for id in wanted ^ held[kind] if id in ids)


@check("half")
def drawn_quantities(world: World) -> Iterator[str]:
    """What lists use up is written beside their status, and gone with it; customs count what they let through."""
    drawing = {row["document_id"] for row in world.portal["draws"]}
    uses = {row["record_id"] for row in world.customs["uses"]}
    counting = {row["number"] for row in world.customs["records"] if row["id"] in uses}
    for number, row in world.documents.items():
        if row["type"] != "consolidated.list":
            continue
        if (row["status"] in DRAWING) != (row["id"] in drawing):
            yield f"{number}: {row['status']}, drawn {row['id'] in drawing}"
        if (row["status"] in DRAWING) != (number in counting):
            yield f"{number}: {row['status']}, customs count {number in counting}"


@check("half")
def amendments(world: World) -> Iterator[str]:
    """Each has a record, which says what customs said."""
    agreed = {
        "amended": "agreed",
        "agreed": "agreed",
        "returned": "refused",
        "refused": "refused",
        "rejected": "refused",
    }
    theirs = {(row["number"], row["sequence"]): row["state"] for row in world.customs["submissions"]}
    for number, rows in world.ours.items():
        for row in rows:
            if not row["amends"] or row["type"] not in ("gate.trip", "consolidated.list"):
                continue
            state = theirs.get((number, row["sequence"]), "")
            if row["recorded"] != agreed.get(state):
                yield f"{number}/{row['sequence']}: {row['recorded']}, at customs {state}"


# ---------------------------------------------------------------- wrong


@check("wrong")
def final_states(world: World) -> Iterator[str]:
    """Each document is what customs' last decision says."""
    for number, row in world.documents.items():
        theirs = world.theirs.get(number, [])
        if row["type"] not in ENDS or row["hidden"] or not theirs:
            continue
        base = [each for each in theirs if each["function"] in ("ADD", "")][-1]
        life = world.lives.get(number)
        state = life["state"] if life and life["sequence"] == base["sequence"] else base["state"]
        expected = ENDS[row["type"]].get(state)
        corrected = row["status"] in ("0", "S") and expected in CORRECTED.get(row["type"], ())
        if row["status"] != expected and not (corrected and _saved_since(world, number, base["sequence"])):
            yield f"{number}: {row['status']} instead of {expected} ({state})"


def _saved_since(world: World, number: str, nth: int) -> bool:
    """Whether a document's company asked for 暂存 after that submission of it, acknowledged or not."""
    ops = [(no, op) for no, op in world.told.ops.items() if op.facts.get("number") == number]
    signed = min((no for no, op in ops if op.kind == "submit" and op.facts["nth"] == nth), default=None)
    return signed is not None and any(op.kind == "save" and no > signed for no, op in ops)


@check("wrong")
def undecided_submissions(world: World) -> Iterator[str]:
    """Customs have decided whatever they took in, changes and what was said later included: a decision that was due and
    never came leaves both sides at one, and is seen nowhere else."""
    for row in world.customs["submissions"]:
        if row["state"] in UNDECIDED.get(row["type"], ("received",)):
            yield f"{row['number']}/{row['sequence']}: {row['state']}"


@check("wrong")
def drafts(world: World) -> Iterator[str]:
    """What was never submitted is a draft."""
    for number, row in world.documents.items():
        if row["type"] in ENDS and not world.ours.get(number) and row["status"] not in ("0", "S"):
            yield f"{number}: {row['status']}"


@check("wrong")
def what_stands_beside_a_status(world: World) -> Iterator[str]:
    """Nothing is with customs any more; a trip is 已删单 exactly where customs have deleted it."""
    for number, row in world.documents.items():
        deleted = (world.lives.get(number) or {}).get("state") == "deleted"
        if row["amending"] or bool(row["ended_by"]) != deleted:
            yield f"{number}: {row['amending'] or row['ended_by'] or 'not ended'}"


@check("wrong")
def content_in_force(world: World) -> Iterator[str]:
    """Customs' desks keep of each trip, list and filing what was signed for it last and agreed to, and of an
    appointment who comes when for what."""
    agreed = _agreed(world, "MOD")
    for number, life in world.lives.items():
        base = next((each for each in world.theirs[number] if each["sequence"] == life["sequence"]), None)
        note = world.signed.get(base["statement"]) if base else None
        if note is None:
            yield f"{number}: nobody signed its submission {life['sequence']}"
            continue
        if "content" in life:
            wanted = agreed.get(number, note["content"])
            same = digest(life["content"]) == digest(wanted)
            differing = [] if same else differences(life["content"], wanted) or ["more than was signed"]
        else:
            differing = [name for name, field in BOOKED.items() if life[name] != note["content"][field]]
        if differing:
            yield f"{number}: {differing}"


def _agreed(world: World, *functions: str) -> dict[str, dict[str, Any]]:
    """What was signed last of what customs agreed to since the document was submitted last, by number; of all, or of
    some functions."""
    found: dict[str, dict[str, Any]] = {}
    for number, rows in world.theirs.items():
        base = max((row["sequence"] for row in rows if row["function"] in ("ADD", "")), default=0)
        for row in rows:
            counts = row["state"] in AGREED and (not functions or row["function"] in functions)
            if row["sequence"] > base and counts and row["statement"] in world.signed:
                found[number] = world.signed[row["statement"]]["content"]
    return found


@check("wrong")
def numbers_shown(world: World) -> Iterator[str]:
    """What customs gave is what the document shows."""
    for number, row in world.documents.items():
        if row["type"] not in ("inspection.declaration", "appointment.application") or not world.theirs.get(
            number
        ):
            continue
        base = [each for each in world.theirs[number] if each["function"] in ("ADD", "")][-1]
        shown = row["returned"].get("customs_no") or row["returned"].get("application_no") or None
        if shown != base["customs_no"]:
            yield f"{number}: {shown} instead of {base['customs_no']}"


@check("wrong")
def timers(world: World) -> Iterator[str]:
    """An approved appointment waits for its feedback until customs' own moment; nothing else waits."""
    due = {(row["document_id"], row["timer"]): row["due_at"] for row in world.portal["schedule"]}
    for number, row in world.documents.items():
        if row["type"] != "appointment.application":
            continue
        life, moment = world.lives.get(number), due.get((row["id"], "unanswered"))
        expected = life["answer_by"] if life and row["status"] == "P" else None
        if moment != expected:
            yield f"{number}: {moment} instead of {expected}"


@check("wrong")
def account_books(world: World) -> Iterator[str]:
    """The portal's registers say what customs' say."""
    theirs = {row["key"]: row for row in world.customs["books"]}
    for row in world.portal["books"]:
        if row["seq"] != theirs[row["key"]]["seq"] or row["data"] != theirs[row["key"]]["data"]:
            yield row["key"]


@check("wrong")
def order_of_the_feed(world: World) -> Iterator[str]:
    """Of each document the entries stand in their order."""
    for company, rows in _feeds(world).items():
        yield from _unordered(company, [(row["number"], row["event_no"]) for row in rows])


@check("wrong")
def order_of_what_was_sent(world: World) -> Iterator[str]:
    """Of each document events came in their order; one that came again is no matter."""
    first: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for line in world.heard:
        first[line["hook"]].setdefault(line["id"], (line["number"], line["no"]))
    for hook, events in first.items():
        yield from _unordered(hook, list(events.values()))


@check("wrong")
def whom_an_event_concerns(world: World) -> Iterator[str]:
    """A company is told of its own documents, and of those in which it is a party; its endpoint hears what stands in
    its feed."""
    concerned = {(row["id"], row["company_id"]) for row in world.documents.values()}
    concerned |= {(row["document_id"], row["company_id"]) for row in world.portal["parties"]}
    there = {row["id"] for row in world.documents.values()}  # a draft that is deleted has no parties any more
    for row in world.portal["feed"]:
        if row["document_id"] in there and (row["document_id"], row["company_id"]) not in concerned:
            yield f"the feed of company {row['company_id']}: {row['number']}/{row['event_no']}"
    sent = {
        hook: {(f"evt_{row['number']}_{row['event_no']}", row["number"], row["event_no"]) for row in rows}
        for hook, rows in _sent(world).items()
    }
    for line in world.heard:
        if (line["id"], line["number"], line["no"]) not in sent.get(line["hook"], ()):
            yield f"{line['hook']}: {line['id']}"


@check("wrong")
def what_is_stuck(world: World) -> Iterator[str]:
    """Everything has come to its end."""
    for side in (world.portal, world.customs):
        yield from (f"{row['what']}: {row['many']}" for row in side["stuck"] if row["many"])


@check("wrong")
def history(world: World) -> Iterator[str]:
    """`verify-history`, with the checkpoints."""
    yield from world.broken


@check("wrong")
def answers_that_nobody_should_get(world: World) -> Iterator[str]:
    """A refusal without reason, or a defect."""
    for note in world.told.noted("unexpected"):
        yield f"{note['work']}: {note['problem']}"


@check("wrong")
def defects_in_the_logs(world: World) -> Iterator[str]:
    """What no part expected, and every exception that is told with its trace but those of a database or another part
    that is away: trouble that passes has names of its own. (That whoever asked was killed in the middle of it is
    none.)"""
    away = passing()
    for line in world.logged:
        said = told(line)
        trace = str(said.get("exception", ""))
        if said.get("event") in ("unexpected", "defect") and "ClientDisconnect" not in line:
            yield line[:600]
        elif trace and _raised(trace) not in away:
            yield f"{said.get('event')}: {trace[-400:]}"


def passing() -> set[str]:
    """Names of the exceptions that mean that something was away."""
    found: set[str] = set()
    kinds: list[type] = [*PASSING, httpx.TransportError]
    while kinds:
        kind = kinds.pop()
        found.add(kind.__name__)
        kinds += kind.__subclasses__()
    return found


def _raised(trace: str) -> str:
    """The exception's name, of the last line that stands at its begin; what PostgreSQL adds to its words is none."""
    added = ("DETAIL:", "HINT:", "CONTEXT:")
    lines = [
        line for line in trace.splitlines() if line and not line[0].isspace() and not line.startswith(added)
    ]
    return lines[-1].partition(":")[0].rpartition(".")[2] if lines else ""


def _feeds(world: World) -> dict[str, list[Row]]:
    """The feed of each company whose people worked, by customs code."""
    codes = {row["company_id"]: row["company"] for row in world.documents.values()}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in world.portal["feed"]:
        if row["company_id"] in codes:
            found[codes[row["company_id"]]].append(row)
    return found


def _sent(world: World) -> dict[str, list[Row]]:
    """What endpoints should have been sent, by their paths."""
    feeds = _feeds(world)
    return {facts["path"]: feeds.get(facts["path"][1:], []) for facts in world.told.acknowledged("hook")}


def _unordered(whose: str, events: list[tuple[str, int]]) -> Iterator[str]:
    last: dict[str, int] = {}
    for number, no in events:
        if no < last.get(number, 0):
            yield f"{whose}: {number}/{no} after {last[number]}"
        last[number] = max(no, last.get(number, 0))
