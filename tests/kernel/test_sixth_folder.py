"""A new chapter is one folder: a copy of the template under another name works, with nothing else changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
COPIED = ("singlewindow", "tests", "tools", "conftest.py", "pyproject.toml")
NAME = "letters"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The project as it is."""
    for name in COPIED:
        source = CLONE / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


@pytest.fixture
def copy(clone: Path) -> Path:
    """The project with a further chapter: the template's folder, its name replaced in it."""
    chapter = clone / "singlewindow" / "subsystems" / NAME
    shutil.copytree(chapter.with_name("_template"), chapter)
    for file in chapter.rglob("*"):
        if file.suffix in {".py", ".json"}:
            file.write_text(renamed(file.read_text("utf-8")), "utf-8")
    (chapter / "migrations" / "t0001_find_template.py").rename(
        chapter / "migrations" / "l0001_find_letters.py"
    )
    return clone


def renamed(text: str) -> str:
    return (
        text.replace("find__template", f"find_{NAME}")
        .replace("_template", NAME)
        .replace("template_00", f"{NAME}_00")
    )


def run(copy: Path, *command: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(copy), "TEST_DOCUMENT_TYPE": NAME}
    done = subprocess.run(
        (sys.executable, *command),
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_copy_of_the_template_is_a_working_chapter(copy: Path) -> None:
    """Its shape, its samples, and the way of a document from draft to grant with its own type."""
    assert "0 problems" in run(copy, "tools/check_subsystems.py")
    flow = "tests/kernel/test_documents.py::test_a_document_goes_from_draft_to_grant"
    search = "tests/kernel/test_documents.py::test_find_by_conditions"
    output = run(
        copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"singlewindow/subsystems/{NAME}", flow, search
    )
    assert " passed" in output
    assert "failed" not in output


def test_so_is_a_copy_of_the_chapter_without_documents(clone: Path) -> None:
    """By the commands of CONTRIBUTING.md: its shape, its routes, its orders, and what strangers get from it."""
    chapter = shutil.copytree(
        clone / "singlewindow/subsystems/_labels", clone / "singlewindow/subsystems/parcels"
    )
    for file in chapter.rglob("*"):
        if file.suffix in {".py", ".ts"}:
            text = file.read_text("utf-8").replace("labels_", "parcels_").replace("_labels", "parcels")
            file.write_text(text.replace("LABL-", "PARC-"), "utf-8")
    assert "0 problems" in run(clone, "tools/check_subsystems.py")
    kernel = ["tests/kernel/test_register_index.py", "tests/isolation/test_matrix.py"]
    kept = "parcels or every_declared_index or every_route_has_an_entry or each_fence_holds"
    output = run(
        clone,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "singlewindow/subsystems/parcels",
        *kernel,
        "-k",
        kept,
    )
    assert " passed" in output
    assert "failed" not in output
