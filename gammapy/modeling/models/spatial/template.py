r"""A map of the sky as a model.

At the fractions :math:`u, v` of the way between the centres of four pixels it is bilinear in the
logarithm of their values,

.. math::
    \ln \phi = \sum_{i, j \in \{0, 1\}} w_i(u)\, w_j(v) \ln \frac{f_{ij}}{N}, \quad
    w(t) = (1 - t, t), \quad N = \sum_k f_k \Omega_k

with solid angles :math:`\Omega_k`, or :math:`N = 1` if it is not to be normalised; or bilinear in
the values, as the likelihood tools of other missions have it, with ``{"values_scale": "lin"}``. In
the outer half of the outermost pixels it is constant, and outside of them zero. Pixels that are
negative or no number count as zero.

Gammapy 2.1 normalises the sum of the pixels instead: it divides each by its own solid angle, so a
constant map does not stay constant where pixels differ in size. It extrapolates in the outer half
of the pixels (by up to 70 powers of ten beside an empty pixel), leaves negative ones as they are if
they are not under a logarithm, and makes a map with one pixel that is no number zero everywhere if
it is to be normalised.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

import astropy.units as u
from astropy.coordinates import SkyCoord

from gammapy.dispatch import find
from gammapy.engine.sphere import offset, separation
from gammapy.errors import FileFormatError, MissingFileError, ModelError
from gammapy.maps import WcsGeom, WcsNDMap
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.frames import checked_frame
from gammapy.modeling.models.spatial.image import SkyImage
from gammapy.modeling.models.spatial.outline_of_map import map_region
from gammapy.modeling.models.spatial.template_map import (
    SR,
    Interpolation,
    TemplateSource,
    kinks_of,
)
from gammapy.modeling.parameter import Parameter
from gammapy.units import parse_unit

__all__ = ["TemplateSpatialModel"]


class TemplateSpatialModel(SpatialModel):
    """Map, or cube of maps at several energies.

    Its position, frozen at first, is the centre of the map. Moved, it takes all pixels along by the
    same steps in longitude and latitude, which is right for small steps only.

    Parameters
    ----------
    map : `~gammapy.maps.WcsNDMap`, optional
        With no axis, or with "energy_true". It may be left out if ``filename`` is given: the file
        is then read when something of it is first asked for.
    meta : dict, optional
        Kept, not used; its ``filename`` stands for that argument.
    normalize : bool
        True to divide each plane by its integral over the sky, whatever its unit. False to take
        the values as they are.
    interp_kwargs : dict, optional
        ``values_scale``: "log" (default), "lin" or "sqrt", on which values are linear between
        pixels. ``fill_value``: 0 (default), or None to let a cube go on beyond its energies; the
        sky outside of the map is dark in any case. ``method``: "linear".
    filename : str, optional
        File of the map, kept as given: it may have variables (``$GAMMAPY_DATA``, ``$(DATA)``) and
        say which extension (``map.fits[2]``).
    copy_data : bool
        True to copy the map.
    unit : str or `~astropy.units.Unit`, optional
        Of the values, where the map has none; sr-1 by default, and cm-2 s-1 MeV-1 sr-1 for a cube
        of a file. A template that is normalised is in sr-1.
    frame : str, optional
        Frame of the map, known beforehand.
    **values
        ``lon_0`` and ``lat_0``, by default the centre of the map.

    Raises
    ------
    ModelError
        If there is neither a map nor a file, the map has wrong axes or another frame, cannot be
        normalised, or an option is not known; on use, if that is found in the file.
    MissingFileError, FileFormatError
        On use, if the file is missing or damaged.
    """

    tag = ["TemplateSpatialModel", "template"]
    lon_0 = Parameter("lon_0", 0.0, unit="deg", frozen=True)
    lat_0 = Parameter("lat_0", 0.0, unit="deg", min=-90.0, max=90.0, frozen=True)

    #: name of the file in the model file where that is another, for messages
    stated_filename: str | None = None

    def __init__(
        self,
        map: Any = None,
        meta: dict[str, Any] | None = None,
        normalize: bool = True,
        interp_kwargs: dict[str, Any] | None = None,
        filename: Any = None,
        copy_data: bool = True,
        unit: Any = None,
        frame: str | None = None,
        **values: Any,
    ) -> None:
        self.meta = dict(meta or {})
        filename = self.meta.get("filename") if filename is None else filename
        self.filename = None if filename is None else str(filename)
        if map is None and not self.filename:
            raise ModelError(
                f"TemplateSpatialModel: map = {map!r} and filename = {filename!r}: give one of them"
            )
        if not isinstance(normalize, bool):
            raise ModelError(
                f"TemplateSpatialModel: normalize = {normalize!r} must be True or False"
            )
        self._normalize = normalize
        self._interpolation = Interpolation.of(interp_kwargs, "TemplateSpatialModel")
        self.interp_kwargs = dict(interp_kwargs or {})
        self._stated_unit = None if unit is None else parse_unit(unit)
        self._stated_frame: str | None = None
        self._source: TemplateSource | None = None
        self.in_memory_only = map is not None
        self._unplaced: dict[str, Parameter] = {}
        super().__init__(**values)
        self._stated_frame = None if frame is None else checked_frame(frame, type(self).__name__)
        self._unplaced = {n: p for n, p in self._own_parameters.items() if n not in values}
        if map is not None:
            source = TemplateSource.of_map(map, "TemplateSpatialModel: map")
            source.data = source.data.copy() if copy_data else source.data
            self._take(source)
            self._image  # noqa: B018  what is wrong with a map is said at once

    @classmethod
    def read(cls, filename: Any, normalize: bool = True, **kwargs: Any) -> Self:
        """Template of a file, which is read now.

        Parameters
        ----------
        filename : str or `~pathlib.Path`
        normalize : bool
        **kwargs
            As for the class.

        Raises
        ------
        MissingFileError, FileFormatError, ModelError
            If the file is missing or damaged, or is no template.
        """
        model = cls(filename=filename, normalize=normalize, **kwargs)
        model._image  # noqa: B018
        return model

    def write(self, overwrite: bool = False, filename: Any = None) -> None:
        """Write the `map`.

        Parameters
        ----------
        overwrite : bool
            True to replace an existing file.
        filename : str or `~pathlib.Path`, optional
            Becomes `filename`, by default it is that already.

        Raises
        ------
        ModelError, OverwriteError
            If there is no name, or the file exists.
        """
        name = self.filename if filename is None else str(filename)
        if name is None:
            raise ModelError(
                "TemplateSpatialModel: filename is None: say where to write the map, "
                "write(filename='map.fits')"
            )
        find("TemplateSpatialModel", "write", "fits")(self.map, name, overwrite)
        self.filename = name

    # -- the map --------------------------------------------------------------------------

    @property
    def source(self) -> TemplateSource:
        """Map as it was given; read from `filename` when first asked for."""
        if self._source is None:
            self._take(find("TemplateSpatialModel", "read", "fits")(self))
        assert self._source is not None
        return self._source

    def _take(self, source: TemplateSource) -> None:
        """Take the map over, and its place where no other was given."""
        if self._stated_frame is not None:
            _check_frame(self._stated_frame, source)
        self._source = source
        self._settle(source.outline.center)

    def _settle(self, center: tuple[float, float]) -> None:
        """Give the parameters that nobody has set the place of the map."""
        for name, value in zip(("lon_0", "lat_0"), center, strict=True):
            parameter = self._unplaced.get(name)
            if parameter is None or parameter is not self._own_parameters[name]:
                continue
            if parameter.link is None and parameter.value == 0.0:
                parameter.quantity = u.Quantity(value, "deg").to(parameter.unit)
        self._unplaced = {}

    @property
    def _image(self) -> SkyImage:
        return self.source.image(self._normalize, self._stated_unit, self._interpolation)

    @property
    def map(self) -> Any:
        """Map of the values, normalised if asked for, without pixels that are negative or nan."""
        source = self.source
        planes = source.planes()
        if self._normalize:
            planes = planes * source.norms(planes)[:, None, None]
        axes = None if source.axis is None else [source.axis]
        geom = WcsGeom(source.wcs, source.data.shape[:-3:-1], axes=axes)
        return WcsNDMap(geom, planes.reshape(source.data.shape), unit=self.unit)

    @property
    def map_center(self) -> SkyCoord:
        """Centre of the map."""
        place = self.source.outline
        return SkyCoord(*place.center, unit="deg", frame=place.frame)

    @property
    def normalize(self) -> bool:
        """True if the values are divided by their integral over the sky."""
        return self._normalize

    @property
    def is_loaded(self) -> bool:
        """True if the map is in memory."""
        return self._source is not None

    @property
    def is_energy_dependent(self) -> bool:  # type: ignore[override]
        """True for a cube."""
        return self.source.axis is not None

    @property
    def energy_kinks(self) -> tuple[float, ...]:
        """Energies in TeV of the planes of a cube, and where it ends."""
        return kinks_of(self.source.axis)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the values.

        Of a file that is missing, and is not to be normalised, it is the one that was stated, or
        sr-1.
        """
        if self._normalize:
            return SR
        if self._source is None and self._stated_unit is not None:
            return self._stated_unit
        try:
            return self.source.unit(self._normalize, self._stated_unit)
        except MissingFileError:
            return SR

    # -- where it is ----------------------------------------------------------------------

    @property
    def own_parameters(self) -> dict[str, Parameter]:
        """Parameters by name; 0 as long as the file is missing that says where they are."""
        if self._unplaced and self._source is None:
            with suppress(MissingFileError, FileFormatError):
                self._settle(find("TemplateSpatialModel", "locate", "fits")(self).center)
        return self._own_parameters

    @own_parameters.setter
    def own_parameters(self, parameters: dict[str, Parameter]) -> None:
        self._own_parameters = parameters

    @property
    def unplaced(self) -> list[str]:
        """Parameters that wait for the file to say where they are."""
        own = self.own_parameters
        return [name for name in self._unplaced if name in own]

    @unplaced.setter
    def unplaced(self, names: Iterable[str]) -> None:
        self._unplaced = {name: self._own_parameters[name] for name in names}

    @property
    def frame(self) -> str:
        """Name of the frame of the map; until that is read, of the one that was stated.

        Raises
        ------
        MissingFileError, FileFormatError
            If it was not stated, and the file cannot say it.
        """
        if self._source is not None:
            return self._source.outline.frame
        if self._stated_frame is not None:
            return self._stated_frame
        return find("TemplateSpatialModel", "locate", "fits")(self).frame

    @frame.setter
    def frame(self, frame: str) -> None:
        name = checked_frame(frame, type(self).__name__)
        source = self.__dict__.get("_source")
        if source is not None:
            _check_frame(name, source)
        self._stated_frame = name

    @property
    def evaluation_radius(self) -> u.Quantity:
        """Distance from `position` to the farthest edge of the map."""
        return u.Quantity(self.source.outline.radius, "deg")

    @property
    def reach(self) -> float:
        """Radius in deg that holds the pixels of the map with something in them."""
        return self.source.reach

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """Size of the pixels, the smaller side."""
        return u.Quantity(min(self.source.outline.pixel), "deg")

    def to_region(self, **kwargs: Any) -> Any:
        """Rectangle of the map, about `position`, a `~regions.RectangleSkyRegion`."""
        return map_region(self.position, self.source.outline, **kwargs)

    # -- the formula ----------------------------------------------------------------------

    def evaluate(self, lon: Any, lat: Any, energy: Any, lon_0: Any, lat_0: Any) -> Any:
        """Interpolated values; ``energy`` is None for a map without energies."""
        image = self._image
        return image.values(*self._on_map(lon, lat, lon_0, lat_0), energy)

    def partials(self, lon: Any, lat: Any, energy: Any, lon_0: Any, lat_0: Any) -> tuple[Any, Any]:
        """Derivatives by the position."""
        place = self._on_map(lon, lat, lon_0, lat_0)
        _, by_lon, by_lat = self._image.surface(*place, energy)
        return -by_lon, -by_lat

    def _on_map(self, lon: Any, lat: Any, lon_0: Any, lat_0: Any) -> tuple[Any, Any]:
        """Place on the map where it was made."""
        lon_map, lat_map = self.source.outline.center
        return lon - (lon_0 - lon_map), lat - (lat_0 - lat_map)

    # -- copies ---------------------------------------------------------------------------

    def reassign(self, mapping: dict[Parameter, Parameter]) -> None:
        """Replace parameters by their images, where they have one."""
        super().reassign(mapping)
        self._unplaced = {name: mapping.get(p, p) for name, p in self._unplaced.items()}

    def _shell(self, **kwargs: Any) -> Self:
        new = super()._shell(**kwargs)
        new.meta, new.interp_kwargs = dict(self.meta), dict(self.interp_kwargs)
        new._unplaced = dict(self._unplaced)
        return new

    def __getstate__(self) -> dict[str, Any]:
        """Without what the file has."""
        return self.__dict__ | ({} if self.in_memory_only else {"_source": None})

    # -- shown ----------------------------------------------------------------------------

    def __repr__(self) -> str:
        what = "map in memory" if self.filename is None else repr(self.filename)
        frame = self._stated_frame if self._source is None else self._source.outline.frame
        known = "" if frame in (None, "icrs") else f", frame={frame!r}"
        return f"TemplateSpatialModel({what}, normalize={self._normalize}{known})"

    def __str__(self) -> str:
        try:
            frame = self.frame
        except (MissingFileError, FileFormatError) as error:
            return f"TemplateSpatialModel, not to be read: {error}\n\n{self.parameters}"
        return f"TemplateSpatialModel, frame {frame}, of {self.filename}\n\n{self.parameters}"


def _check_frame(frame: str, source: TemplateSource) -> None:
    """Refuse a frame that is not that of the map, but for an arcsecond like ICRS and FK5."""
    of_map = source.outline.frame
    there = SkyCoord(40.0, 30.0, unit="deg", frame=frame).transform_to(of_map).spherical
    if separation(offset(there.lon.deg, there.lat.deg, 40.0, 30.0)) > 1.0 / 3600.0:
        raise ModelError(
            f"TemplateSpatialModel: frame = {frame!r}, and {source.name} is in {of_map!r}: leave "
            "the frame out, and give lon_0 and lat_0 in that of the map"
        )
