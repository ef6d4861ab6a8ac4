"""Tables of text that fit the terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

__all__ = ["terminal_width", "text_table"]

#: a column is not made narrower than this
_NARROWEST = 8
_GAP = "  "


def terminal_width() -> int | None:
    """Columns of the terminal; None if the output goes to a file or another program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def text_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[str] = (),
    width: int | None = None,
    units: Sequence[str] | None = None,
) -> str:
    """Table of texts in aligned columns.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences of str
    right : sequence of str
        Columns of numbers, which are aligned to the right and never cut.
    width : int, optional
        Longest line: texts in the widest columns are cut, with "…" at the end. By default none is.
    units : sequence of str, optional
        Second line of the header.
    """
    titles = [header] if units is None else [header, units]
    columns = list(zip(*titles, *rows, strict=True))
    sizes = [max(map(len, column)) for column in columns]
    if width is not None:
        sizes = _fitted(sizes, [name in right for name in header], width)
    lines = []
    for row in (*titles, *rows):
        cells = [
            _cut(cell, size).rjust(size) if name in right else _cut(cell, size).ljust(size)
            for cell, size, name in zip(row, sizes, header, strict=True)
        ]
        lines.append(_GAP.join(cells).rstrip())
    lines.insert(len(titles), _GAP.join("-" * size for size in sizes))
    return "\n".join(lines)


def _fitted(sizes: Sequence[int], fixed: Sequence[bool], width: int) -> list[int]:
    """Sizes that fit a width, if texts can be cut so far."""
    fitted = list(sizes)
    too_much = sum(fitted) + len(_GAP) * (len(fitted) - 1) - width
    for _ in range(max(0, too_much)):
        widest = max(
            (i for i, keep in enumerate(fixed) if not keep and fitted[i] > _NARROWEST),
            key=fitted.__getitem__,
            default=None,
        )
        if widest is None:
            break
        fitted[widest] -= 1
    return fitted


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
