"""Files that programs read before they begin, and what is said of those that cannot be read (OPER-01)."""

from __future__ import annotations

from pathlib import Path

import pytest

from singlewindow.contract.files import keys_in
from singlewindow.customs.keys import Keys
from singlewindow.kernel.exchange.keys import ExchangeKeys


@pytest.mark.parametrize("program", [ExchangeKeys, Keys], ids=["portal and worker", "customs"])
def test_keys_that_are_missing_end_the_program_in_two_lines(
    program: type[ExchangeKeys | Keys], tmp_path: Path
) -> None:
    """Which file, and which setting says where it is looked for; no traceback."""
    with pytest.raises(SystemExit) as ended, keys_in(tmp_path):
        program.load(tmp_path)
    first, advice = str(ended.value).splitlines()
    assert first.startswith(f"Cannot go on: the keys in {tmp_path} cannot be read: ")
    assert "No such file" in first
    assert "SINGLEWINDOW_PKI" in advice


def test_a_key_that_is_none_ends_it_too(tmp_path: Path) -> None:
    (tmp_path / "customs-encryption.pub.jwk").write_text("{")
    with pytest.raises(SystemExit, match="Cannot go on"), keys_in(tmp_path):
        ExchangeKeys.load(tmp_path)
