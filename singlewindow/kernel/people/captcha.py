"""The captcha (验证码) of the password log-in: four characters that cannot be mistaken for each other (PORT-02)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

from captcha.image import ImageCaptcha

from singlewindow.kernel.database.connection import Database
from singlewindow.kernel.people import challenges

ALPHABET = "ACDEFHJKLMNPRTWXY3479"
LENGTH = 4
_PAPER = (245, 247, 250)


class _Printer(ImageCaptcha):
    """Dark ink that covers: the library's own table makes dark colours transparent."""

    lookup_table = [min(255, level * 6) for level in range(256)]  # noqa: RUF012


@dataclass(frozen=True)
class Captcha:
    """What the page shows: an id to send back, and the picture as a data: address."""

    id: str
    image: str


async def make_captcha(database: Database, address: str, fixed: str = "") -> Captcha:
    """A new captcha for a visitor at `address`; `fixed` is its answer, if not empty (tests only).

    Raises TooMany when the address has too many unused ones.
    """
    text = fixed or "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    id = challenges.new_id()
    async with database.transaction() as transaction:
        await challenges.keep(transaction, id, "captcha", _digest(id, text), address)
    return Captcha(id, await asyncio.to_thread(_image, text))


async def is_solved(database: Database, id: str, text: str) -> bool:
    """Whether `text` (case does not matter) answers the captcha, which is used up by asking."""
    async with database.transaction() as transaction:
        stored = await challenges.take(transaction, id, "captcha")
    return stored is not None and hmac.compare_digest(stored, _digest(id, text))


def _digest(id: str, text: str) -> str:
    return hashlib.sha256(f"{id}:{text.strip().upper()}".encode()).hexdigest()


def _image(text: str) -> str:
    # a generator of its own for each picture: its fonts are not made for several threads
    generator = _Printer(width=120, height=44, font_sizes=(30, 33, 36))
    ink = (40 + secrets.randbelow(60), 40 + secrets.randbelow(60), 40 + secrets.randbelow(60))
    picture = generator.create_captcha_image(text, ink, _PAPER)
    generator.create_noise_dots(picture, ink, width=2, number=20)
    generator.create_noise_curve(picture, ink)
    png = BytesIO()
    picture.save(png, "PNG")
    return "data:image/png;base64," + b64encode(png.getvalue()).decode()
