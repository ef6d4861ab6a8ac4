"""The third Fermi-LAT catalogue of hard sources, 3FHL (Ajello et al. 2017, ApJS 232, 18)."""

from __future__ import annotations

import math
import os
from functools import cached_property
from typing import Any

import astropy.units as u
import numpy as np
from astropy.table import Table

from gammapy.catalog.catalog import SourceCatalog, SourceCatalogObject, row_data
from gammapy.catalog.parameter_errors import CONTAINED_95, position_errors, with_errors
from gammapy.catalog.table_file import catalog_path, read_tables
from gammapy.errors import FileFormatError
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.base import SPATIAL_MODEL_REGISTRY, SpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import GaussianSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.logparabola import LogParabolaSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["SourceCatalog3FHL", "SourceCatalogObject3FHL"]

TEMPLATES = "$GAMMAPY_DATA/catalogs/fermi/Extended_archive_v18/Templates"
#: radius that holds 68 % of a round Gaussian, in units of its sigma. The sizes of Gaussians in the
#: table are such radii: those of HESS J1303-631 and HESS J1841-055 are 1.51 times H.E.S.S.'s sigmas
CONTAINED_68 = math.sqrt(-2 * math.log(0.32))


class SourceCatalogObject3FHL(SourceCatalogObject):
    """Source of 3FHL."""

    @property
    def is_pointlike(self) -> bool:
        """True if it is a point."""
        return not self.data["Extended_Source_Name"]

    @property
    def asso(self) -> list[str]:
        """Names of associated sources."""
        keys = ("ASSOC1", "ASSOC2", "ASSOC_TEV", "ASSOC_GAM")
        return [self.data[key] for key in keys if self.data[key]]

    @property
    def energy_range(self) -> u.Quantity:
        """Energies of the analysis."""
        return u.Quantity([self._edges[0], self._edges[-1]])

    @property
    def _edges(self) -> u.Quantity:
        return self.data["_energy_edges"]

    def spectral_model(self) -> SpectralModel:
        """Power law or log-parabola.

        Raises
        ------
        FileFormatError
            If the table has another type.
        """
        kind = self.data["SpectrumType"]
        flux = u.Unit("cm-2 s-1 GeV-1")  # a photon is no unit
        amplitude, error = (
            u.Quantity(self.data[key].value, flux) for key in ("Flux_Density", "Unc_Flux_Density")
        )
        common = {"amplitude": amplitude, "reference": self.given("Pivot_Energy")}
        if kind == "PowerLaw":
            model: SpectralModel = PowerLawSpectralModel(
                index=self.given("PowerLaw_Index"), **common
            )
            return with_errors(model, amplitude=error, index=self.data["Unc_PowerLaw_Index"])
        if kind != "LogParabola":
            raise FileFormatError(
                f"{self.name}: SpectrumType = {kind!r} is not PowerLaw or LogParabola, the two of "
                "3FHL"
            )
        model = LogParabolaSpectralModel(
            alpha=self.given("Spectral_Index"), beta=self.given("beta"), **common
        )
        errors = {"alpha": self.data["Unc_Spectral_Index"], "beta": self.data["Unc_beta"]}
        return with_errors(model, amplitude=error, **errors)

    def spatial_model(self) -> SpatialModel:
        """Point, disk, Gaussian or template.

        Raises
        ------
        MissingFileError
            If the template is not in the folder of templates.
        FileFormatError
            If the table has another shape.
        """
        if self.is_pointlike:
            place = {"lon_0": self.given("RAJ2000"), "lat_0": self.given("DEJ2000")}
            error = self.data["Conf_95_SemiMajor"] / CONTAINED_95
            return position_errors(PointSpatialModel(**place), error)
        row = self.data_extended
        kind = row["Spatial_Function"]
        major, minor = row["Model_SemiMajor"], row["Model_SemiMinor"]
        form = {"lon_0": row["RAJ2000"], "lat_0": row["DEJ2000"], "phi": row["Model_PosAng"]}
        form["e"] = np.sqrt(1 - (minor / major) ** 2)
        if kind == "RadialDisk":
            return DiskSpatialModel(r_0=major, **form)
        if kind == "RadialGauss":
            return GaussianSpatialModel(sigma=major / CONTAINED_68, **form)
        if kind == "SpatialMap":
            build: Any = SPATIAL_MODEL_REGISTRY.get("template")
            return build.read(self._template(row["Spatial_Filename"]))
        raise FileFormatError(
            f"{self.name}: Spatial_Function = {kind!r} is not RadialDisk, RadialGauss or SpatialMap"
        )

    @staticmethod
    def _template(name: str) -> Any:
        """File of a template, as it is or packed."""
        packed = f"{TEMPLATES}/{name}.gz"
        return (
            packed
            if os.path.exists(os.path.expandvars(packed))
            else catalog_path(f"{TEMPLATES}/{name}")
        )

    def sky_model(self, name: str | None = None) -> SkyModel:
        """Source of both.

        Parameters
        ----------
        name : str, optional
            By default that of the source.
        """
        return SkyModel(self.spectral_model(), self.spatial_model(), name=name or self.name)

    @property
    def flux_points_table(self) -> Table:
        """Integral fluxes in the bands, as a table of flux points.

        Where the error downward is not given, the limit is the flux plus twice the error upward.
        """
        flux = u.Quantity(self.data["Flux_Band"].value, "cm-2 s-1")
        errors = u.Quantity(np.abs(self.data["Unc_Flux_Band"].value), "cm-2 s-1")
        is_ul = np.isnan(errors[:, 0])
        table = Table(meta={"SED_TYPE": "flux", "UL_CONF": 0.95})
        table["e_min"], table["e_max"] = self._edges[:-1], self._edges[1:]
        table["flux"], table["flux_errn"], table["flux_errp"] = flux, errors[:, 0], errors[:, 1]
        table["flux_ul"] = np.where(is_ul, (flux + 2 * errors[:, 1]).value, np.nan) * flux.unit
        table["sqrt_ts"] = self.data["Sqrt_TS_Band"]
        table["is_ul"] = is_ul
        return table

    @property
    def flux_points(self) -> FluxPoints:
        """Flux points, with the spectral model of the source for reference."""
        return FluxPoints.from_table(self.flux_points_table, reference_model=self.spectral_model())


