"""Sealing PDF files in child processes (`children.py`): a signature that covers the whole file (PRNT-09)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography import x509

from singlewindow.contract.files import read_file
from singlewindow.kernel.documents.store import CHINA
from singlewindow.kernel.printing.children import Bounds, Children, Failed, TookTooLong, TooMuchWaits
from singlewindow.kernel.problems import Problem, TooMany

CHILD = "singlewindow.kernel.printing.seal_child"
BOUNDS = Bounds(memory_bytes=1_000 * 1024 * 1024)
log = structlog.get_logger()


class CannotSeal(Problem):
    """This file cannot be sealed."""

    slug, status, title = "cannot-seal", 500, "签章未成功"


class NotSealedNow(CannotSeal):
    """The child that should have sealed it was late or was ended: by a machine without a free core, or from outside."""

    passing = True


@dataclass(frozen=True)
class SealBox:
    """Where the seal stands on the paper: a reader opens the signature where it is clicked.

    Pages count from 1, backwards from -1; `rect` is left, bottom, right, top in points from the page's lower left.
    """

    page: int
    rect: tuple[float, float, float, float]


@dataclass
class Sealer:
    """The children of this process that seal, with the key in the folder `pki`. The process itself never reads it."""

    pki: Path
    bounds: Bounds = field(default_factory=lambda: BOUNDS)

    def __post_init__(self) -> None:
        self.children = Children(CHILD, {"pki": str(self.pki)}, self.bounds)

    async def seal(self, pdf: bytes, where: SealBox, reason: str, now: datetime) -> bytes:
        """The file with the seal's signature, dated `now` (business time), which readers show with the reason.

        Raises TooMany when too many files wait, CannotSeal where key or certificate are missing or out of date, and for
        what is no PDF or has a form already, NotSealedNow for what takes too long or too much memory.
        """
        self._check_certificate()
        asked = {**asdict(where), "reason": reason, "moment": now.astimezone(CHINA).isoformat()}
        try:
            return await self.children.ask(json.dumps(asked).encode() + b"\n" + pdf)
        except TooMuchWaits:
            raise TooMany("当前签章任务较多，请稍后再试", retry_after=5) from None
        except (Failed, TookTooLong) as problem:
            log.error("sealing failed", why=repr(problem))
            refused = isinstance(problem, Failed) and str(problem)
            kind = CannotSeal if refused else NotSealedNow
            raise kind("签章服务未能完成签章，请稍后再试；仍不成功请联系系统管理员") from None

    async def close(self) -> None:
        """End the children."""
        await self.children.close()

    def _check_certificate(self) -> None:
        """The certificate is on real time: moving the business clock does not renew it."""
        try:
            certificate = x509.load_pem_x509_certificate(read_file(self.pki / "print-seal.pem"))
            (self.pki / "print-seal.key.pem").stat()
        except (OSError, ValueError) as problem:
            raise CannotSeal("签章服务缺少印章的证书或签名密钥，请联系系统管理员") from problem
        if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
            day = certificate.not_valid_after_utc.astimezone(CHINA).date().isoformat()
            raise CannotSeal(f"印章证书不在有效期内（有效期至 {day}），请联系系统管理员更新")
