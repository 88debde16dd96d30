"""What the service needs of a card reader, whatever stands behind it, and what can go wrong with a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class CardProblem(Exception):
    """Something that the person at the screen has to do something about.

    `text` is Chinese: what happened up to the first 。, what to do after it. `code` (`Err:BaseNNNNN`) is
    distinct for each case; `data` goes into the answer's Data. The numbers are ours: those of the real
    control are not published.
    """

    code = "Err:Base60099"

    def __init__(self, text: str, data: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.data = data


class NoCard(CardProblem):
    """The reader is empty."""

    code = "Err:Base60010"

    def __init__(self) -> None:
        super().__init__("读卡器中没有卡。请插入电子口岸卡后重试。")


class CardPulled(CardProblem):
    """The card that the operation began with is no longer in the reader."""

    code = "Err:Base60011"

    def __init__(self) -> None:
        super().__init__("操作过程中卡被拔出或更换，本次操作没有完成。请插回原来的卡后重试。")


class WrongPin(CardProblem):
    """Data[0] is the number of tries left; no Data when the card does not tell it."""

    code = "Err:Base60020"

    def __init__(self, left: int | None) -> None:
        if left is None:
            super().__init__("PIN 码错误。请核对后重新输入；连续输错多次卡将被锁定。")
        else:
            text = f"PIN 码错误，还可以再试 {left} 次。请核对后重新输入；再输错 {left} 次卡将被锁定。"
            super().__init__(text, (str(left),))


class CardLocked(CardProblem):
    """No PIN is tried any more, the right one included. `more` is what else the person can do."""

    code = "Err:Base60021"

    def __init__(self, more: str = "") -> None:
        super().__init__(f"PIN 码连续输错次数过多，卡已被锁定。请到发卡机构解锁{more}。")


class PinNotSet(CardProblem):
    """The card has no PIN yet, or wants a new one."""

    code = "Err:Base60022"

    def __init__(self) -> None:
        super().__init__("卡的 PIN 码尚未设置或已过期。请用发卡机构的工具设置 PIN 码后重试。")


class CardUnreadable(CardProblem):
    """There is a card, but it cannot be read."""

    code = "Err:Base60030"

    def __init__(self) -> None:
        super().__init__("无法读取卡内证书。请拔出卡后重新插入；仍不成功请更换卡。")


class UnsupportedCard(CardProblem):
    """The card's key is of another kind than the one that customs accept here."""

    code = "Err:Base60031"

    def __init__(self, algorithm: str) -> None:
        super().__init__(
            f"卡的密钥算法是 {algorithm}，本系统只支持 ECDSA P-256（ES256）。请换用 P-256 的卡，或联系系统管理员。"
        )


class ReaderFailed(CardProblem):
    """The reader's own software refused for a reason that the person cannot see; `reason` is its word."""

    code = "Err:Base60040"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"读卡器或卡出错（{reason}）。请拔出卡后重新插入再试；仍不成功请检查读卡器和它的驱动程序。"
        )


class BadRequest(CardProblem):
    """The page asked for something that does not exist or left something out."""

    code = "Err:Base60001"


@dataclass(frozen=True)
class Card:
    """The card that is in the reader: what it shows without a PIN."""

    number: str  # 13 characters
    certificate: bytes  # DER


class Reader(Protocol):
    """One reader with at most one card. Methods may block; the service calls one at a time, in a thread."""

    def inserted(self) -> str | None:
        """What tells the card in the reader from another one, or None. Cheap: asked several times a second."""
        ...

    def card(self) -> Card:
        """The card in the reader. Raises NoCard, CardUnreadable, UnsupportedCard, ReaderFailed."""
        ...

    def verify_pin(self, number: str, pin: str) -> None:
        """Try the PIN on card `number`. Raises WrongPin, CardLocked, PinNotSet, CardPulled and what `card` does."""
        ...

    def sign(self, number: str, data: bytes, pin: str) -> bytes:
        """ES256 over `data` by card `number` as raw r‖s, 64 bytes. Raises what `verify_pin` raises."""
        ...
