"""The HAWC catalogues: power laws at 7 TeV, points or disks.

2HWC is by Abeysekara et al. (2017, ApJ 843, 40), 3HWC by Albert et al. (2020, ApJ 905, 76).
"""

from __future__ import annotations

import os

from gammapy.catalog.catalog import SourceCatalog, SourceCatalogObject
from gammapy.catalog.parameter_errors import position_errors, with_errors
from gammapy.catalog.table_file import read_tables
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel

__all__ = [
    "SourceCatalog2HWC",
    "SourceCatalog3HWC",
    "SourceCatalogObject2HWC",
    "SourceCatalogObject3HWC",
]


class SourceCatalogObjectHWC(SourceCatalogObject):
    """What the objects of both catalogues share."""

    name_key = "source_name"
    position_keys = ("ra", "dec")

    def _power_law(self, number: int) -> PowerLawSpectralModel:
        return PowerLawSpectralModel(
            amplitude=self.given(f"spec{number}_dnde", "cm-2 s-1 TeV-1"),
            index=-self.given(f"spec{number}_index"),
            reference="7 TeV",
        )

    def _shape(self, number: int) -> SpatialModel:
        """Point, or disk of the radius that was assumed for the spectrum."""
        radius = self.given(f"spec{number}_radius", "deg")
        place = {"lon_0": self.given("glon", "deg"), "lat_0": self.given("glat", "deg")}
        model: SpatialModel = (
            DiskSpatialModel(frame="galactic", r_0=radius, **place)
            if radius.value > 0
            else PointSpatialModel(frame="galactic", **place)
        )
        return position_errors(model, self.data["pos_err"])


class SourceCatalogObject2HWC(SourceCatalogObjectHWC):
    """Source of 2HWC, with one spectrum or two.

    The first, "point", is that of the analysis that found the source; for four sources that took
    a disk, so their shape is a disk as well. The second, "extended", took a larger disk.
    """

    @property
    def n_models(self) -> int:
        """1, or 2 if there is an extended one."""
        return 1 + bool(self.data["spec1_dnde"].value > 0)

    def _number(self, which: str) -> int:
        if which not in ("point", "extended"):
            raise UnknownNameError(f"which = {which!r} must be 'point' or 'extended'")
        if which == "extended" and self.n_models < 2:
            raise ModelError(f"{self.name} was not analysed as extended: take which='point'")
        return 0 if which == "point" else 1

    def spectral_model(self, which: str = "point") -> PowerLawSpectralModel:
        """Power law.

        Parameters
        ----------
        which : {"point", "extended"}

        Raises
        ------
        ModelError
            If the source was not analysed as extended.
        """
        number = self._number(which)
        errors = {
            "amplitude": self.data[f"spec{number}_dnde_err"],
            "index": self.data[f"spec{number}_index_err"],
        }
        return with_errors(self._power_law(number), **errors)

    def spatial_model(self, which: str = "point") -> SpatialModel:
        """Point, or disk; see `spectral_model`."""
        return self._shape(self._number(which))

    def sky_model(self, which: str = "point") -> SkyModel:
        """Source of both; see `spectral_model`."""
        return SkyModel(self.spectral_model(which), self.spatial_model(which), name=self.name)


class SourceCatalogObject3HWC(SourceCatalogObjectHWC):
    """Source of 3HWC, whose errors are not symmetric; the systematic ones stand in ``data``."""

    #: number of models of a source
    n_models = 1

    @property
    def is_pointlike(self) -> bool:
        """True if a point was assumed."""
        return bool(self.data["spec0_radius"].value == 0)

    def spectral_model(self) -> PowerLawSpectralModel:
        """Power law; an error is the mean of both, ``errn`` and ``errp`` are these."""
        # the index falls in the table, so that its errors change places
        dnde, index = ("spec0_dnde_err{}", "np"), ("spec0_index_err{}", "pn")
        pairs = [tuple(self.data[key.format(s)] for s in sides) for key, sides in (dnde, index)]
        return with_errors(self._power_law(0), amplitude=pairs[0], index=pairs[1])

    def spatial_model(self) -> SpatialModel:
        """Point, or disk.

        Raises
        ------
        DataError
            If the table does not tell the radius, as for 3HWC J0659+147.
        """
        return self._shape(0)

    def sky_model(self) -> SkyModel:
        """Source of both."""
        return SkyModel(self.spectral_model(), self.spatial_model(), name=self.name)


class SourceCatalog2HWC(SourceCatalog):
    """2HWC catalogue of the HAWC observatory."""

    tag = ["2hwc"]
    description = "2HWC catalog from the HAWC observatory"
    source_object_class = SourceCatalogObject2HWC

    def __init__(
        self, filename: str | os.PathLike[str] = "$GAMMAPY_DATA/catalogs/2HWC.ecsv"
    ) -> None:
        super().__init__(read_tables(filename)[0], source_name_key="source_name")


class SourceCatalog3HWC(SourceCatalog):
    """3HWC catalogue of the HAWC observatory."""

    tag = ["3hwc"]
    description = "3HWC catalog from the HAWC observatory"
    source_object_class = SourceCatalogObject3HWC

    def __init__(
        self, filename: str | os.PathLike[str] = "$GAMMAPY_DATA/catalogs/3HWC.ecsv"
    ) -> None:
        super().__init__(read_tables(filename)[0], source_name_key="source_name")
