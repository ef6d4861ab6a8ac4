"""Tables that a page asks for, as text of reStructuredText."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["csv_table"]


def csv_table(header: str, widths: str, rows: Iterable[Iterable[str]]) -> str:
    """Table of cells that are reStructuredText themselves."""
    lines = (", ".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    options = [f"   :header: {header}", f"   :widths: {widths}"]
    return "\n".join([".. csv-table::", *options, "", *(f"   {line}" for line in lines), ""])
