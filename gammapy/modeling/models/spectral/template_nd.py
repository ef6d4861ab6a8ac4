r"""A spectrum given by a table over energy and parameters.

Between the nodes of its axes the logarithm of the table is linear in each of them,

.. math::
    \ln \phi(E, p, \ldots) = \sum_{i, j, \ldots} w_i(\ln E) \, w_j(s(p)) \cdots
    \ln \phi_{i j \ldots}

with the weights w of linear interpolation in the logarithm of the energy and in the parameters, on
the scale s of their axes; with ``values_scale="lin"`` it is the table itself. Outside of the axes
the end pieces go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import astropy.units as u
import numpy as np

from gammapy.dispatch import find
from gammapy.engine.namespace import array_namespace
from gammapy.engine.rectilinear import rectilinear, rectilinear_slopes
from gammapy.errors import ModelError
from gammapy.maps import RegionNDMap
from gammapy.modeling.models.object_parameters import ObjectParameters
from gammapy.modeling.models.spectral.base import DNDE, SpectralModel
from gammapy.modeling.models.spectral.template import table_cuts
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.parameters import Parameters
from gammapy.units import internal_factor

__all__ = ["TemplateNDSpectralModel"]

ENERGY = "energy_true"


class TemplateNDSpectralModel(ObjectParameters, SpectralModel):
    """Table of spectra; each axis but that of the energies is a parameter of its name.

    A parameter starts in the middle of its axis and is bounded by the ends, as values outside are
    extrapolated.

    Parameters
    ----------
    map : `~gammapy.maps.RegionNDMap`, optional
        With an axis "energy_true" and others. It may be left out if ``filename`` is given, which
        is then read. Values count at the centres of the bins; a zero stands for the smallest
        positive float.
    interp_kwargs : dict, optional
        ``values_scale``: "log" (default), or "lin" for values that are linear themselves, and zero
        where that gets negative. ``method``: "linear". ``fill_value``: None.
    meta : dict, optional
        Kept, not used; its ``filename`` stands for that argument.
    filename : str, optional
        File of the map, which is what a YAML file says of it.

    Raises
    ------
    ModelError
        If there is neither map nor file, an axis is missing, has one bin only or a name that
        cannot be that of a parameter, a value is negative or not finite, or an option not known.
    MissingFileError, FileFormatError
        If the file is missing or no such map.
    """

    tag = ["TemplateNDSpectralModel", "templateND"]

    def __init__(
        self,
        map: RegionNDMap | None = None,
        interp_kwargs: dict[str, Any] | None = None,
        meta: dict[str, Any] | None = None,
        filename: Any = None,
    ) -> None:
        self.interp_kwargs, self.meta = _options(interp_kwargs), dict(meta or {})
        filename = self.meta.get("filename") if filename is None else filename
        self.filename = None if filename is None else str(filename)
        if map is None and self.filename is None:
            raise ModelError("TemplateNDSpectralModel: neither map nor filename is given: give one")
        if map is None:
            map = find("TemplateNDSpectralModel", "read", "fits")(self.filename)
        _check_map(map)
        self.map = map.read_only()
        names = [axis.name for axis in map.geom.axes if axis.name != ENERGY]
        self._axes = [map.geom.axes[name] for name in (*names, ENERGY)]
        self.declare(Parameters([_parameter(axis) for axis in self._axes[:-1]]))
        super().__init__()
        self._nodes = [
            _on_scale(axis.interp, axis.center.value * internal_factor(axis.unit))
            for axis in (*self._axes[:-1], _logarithmic(self._axes[-1]))
        ]
        self._table = self._values_by_parameters()

    def _values_by_parameters(self) -> np.ndarray:
        """Table [n_1, n_2, ..., n_energy], on its scale."""
        order = [list(self.map.geom.axes).index(axis) for axis in self._axes]
        last = self.map.values.ndim - 1  # the first axis of a map is the last of its data
        values = np.transpose(self.map.values, [last - place for place in order])
        values = np.asarray(values, dtype=float) * internal_factor(self.unit)
        if self.values_scale == "lin":
            return np.ascontiguousarray(values)
        return np.log(np.maximum(values, np.finfo(float).tiny))

    @classmethod
    def read(cls, filename: Any, **kwargs: Any) -> Self:
        """Template of a file; keywords are those of the class."""
        return cls(filename=filename, **kwargs)

    def write(self, overwrite: bool = False, filename: Any = None) -> None:
        """Write the map into a FITS file.

        Parameters
        ----------
        overwrite : bool
            True to replace an existing file.
        filename : str, optional
            By default that of the model; it becomes it.

        Raises
        ------
        ModelError, OverwriteError, MissingFileError
            If there is no name, the file exists, or its folder does not.
        """
        name = self.filename if filename is None else str(filename)
        if name is None:
            raise ModelError(
                "TemplateNDSpectralModel: filename is None: say where to write the map, "
                "write(filename='map.fits')"
            )
        find("TemplateNDSpectralModel", "write", "fits")(self.map, name, overwrite)
        self.filename = name

    @property
    def values_scale(self) -> str:
        """Scale of the values between the nodes, "log" or "lin"."""
        return self.interp_kwargs.get("values_scale", "log")

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the map."""
        return self.map.unit

    def kinks_at(self, values: Sequence[float]) -> tuple[float, ...]:
        """Energies of the table, in TeV, and where its extremes would spoil an integral."""
        at_nodes = rectilinear([*self._scaled(values), self._nodes[-1]], self._nodes, self._table)
        return table_cuts(self._nodes[-1], at_nodes, self.values_scale == "log")

    def _scaled(self, values: Sequence[Any]) -> list[Any]:
        axes = self._axes[:-1]
        return [_on_scale(axis.interp, value) for axis, value in zip(axes, values, strict=True)]

    def evaluate(self, energy: Any, *values: Any) -> Any:
        """Interpolation in all axes, in internal units."""
        xp = array_namespace(energy)
        found = rectilinear([*self._scaled(values), xp.log(energy)], self._nodes, self._table)
        return xp.exp(found) if self.values_scale == "log" else xp.where(found > 0, found, 0.0)

    def partials(self, energy: Any, *values: Any) -> tuple[Any, ...]:
        """Derivatives by the parameters; at a node, that on its lower side."""
        xp = array_namespace(energy)
        points = [*self._scaled(values), xp.log(energy)]
        found = rectilinear(points, self._nodes, self._table)
        logarithmic = self.values_scale == "log"
        factor = xp.exp(found) if logarithmic else xp.where(found > 0, 1.0 + 0.0 * found, 0.0)
        slopes = rectilinear_slopes(points, self._nodes, self._table)[:-1]
        axes = zip(slopes, self._axes, values, strict=False)
        return tuple(factor * slope * _stretch(axis.interp, value) for slope, axis, value in axes)

    def _shell(self, **kwargs: Any) -> Self:
        new = super()._shell(**kwargs)
        new.interp_kwargs, new.meta = dict(self.interp_kwargs), dict(self.meta)
        return new

    def __repr__(self) -> str:
        low, high = self._axes[-1].center[[0, -1]]
        inside = super().__repr__().partition("(")[2]
        return (
            f"TemplateNDSpectralModel({len(self._nodes[-1])} energies from {low:.4g} to "
            f"{high:.4g}; {inside}"
        )


