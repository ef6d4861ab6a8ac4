"""Numbers in XML: read as people and tools have written them, written so that they come back."""

from __future__ import annotations

import re

__all__ = ["UNBOUNDED", "NoNumberError", "parse_number", "write_number", "write_scaled"]

#: an exponent without its letter, as in 1-06
_NO_LETTER = re.compile(r"([+-]?\d+\.?\d*)-(\d\d)")
#: what single precision has at most, by which the Fermi tools say "none"
UNBOUNDED = 3.4e38


class NoNumberError(ValueError):
    """A text is no number."""


def parse_number(text: str) -> tuple[float, str | None]:
    """Number of a text, possibly nan, and what is odd about it.

    Raises
    ------
    NoNumberError
        If no number can be read from it.
    """
    try:
        return float(text), None
    except ValueError:
        pass
    found = _NO_LETTER.fullmatch(text.strip())
    if not found:
        raise NoNumberError(f"{text!r} is no number") from None
    value = float(f"{found[1]}e-{found[2]}")
    return value, f"{text!r} has lost the letter of its exponent: it is read as {value:g}"


def write_number(value: float) -> str:
    """Shortest text that is read back as the same number."""
    return repr(float(value)).removesuffix(".0") if abs(value) < 1e16 else repr(float(value))


def write_scaled(number: float, scale: float) -> str:
    """Text of a number over a scale; times the scale it is the number again, where that can be."""
    ratio = number / scale
    for digits in (15, 16, 17):
        short = float(f"{ratio:.{digits}g}")
        if short * scale == number:
            return write_number(short)
    return write_number(ratio)
