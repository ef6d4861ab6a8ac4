"""Tables and stacks of several datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import astropy.units as u
import numpy as np

from gammapy.errors import DataError

if TYPE_CHECKING:
    from astropy.table import Table
    from astropy.time import Time

__all__ = ["cumulated", "span_of", "table_of"]


def cumulated(datasets: Iterable[Any], name: str | None = None) -> Iterator[Any]:
    """The first dataset, then the first two stacked, and so on: one object that grows.

    Raises
    ------
    DataError
        If there are no datasets, or their kind cannot be stacked.
    """
    datasets = list(datasets)
    if not datasets:
        raise DataError("there are no datasets to stack: append some first")
    for dataset in datasets:
        if not hasattr(dataset, "stack"):
            raise DataError(f"{dataset!r} cannot be stacked: its class has no method stack")
    whole = datasets[0].to_masked(name=name)
    yield whole
    for dataset in datasets[1:]:
        whole.stack(dataset)
        yield whole


def span_of(dataset: Any) -> tuple[Time, Time]:
    """First and last time at which a dataset was taken.

    Raises
    ------
    DataError
        If it has no good time intervals.
    """
    gti = getattr(dataset, "gti", None)
    if gti is None or not len(gti):
        raise DataError(
            f"{dataset.name} has no good time intervals, so its time is not known: set "
            "dataset.gti = GTI.create(start, stop)"
        )
    return gti.time_start.min(), gti.time_stop.max()


def table_of(rows: list[dict[str, Any]]) -> Table:
    """Table of rows that may lack columns, in the units of the first row that has a quantity.

    Where a row lacks a number it is masked. Columns print short and keep all digits.
    """
    from astropy.table import MaskedColumn, Table

    table = Table()
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        unit = next((v.unit for v in values if isinstance(v, u.Quantity)), None)
        plain = [v.to_value(unit) if isinstance(v, u.Quantity) else v for v in values]
        missing = [v is None for v in plain]
        filler = next(v for v in plain if v is not None)
        data = np.array([filler if v is None else v for v in plain])
        table[name] = (
            MaskedColumn(data, mask=missing, unit=unit)
            if any(missing)
            else Table.Column(data, unit=unit)
        )
        if data.dtype.kind == "f":
            table[name].info.format = _format(data)
    return table


def _format(data: np.ndarray) -> str:
    """How numbers of a column are printed: whole ones in full, others with six digits."""
    known = data[np.isfinite(data)]
    whole = np.all((known == np.round(known)) & (np.abs(known) < 1e9))
    return ".0f" if whole else ".6g"
