"""导入 of numbers from a file (PRNT-01, PRNT-11)."""

from __future__ import annotations

import httpx

from singlewindow.subsystems.declarations.tests.scene import BASE, found, number_of, publish, scene, today
from singlewindow.subsystems.declarations.tests.scene import declaration as made
from tests.house import House, Member


async def imported(member: Member, data: bytes, name: str = "报关单号.txt") -> httpx.Response:
    files = {"file": (name, data, "application/octet-stream")}
    return await member.http.post(f"{BASE}/numbers", files=files)


async def test_numbers_of_a_file_are_taken_or_explained(house: House) -> None:
    """PRNT-01: full-width digits, doubles, and what is no number, each at its place; what was taken can be queried."""
    member = await scene(house)
    numbers = await publish(house, made(member), made(member))
    text = f"报关单号\n{numbers[0]}，{numbers[1]}\n{numbers[0]}\n4201\n"
    answer = await imported(member, text.encode("gbk"))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["numbers"], said["duplicates"], said["faults"]) == (numbers, 1, 1)
    [problem] = said["problems"]
    assert (problem["place"], problem["text"], problem["doubt"]) == ("第 4 行", "4201", False)
    assert problem["message"]
    assert problem["advice"]
    assert "手册" in problem["clause"]
    assert await found(member, said["numbers"], sort="number") == sorted(numbers)


async def test_more_than_fifty_are_refused_with_the_count(house: House) -> None:
    """PRNT-11."""
    member = await scene(house)
    numbers = [number_of(year=today().year) for _ in range(51)]
    answer = await imported(member, "\n".join(numbers).encode())
    assert answer.status_code == 422
    [violation] = answer.json()["violations"]
    assert "51" in violation["message"]
    assert violation["advice"]


async def test_what_is_no_such_file_is_refused_in_words(house: House) -> None:
    member = await scene(house)
    for data, name in (
        (b"", "a.txt"),
        (b"\x00\x01\x02", "a.txt"),
        (b"%PDF-1.7", "a.pdf"),
        (b"1" * 4_200_000, "a.txt"),
    ):
        answer = await imported(member, data, name)
        assert answer.status_code == 422, name
        assert answer.json()["violations"][0]["advice"]