class SourceCatalog3FHL(SourceCatalog):
    """Fermi-LAT catalogue of hard sources, third edition."""

    tag = ["3fhl"]
    description = "LAT third high-energy source catalog"
    source_object_class = SourceCatalogObject3FHL

    def __init__(
        self, filename: str | os.PathLike[str] = "$GAMMAPY_DATA/catalogs/fermi/gll_psch_v13.fit.gz"
    ) -> None:
        tables = read_tables(
            filename, "LAT_Point_Source_Catalog", "ExtendedSources", "EnergyBounds"
        )
        table, self.extended_sources_table, bounds = tables
        low, high = (u.Quantity(bounds[key], dtype=float) for key in ("LowerEnergy", "UpperEnergy"))
        self._energy_edges = u.Quantity([*low, high[-1]])
        keys = ("Extended_Source_Name", "ASSOC_GAM", "ASSOC1", "ASSOC2", "ASSOC_TEV")
        super().__init__(table, source_name_alias=keys)

    @cached_property
    def _extended_rows(self) -> dict[str, int]:
        names = self.extended_sources_table["Source_Name"]
        return {str(name).strip(): row for row, name in enumerate(names)}

    def _source(self, row: int) -> SourceCatalogObject3FHL:
        data = self._data(row) | {"_energy_edges": self._energy_edges}
        name = data["Extended_Source_Name"]
        extended = None
        if name:
            if name not in self._extended_rows:
                raise FileFormatError(
                    f"{data['Source_Name']}: its shape {name!r} is not in the table ExtendedSources"
                )
            extended = row_data(self.extended_sources_table, self._extended_rows[name])
        return SourceCatalogObject3FHL(data, extended)
