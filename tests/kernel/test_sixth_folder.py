"""A new chapter is one folder: a copy of the template under another name works, with nothing else changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from singlewindow.kernel.settings import settings

CLONE = Path(__file__).resolve().parents[2]
COPIED = ("singlewindow", "tests", "tools", "conftest.py", "pyproject.toml")
LETTERS, PARCELS = "letters", "parcels"
KERNEL = (
    "tests/kernel/test_documents.py::test_a_document_goes_from_draft_to_grant",
    "tests/kernel/test_documents.py::test_find_by_conditions",
    "tests/kernel/test_register_index.py::test_every_declared_index_is_the_table_that_its_migrations_made",
    "tests/isolation/test_matrix.py::test_every_route_has_an_entry",
    "tests/isolation/test_matrix.py::test_each_fence_holds_by_itself",
)
"""What the kernel asks of every chapter; the new ones are asked alone, which the project's own have been."""


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


def test_copies_of_the_templates_are_working_chapters(clone: Path) -> None:
    """By the commands of CONTRIBUTING.md, of a chapter with documents and of one without: shape, samples, orders,
    routes, the way of a document from draft to grant with its own type, and what strangers get from it."""
    copy_with_documents(clone)
    copy_without_documents(clone)
    assert "0 problems" in run(clone, "tools/check_subsystems.py")
    folders = (f"singlewindow/subsystems/{name}" for name in (LETTERS, PARCELS))
    output = run(clone, "-m", "pytest", "-q", "-p", "no:cacheprovider", *folders, *KERNEL)
    assert " passed" in output
    assert "failed" not in output


def copy_with_documents(clone: Path) -> None:
    """The template's folder, its name replaced in it."""
    chapter = clone / "singlewindow" / "subsystems" / LETTERS
    shutil.copytree(chapter.with_name("_template"), chapter)
    for file in chapter.rglob("*"):
        if file.suffix in {".py", ".json"}:
            file.write_text(renamed(file.read_text("utf-8")), "utf-8")
    (chapter / "migrations" / "t0001_find_template.py").rename(
        chapter / "migrations" / "l0001_find_letters.py"
    )


def renamed(text: str) -> str:
    return (
        text.replace("find__template", f"find_{LETTERS}")
        .replace("_template", LETTERS)
        .replace("template_00", f"{LETTERS}_00")
    )


def copy_without_documents(clone: Path) -> None:
    """The same of the template that has orders and routes."""
    chapter = clone / "singlewindow" / "subsystems" / PARCELS
    shutil.copytree(chapter.with_name("_labels"), chapter)
    for file in chapter.rglob("*"):
        if file.suffix in {".py", ".ts"}:
            text = file.read_text("utf-8").replace("labels_", "parcels_").replace("_labels", PARCELS)
            file.write_text(text.replace("LABL-", "PARC-"), "utf-8")


def run(copy: Path, *command: str) -> str:
    environment = os.environ | {
        "PYTHONPATH": str(copy), "TEST_DOCUMENT_TYPE": LETTERS, "ISOLATION": PARCELS,
        "SINGLEWINDOW_FONTS": str(settings().fonts),
    }  # fmt: skip
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
