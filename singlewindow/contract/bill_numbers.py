"""The shape of a 提运单号, in one place for the portal's boxes and for the registers under which customs publish it."""

from __future__ import annotations

BILL_NUMBER = r"[0-9A-Z]|[0-9A-Z][0-9A-Z*_/.-]{0,30}[0-9A-Z]"
"""The 填制规范 of declarations names a house bill 提运单号*分提运单号 by water and 总运单号_分运单号 by air; the other
signs are ours."""
