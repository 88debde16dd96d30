"""The shape of the chapters' folders, as `tools/check_subsystems.py` checks it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import check_subsystems

SUBSYSTEMS = check_subsystems.ROOT


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the invented chapter without document types."""
    monkeypatch.setattr(check_subsystems, "ROOT", tmp_path)
    shutil.copytree(SUBSYSTEMS / "_labels", tmp_path / "labels")
    return tmp_path / "labels"


def test_a_chapter_without_document_types_is_one(chapter: Path) -> None:
    assert list(check_subsystems.problems_of(chapter)) == []


@pytest.mark.parametrize(
    "missing", ["README.md", "queries.py", "rules.py", "routes.py", "tests/strangers.py", "web/index.ts"]
)
def test_what_it_lacks_is_named(chapter: Path, missing: str) -> None:
    (chapter / missing).unlink()
    [problem] = check_subsystems.problems_of(chapter)
    assert f"labels: {missing} is missing" in problem


def test_a_module_says_what_it_is(chapter: Path) -> None:
    (chapter / "routes.py").write_text("router = None\n")
    assert list(check_subsystems.problems_of(chapter)) == ["labels: routes.py has no docstring"]


def test_routes_beside_documents_need_cases_of_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PORT-10: a chapter with documents may have routes as well."""
    monkeypatch.setattr(check_subsystems, "ROOT", tmp_path)
    chapter = shutil.copytree(SUBSYSTEMS / "_template", tmp_path / "letters")
    assert list(check_subsystems.problems_of(chapter)) == []
    (chapter / "routes.py").write_text('"""Routes."""\n')
    assert list(check_subsystems.problems_of(chapter)) == ["letters: tests/strangers.py is missing"]
