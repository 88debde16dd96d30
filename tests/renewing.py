"""A key of the exchange is renewed, as docs/operations.md says it."""

from __future__ import annotations

import shutil
from pathlib import Path

from singlewindow.contract.demo_pki import create


def copy_of(pki: Path, to: Path) -> Path:
    """A PKI folder of this test's own."""
    shutil.copytree(pki, to)
    return to


def renew(pki: Path, stem: str, *, keep: bool = False) -> None:
    """A new pair in place of that of this name; with `keep` the certificate of the one before stays below the new."""
    certificate = pki / f"{stem}.pem"
    before = certificate.read_bytes()
    certificate.unlink()
    (pki / f"{stem}.key.pem").unlink()
    create(pki, pki / "cards", [])
    if keep:
        certificate.write_bytes(certificate.read_bytes() + before)


def hand_over(file: str, *, out: Path, to: Path) -> None:
    """Replace a file of the other side by this side's, as a whole."""
    shutil.copyfile(out / file, to / f"{file}.new")
    (to / f"{file}.new").replace(to / file)
