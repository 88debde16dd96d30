"""What is sent and what comes back: the default desk's receipts with the manual's words."""

from __future__ import annotations

from singlewindow.subsystems.inspection import common

MESSAGES = common.MESSAGES
