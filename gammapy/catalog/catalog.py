"""SourceCatalog: a table of sources, each of which knows its models and flux points.

A catalogue is indexed by the row, or by a name or alias of the source. The objects hold the row as
a dictionary ``data`` - quantities where the table has units, texts, numbers - and build their
models when asked. A value that the table does not have is nan there; a model that needs it is
refused.
"""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Any, ClassVar

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.table import Table

from gammapy.errors import DataError, GammapyWarning, MissingFileError, ModelError, UnknownNameError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.registry import Registry

__all__ = ["CATALOG_REGISTRY", "SourceCatalog", "SourceCatalogObject"]

CATALOG_REGISTRY: Any = Registry("source catalogue")


class SourceCatalogObject:
    """One source of a catalogue.

    Parameters
    ----------
    data : dict
        Row of the table.
    data_extended : dict, optional
        Row of the table of extended sources, if the catalogue has one for this source.

    Attributes
    ----------
    data, data_extended : dict
    """

    #: columns that hold the name, and right ascension and declination
    name_key: ClassVar[str] = "Source_Name"
    position_keys: ClassVar[tuple[str, str]] = ("RAJ2000", "DEJ2000")
    position_frame: ClassVar[str] = "icrs"

    def __init__(self, data: dict[str, Any], data_extended: dict[str, Any] | None = None) -> None:
        self.data = data
        self.data_extended = data_extended or {}

    @property
    def name(self) -> str:
        """Name of the source."""
        return self.data[self.name_key]

    @property
    def row_index(self) -> int:
        """Row of the table that it stands in, from 0 on."""
        return self.data["_row_index"]

    @property
    def position(self) -> SkyCoord:
        """Position that the catalogue gives."""
        lon, lat = (u.Quantity(self.data[key], "deg") for key in self.position_keys)
        return SkyCoord(lon, lat, frame=self.position_frame)

    def given(self, key: str, unit: str = "") -> u.Quantity:
        """Value of a column that is needed.

        Raises
        ------
        DataError
            If the table has none for this source.
        """
        value = u.Quantity(self.data[key])
        if not np.all(np.isfinite(value.value)):
            raise DataError(
                f"{self.name}: {key} is empty in the catalogue: what needs it does not exist for "
                "this source"
            )
        return value.to(unit) if unit else value

    def info(self) -> str:
        """Text with all columns that have a value."""
        return str(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __str__(self) -> str:
        rows = [
            (key, text)
            for key, value in (self.data | self.data_extended).items()
            if not key.startswith("_") and (text := _text(value))
        ]
        width = max(len(key) for key, _ in rows)
        lines = [f"  {key:{width}} : {text}" for key, text in rows]
        return "\n".join([f"{type(self).__name__} {self.name!r}, row {self.row_index}", *lines])


class SourceCatalog:
    """Table of sources.

    Parameters
    ----------
    table : `~astropy.table.Table`
    source_name_key : str
        Column of the names.
    source_name_alias : sequence of str
        Columns of other names; there may be several in a cell, separated by commas.

    Raises
    ------
    DataError
        If a column of names is missing.
    """

    tag: ClassVar[Any] = []
    description: ClassVar[str] = ""
    source_object_class: ClassVar[Any] = SourceCatalogObject

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.tag:
            cls.tag = [cls.__name__, *cls.tag]
            CATALOG_REGISTRY.register(cls)

    def __init__(
        self,
        table: Table,
        source_name_key: str = "Source_Name",
        source_name_alias: Sequence[str] = (),
    ) -> None:
        self.table = table
        self._name_key = source_name_key
        self._alias_keys = tuple(source_name_alias)
        missing = {source_name_key, *source_name_alias} - set(table.colnames)
        if missing:
            raise DataError(
                f"{type(self).__name__}: column {sorted(missing)[0]!r} is missing, the table has "
                f"{table.colnames[:5]}...: it is not this catalogue"
            )

    # -- names ----------------------------------------------------------------------------

    @cached_property
    def _rows_of_names(self) -> dict[str, int]:
        """Row of each name; own names go before aliases, and the first row is taken."""
        rows: dict[str, int] = {}
        for key in (self._name_key, *self._alias_keys):
            column = self.table[key]
            for row in range(len(self.table)):
                for name in _cell(column, row).split(","):
                    if name.strip():
                        rows.setdefault(name.strip(), row)
        return rows

    def row_index(self, name: str) -> int:
        """Row of a source.

        Parameters
        ----------
        name : str
            One of its names.

        Raises
        ------
        UnknownNameError
            If there is no such source; names that come close are listed.
        """
        try:
            return self._rows_of_names[str(name).strip()]
        except KeyError:
            raise UnknownNameError(no_source(name, self._rows_of_names, self)) from None

    def source_name(self, index: int) -> str:
        """Name of the source in a row."""
        return self._names[index]

    @cached_property
    def _names(self) -> list[str]:
        column = self.table[self._name_key]
        return [_cell(column, row) for row in range(len(column))]

    # -- sources --------------------------------------------------------------------------

    def __getitem__(self, key: str | int) -> Any:
        """Source by name or row.

        Raises
        ------
        UnknownNameError
            If there is no such source.
        """
        if isinstance(key, str):
            return self._source(self.row_index(key))
        if not isinstance(key, numbers.Integral) or isinstance(key, bool):
            raise UnknownNameError(f"{key!r} is neither a name nor a row of {self!r}")
        if not -len(self) <= key < len(self):
            raise UnknownNameError(
                f"row {key} is not in {self!r}: rows are 0 to {len(self) - 1}, or negative from "
                "the end"
            )
        return self._source(int(key) % len(self))

    def _source(self, row: int) -> Any:
        return self.source_object_class(self._data(row))

    def _data(self, row: int) -> dict[str, Any]:
        """Row as a dictionary."""
        return {**row_data(self.table, row), "_row_index": row}

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Any]:
        return (self[row] for row in range(len(self)))

    @property
    def positions(self) -> SkyCoord:
        """Positions of all sources."""
        cls = self.source_object_class
        columns: list[Any] = [
            np.ma.asarray(self.table[key], dtype=float) for key in cls.position_keys
        ]
        lon, lat = np.ma.filled(columns[0], np.nan), np.ma.filled(columns[1], np.nan)
        return SkyCoord(lon, lat, unit="deg", frame=cls.position_frame)

    def to_models(self, *args: Any, **kwargs: Any) -> Models:
        """Models of all sources.

        A source whose model cannot be built - there is no spectrum, a template is missing - is left
        out, and a warning says how many are.

        Parameters
        ----------
        *args, **kwargs
            As for ``sky_model`` of a source.
        """
        return self._to_models(*args, **kwargs)

    def _to_models(self, *args: Any, **kwargs: Any) -> Models:
        models, left = [], []
        for source in self:
            try:
                models += [m for m in self._models_of(source, *args, **kwargs) if m is not None]
            except (ModelError, DataError, MissingFileError) as error:
                left.append(str(error))
        if left:
            warnings.warn(
                f"{self!r}: {len(left)} sources have no such model and are left out, the first: "
                f"{left[0]}",
                GammapyWarning,
                stacklevel=3,
            )
        return Models(models)

    def _models_of(self, source: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return [source.sky_model(*args, **kwargs)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} sources)"

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.description}, {len(self)} sources"


