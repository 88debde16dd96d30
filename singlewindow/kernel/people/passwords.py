"""Passwords: argon2id with OWASP's parameters (2 passes, 19 MiB, 1 lane), never on the event loop."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$dBeF1PxkNkNDF03CudSF8w$zmNJjRAnsNjAKSxMwa2S54m55qf0mZqQ84DR809tiR4"
"""The hash of a password that nobody knows, so that an unknown user name costs the same time."""


async def hash_password(password: str) -> str:
    """The text to store for a password."""
    return await asyncio.to_thread(HASHER.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one stored; None (no such account) takes as long and is False."""
    return await asyncio.to_thread(_matches, stored or NOBODY, password) and stored is not None


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