def _options(interp_kwargs: dict[str, Any] | None) -> dict[str, Any]:
    known = {"values_scale": ("log", "lin"), "method": ("linear",), "fill_value": (None,)}
    options = dict(interp_kwargs or {})
    for key, value in options.items():
        if value not in known.get(key, ()):
            text = "; ".join(f"{name!r}: {' or '.join(map(repr, v))}" for name, v in known.items())
            raise ModelError(
                f"TemplateNDSpectralModel: interp_kwargs = {{{key!r}: {value!r}}} is not known: "
                f"use {text}"
            )
    return options


def _check_map(map: Any) -> None:
    names = map.geom.axes.names
    if ENERGY not in names or len(names) < 2:
        raise ModelError(
            f"TemplateNDSpectralModel: the axes of the map are {names}: an axis {ENERGY!r} is "
            "needed, and one for each parameter"
        )
    for axis in map.geom.axes:
        taken = not axis.name.isidentifier() or hasattr(TemplateNDSpectralModel, axis.name)
        if taken or axis.name in ("map", "filename", "meta", "interp_kwargs", "energy"):
            raise ModelError(
                f"TemplateNDSpectralModel: an axis {axis.name!r} cannot be a parameter: give it "
                "another name, made of letters, digits and underscores"
            )
        if axis.nbin < 2:
            raise ModelError(
                f"TemplateNDSpectralModel: the axis {axis.name!r} has one bin: two are needed to "
                "interpolate; leave the axis out of the map"
            )
    bad = map.data[~(np.isfinite(map.data) & (map.data >= 0))]
    if bad.size:
        raise ModelError(
            f"TemplateNDSpectralModel: the map has {bad.size} values like {bad[0]:g}: they must "
            "be finite and not negative"
        )
    if not (map.unit.is_equivalent(DNDE) or map.unit.is_equivalent(u.one)):
        raise ModelError(
            f"TemplateNDSpectralModel: a map in {str(map.unit)!r} is neither a differential flux "
            "(like 'cm-2 s-1 TeV-1') nor plain numbers"
        )


def _parameter(axis: Any) -> Parameter:
    low, high = (float(x) for x in axis.center.value[[0, -1]])
    middle = 0.5 * (low + high)
    return Parameter(axis.name, middle, unit=axis.unit, min=low, max=high, interp=axis.interp)


def _logarithmic(axis: Any) -> Any:
    """The axis of energies, whose scale is logarithmic whatever it says."""
    return axis if axis.interp == "log" else axis.from_nodes(axis.center, "log", axis.name)


def _on_scale(interp: str, value: Any) -> Any:
    if interp == "lin":
        return value
    xp = array_namespace(value)
    return xp.log(value) if interp == "log" else xp.sqrt(value)


def _stretch(interp: str, value: Any) -> Any:
    """Derivative of `_on_scale`."""
    if interp == "lin":
        return 1.0
    return 1.0 / value if interp == "log" else 0.5 / value**0.5
