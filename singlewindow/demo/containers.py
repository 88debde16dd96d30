"""Numbers of containers."""

from __future__ import annotations


def container_number(first: str) -> str:
    """The 11 characters of a container number from its first ten (ISO 6346)."""
    letters = [n for n in range(10, 39) if n % 11]
    values = [letters[ord(c) - 65] if c.isalpha() else int(c) for c in first]
    return f"{first}{sum(value << at for at, value in enumerate(values)) % 11 % 10}"
