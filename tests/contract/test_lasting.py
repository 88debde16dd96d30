"""How long list and certificates last by which cards and seals are judged (OPER-01)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from singlewindow.contract import demo_pki
from singlewindow.contract.lasting import days_left
from tests.contract.pki import NOW, make_pki


def test_days_are_counted_to_each_end(tmp_path: Path) -> None:
    """OPER-01: the CA's and the seal's certificate, and the list's next update, which comes first in life."""
    pki = make_pki(tmp_path)
    demo_pki._write_crl(pki.folder, [], 2, NOW - timedelta(days=3640))
    left = days_left(pki.folder, NOW)
    assert left == {"ca.pem": 7300, "crl.pem": 10, "print-seal.pem": 3649}
    assert days_left(pki.folder, NOW + timedelta(days=11)) == {
        "ca.pem": 7289, "crl.pem": 0, "print-seal.pem": 3638,
    }  # fmt: skip


@pytest.mark.parametrize("bad", [b"", b"no certificate", None])
def test_what_is_away_or_no_such_file_lasts_no_day(tmp_path: Path, bad: bytes | None) -> None:
    """OPER-01: no card can be judged then. An installation without a seal has no figure of it."""
    pki = make_pki(tmp_path)
    for name in ("crl.pem", "print-seal.pem"):
        path = pki.folder / name
        path.unlink() if bad is None else path.write_bytes(bad)
    found = days_left(pki.folder, NOW)
    assert (found["ca.pem"], found["crl.pem"], found.get("print-seal.pem", 0)) == (7300, 0, 0)
    assert ("print-seal.pem" in found) == bool(bad)
    (pki.folder / "ca.pem").write_bytes(make_pki(tmp_path / "other").ca())
    assert days_left(pki.folder, NOW)["crl.pem"] == 0
