"""Files that are whole or not there, and boxes that are what they say."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from singlewindow.contract import folder
from singlewindow.contract.folder import MESSAGE, Boxes


@pytest.fixture
def boxes(tmp_path: Path) -> Boxes:
    return Boxes(tmp_path / "exchange").make()


def test_half_written_files_links_and_strange_names_are_left_alone(boxes: Boxes, tmp_path: Path) -> None:
    folder.write(boxes.out / "12345678.json", b"{}")
    (boxes.out / "12345679.json.77.part").write_bytes(b"{")
    (boxes.out / "short.json").write_bytes(b"{}")
    (boxes.out / "..12345678.json").write_bytes(b"{}")
    (tmp_path / "secret").write_bytes(b"{}")
    (boxes.out / "87654321.json").symlink_to(tmp_path / "secret")
    (boxes.out / "12345670.json").mkdir()
    assert [file.name for file in folder.complete(boxes.out, MESSAGE, 10)] == ["12345678.json"]


def test_the_oldest_come_first_and_no_more_than_asked(boxes: Boxes) -> None:
    for at, name in enumerate(("cccccccc", "aaaaaaaa", "bbbbbbbb")):
        folder.write(boxes.out / f"{name}.json", b"{}")
        os.utime(boxes.out / f"{name}.json", (at, at))
    assert [file.stem for file in folder.complete(boxes.out, MESSAGE, 2)] == ["cccccccc", "aaaaaaaa"]


def test_what_fails_lies_in_failbox_with_its_reason(boxes: Boxes) -> None:
    file = boxes.out / "12345678.json"
    folder.write(file, b"x")
    assert folder.why_failed(boxes, file.name) is None
    folder.fail(file, boxes, "格式不符合规定")
    assert folder.why_failed(boxes, file.name) == "格式不符合规定"
    assert list(boxes.out.iterdir()) == []
    folder.move(file, boxes.sent)  # somebody else was first: no trouble
    assert not folder.young(file)


def test_sweeping_takes_old_files_only(boxes: Boxes) -> None:
    for name, age in (("12345678.json", 40), ("87654321.json", 1)):
        folder.write(boxes.sent / name, b"{}")
        os.utime(boxes.sent / name, (time.time() - age * 86400,) * 2)
    folder.sweep(boxes.sent, 30)
    assert [file.name for file in boxes.sent.iterdir()] == ["87654321.json"]


def test_what_a_dead_writer_left_is_swept_what_is_being_written_is_not(boxes: Boxes) -> None:
    folder.write(boxes.out / "12345678.json", b"{}")
    for box in (boxes.out, boxes.inbox, boxes.failed):
        for name, age in (("a.json.1.part", 2 * folder.PART_SECONDS), ("b.json.2.part", 1)):
            (box / name).write_bytes(b"{")
            os.utime(box / name, (time.time() - age,) * 2)
    os.utime(boxes.out / "12345678.json", (0, 0))
    folder.sweep_parts(boxes)
    left = {file.name for box in (boxes.out, boxes.inbox, boxes.failed) for file in box.iterdir()}
    assert left == {"12345678.json", "b.json.2.part"}