def no_source(name: Any, known: Any, catalog: Any) -> str:
    close = get_close_matches(str(name), known, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(map(repr, close))}?" if close else "see its table"
    return f"{catalog!r} has no source {name!r}: {hint}"


def row_data(table: Table, row: int) -> dict[str, Any]:
    """Row of a table: quantities in double precision, texts without blanks, nan for empty cells."""
    return {name: _cell(table[name], row) for name in table.colnames}


def _cell(column: Any, row: int) -> Any:
    value, unit, kind = column[row], column.unit, column.dtype.kind
    if kind in "SUO":
        value = "" if np.ma.is_masked(value) else value
        return (value.decode() if isinstance(value, bytes) else str(value)).strip()
    if np.ma.is_masked(value):
        value = np.ma.filled(np.ma.asarray(value, dtype=float), np.nan)
        value = float(value) if value.ndim == 0 else value
    if unit is not None or kind == "f":
        number = np.asarray(getattr(value, "value", value), dtype=float)
        return u.Quantity(number, unit) if unit is not None else number[()]
    return np.asarray(value)[()] if np.ndim(value) == 0 else np.asarray(value)


def _text(value: Any) -> str:
    """Value for people; empty if there is none."""
    if isinstance(value, str):
        return value
    if np.ndim(value):
        return ""  # flux points have their own tables
    number = float(getattr(value, "value", value))
    if math.isnan(number):
        return ""
    unit = getattr(value, "unit", None)
    text = f"{value:d}" if isinstance(value, numbers.Integral) else f"{number:.6g}"
    return text if unit is None else f"{text} {unit.to_string(fraction=False)}"
