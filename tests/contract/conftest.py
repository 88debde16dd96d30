"""A demonstration PKI, made once; a test that changes it takes its own copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.contract.pki import Pki, make_pki


@pytest.fixture(scope="session")
def shared_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def pki(shared_pki: Pki, tmp_path: Path) -> Pki:
    """A copy that the test may change."""
    shutil.copytree(shared_pki.folder.parent, tmp_path / "copy")
    return Pki(tmp_path / "copy" / "pki", tmp_path / "copy" / "cards")
