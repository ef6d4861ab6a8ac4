"""The catalogue of the H.E.S.S. Galactic plane survey (Abdalla et al. 2018, A&A 612, A1).

A source is a Gaussian, the sum of two or three, a shell or a point. The spectra are those of the
whole sources.
"""

from __future__ import annotations

import os
from typing import Any

import astropy.units as u
import numpy as np
from astropy.table import Table

from gammapy.catalog.catalog import SourceCatalog, SourceCatalogObject, row_data
from gammapy.catalog.large_scale import SourceCatalogLargeScaleHGPS
from gammapy.catalog.parameter_errors import with_errors
from gammapy.catalog.table_file import read_tables
from gammapy.errors import DataError, UnknownNameError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.gaussian import GaussianSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spatial.shell import ShellSpatialModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.cutoff import ExpCutoffPowerLawSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["SourceCatalogHGPS", "SourceCatalogObjectHGPS", "SourceCatalogObjectHGPSComponent"]

#: width of shells, whose outer radius the table has, relative to that radius
THIN = 0.05
_POINT_COLUMNS = {
    "e_ref": "Energy",
    "e_min": "Energy_Min",
    "e_max": "Energy_Max",
    "dnde": "Flux",
    "dnde_errn": "Flux_Err_Lo",
    "dnde_errp": "Flux_Err_Hi",
    "dnde_ul": "Flux_UL",
}


class SourceCatalogObjectHGPSComponent(SourceCatalogObject):
    """One Gaussian of a source."""

    name_key = "Component_ID"
    position_keys = ("GLON", "GLAT")
    position_frame = "galactic"

    def spatial_model(self) -> GaussianSpatialModel:
        """Gaussian."""
        model = GaussianSpatialModel(**_place(self), sigma=self.given("Size"), frame="galactic")
        return _placed(model, self, sigma=self.data["Size_Err"])


class SourceCatalogObjectHGPS(SourceCatalogObject):
    """Source of the survey.

    Attributes
    ----------
    components : list of `SourceCatalogObjectHGPSComponent`
        Gaussians that it is made of.
    associations : `~astropy.table.Table`
        Sources of other catalogues nearby.
    identification_info : dict
        What it was identified with; empty if with nothing.
    """

    components: list[SourceCatalogObjectHGPSComponent]
    associations: Table
    identification_info: dict[str, Any]

    @property
    def energy_range(self) -> u.Quantity:
        """Energies of the spectral analysis, or of the flux points where they are not given.

        Raises
        ------
        DataError
            If neither is known, as for spectra of earlier papers.
        """
        points = self.flux_points_table
        ends = {"Min": points["e_min"].quantity[0], "Max": points["e_max"].quantity[-1]}
        edges = [
            self.data[key] if np.isfinite(self.data[key].value) else end
            for key, end in ((f"Energy_Range_Spec_{name}", end) for name, end in ends.items())
        ]
        if not np.all(np.isfinite(u.Quantity(edges).value)):
            raise DataError(
                f"{self.name}: the catalogue has no energy range for this source: see the energies "
                "of its flux points"
            )
        return u.Quantity(edges)

    def _spectrum_type(self, which: str) -> str:
        if which not in ("best", "pl", "ecpl"):
            raise UnknownNameError(f"which = {which!r} must be 'best', 'pl' or 'ecpl'")
        return self.data["Spectral_Model"] if which == "best" else which.upper()

    def spectral_model(self, which: str = "best") -> SpectralModel:
        """Spectrum of the whole source.

        Parameters
        ----------
        which : {"best", "pl", "ecpl"}
            The better one of both, a power law, or one with a cut-off.

        Raises
        ------
        DataError
            If that was not fitted.
        """
        kind = self._spectrum_type(which)
        amplitude = f"Flux_Spec_{kind}_Diff_Pivot"
        values = {
            "index": self.given(f"Index_Spec_{kind}"),
            "amplitude": self.given(amplitude, "cm-2 s-1 TeV-1"),
            "reference": self.given(f"Energy_Spec_{kind}_Pivot"),
        }
        errors = {
            "index": self.data[f"Index_Spec_{kind}_Err"],
            "amplitude": self.data[f"{amplitude}_Err"],
        }
        if kind == "PL":
            return with_errors(PowerLawSpectralModel(**values), **errors)
        values["lambda_"] = self.given("Lambda_Spec_ECPL")
        errors["lambda_"] = self.data["Lambda_Spec_ECPL_Err"]
        return with_errors(ExpCutoffPowerLawSpectralModel(**values), **errors)

    def spatial_model(self) -> SpatialModel:
        """Shape of the whole source.

        Of several Gaussians it is their sum, weighted with their fluxes. A source of which the
        size has a limit only is the Gaussian that was fitted. The outer radius of a shell is
        known, its width of 5 % of that is a guess.
        """
        kind = self.data["Spatial_Model"]
        if kind == "Point-Like":
            return _placed(PointSpatialModel(**_place(self), frame="galactic"), self)
        if kind == "Shell":
            outer = self.given("Size")
            sizes = {"radius": (1 - THIN) * outer, "width": THIN * outer}
            shell = ShellSpatialModel(**_place(self), **sizes, frame="galactic")
            return _placed(shell, self, radius=(1 - THIN) * self.data["Size_Err"])
        if not self.components:  # taken from an earlier paper
            size = self.given("Size")
            gauss = GaussianSpatialModel(**_place(self), sigma=size, frame="galactic")
            return _placed(gauss, self, sigma=self.data["Size_Err"])
        if len(self.components) == 1:
            return self.components[0].spatial_model()
        shapes = [component.spatial_model() for component in self.components]
        return CompoundSpatialModel(shapes, self._shares)

    @property
    def _shares(self) -> list[float]:
        """Shares of the components in the flux."""
        fluxes = [component.given("Flux_Map").value for component in self.components]
        return [float(flux / sum(fluxes)) for flux in fluxes]

    def sky_model(self, which: str = "best") -> SkyModel:
        """Whole source; see `spectral_model`."""
        return SkyModel(self.spectral_model(which), self.spatial_model(), name=self.name)

    def components_models(self, which: str = "best", linked: bool = False) -> Models:
        """Source of each Gaussian, or the whole source if it has one or none.

        Each has its share of the flux, and of the error of it.

        Parameters
        ----------
        which : {"best", "pl", "ecpl"}
        linked : bool
            Let them share the parameters of the spectrum other than the amplitude.
        """
        if len(self.components) < 2:
            return Models([self.sky_model(which)])
        models: list[SkyModel] = []
        for component, share in zip(self.components, self._shares, strict=True):
            spectrum: Any = self.spectral_model(which)
            error = spectrum.amplitude.error
            spectrum.amplitude.value *= share
            spectrum.amplitude.error = error * share
            if linked and models:
                first = models[0].spectral_model.own_parameters
                for name in spectrum.own_parameters:
                    if name != "amplitude":
                        spectrum.share_parameter(name, first[name])
            models.append(SkyModel(spectrum, component.spatial_model(), name=component.name))
        return Models(models)

    @property
    def flux_points_table(self) -> Table:
        """Differential fluxes, as a table of flux points."""
        n_points = int(self.data["N_Flux_Points"])
        table = Table(meta={"SED_TYPE": "dnde", "UL_CONF": 0.95})
        for name, column in _POINT_COLUMNS.items():
            table[name] = self.data[f"Flux_Points_{column}"][:n_points]
        table["is_ul"] = self.data["Flux_Points_Flux_Is_UL"][:n_points].astype(bool)
        return table

    @property
    def flux_points(self) -> FluxPoints:
        """Flux points, with the spectral model of the source for reference."""
        table = self.flux_points_table
        empty = [n for n in ("e_min", "e_max") if np.all(np.isnan(table[n].quantity.value))]
        table.remove_columns(empty)
        return FluxPoints.from_table(table, reference_model=self.spectral_model())


class SourceCatalogHGPS(SourceCatalog):
    """Catalogue of the H.E.S.S. Galactic plane survey.

    Parameters
    ----------
    filename : str or path
    hdu : str
        Table of the sources.

    Attributes
    ----------
    table_components, table_associations, table_identifications, table_large_scale_component
        The other tables of the file.
    """

    tag = ["hgps"]
    description = "H.E.S.S. Galactic plane survey (HGPS) source catalog"
    source_object_class = SourceCatalogObjectHGPS

    def __init__(
        self,
        filename: str | os.PathLike[str] = "$GAMMAPY_DATA/catalogs/hgps_catalog_v1.fits.gz",
        hdu: str = "HGPS_SOURCES",
    ) -> None:
        table, *others = read_tables(
            filename,
            hdu,
            "HGPS_GAUSS_COMPONENTS",
            "HGPS_ASSOCIATIONS",
            "HGPS_IDENTIFICATIONS",
            "HGPS_LARGE_SCALE_COMPONENT",
        )
        self.table_components, self.table_associations, self.table_identifications = others[:3]
        self.table_large_scale_component = others[3]
        super().__init__(table, source_name_alias=("Identified_Object",))

    @property
    def large_scale_component(self) -> SourceCatalogLargeScaleHGPS:
        """Diffuse emission along the plane."""
        return SourceCatalogLargeScaleHGPS(self.table_large_scale_component)

    def gaussian_component(self, row_idx: int) -> SourceCatalogObjectHGPSComponent:
        """Gaussian of a row of `table_components`, from 0 on."""
        data = row_data(self.table_components, row_idx) | {"_row_index": row_idx}
        return SourceCatalogObjectHGPSComponent(data)

    def _source(self, row: int) -> SourceCatalogObjectHGPS:
        source = SourceCatalogObjectHGPS(self._data(row))
        ids = [name.strip() for name in source.data["Components"].split(",") if name.strip()]
        rows = {str(n).strip(): i for i, n in enumerate(self.table_components["Component_ID"])}
        source.components = [self.gaussian_component(rows[name]) for name in ids]
        source.associations = _rows_of(self.table_associations, source.name)
        found = _rows_of(self.table_identifications, source.name)
        source.identification_info = row_data(found, 0) if len(found) else {}
        return source

    def to_models(self, which: str = "best", components_status: str = "independent") -> Models:
        """Models of all sources.

        Parameters
        ----------
        which : {"best", "pl", "ecpl"}
        components_status : {"independent", "linked", "merged"}
            A model for each Gaussian of a source, the same with a common spectrum, or one model
            for each source.
        """
        known = ("independent", "linked", "merged")
        if components_status not in known:
            raise UnknownNameError(
                f"components_status = {components_status!r} must be one of {list(known)}"
            )
        return self._to_models(which, components_status)

    def _models_of(self, source: Any, *args: Any, **kwargs: Any) -> list[Any]:
        which, status = args
        if status == "merged":
            return [source.sky_model(which)]
        return list(source.components_models(which, linked=status == "linked"))


def _rows_of(table: Table, name: str) -> Table:
    """Rows of a source."""
    return table[[str(value).strip() == name for value in table["Source_Name"]]]


def _place(source: SourceCatalogObject) -> dict[str, u.Quantity]:
    return {"lon_0": source.given("GLON", "deg"), "lat_0": source.given("GLAT", "deg")}


def _placed(model: Any, source: SourceCatalogObject, **errors: Any) -> Any:
    """Give a model the errors of its position, and others."""
    place = {"lon_0": source.data["GLON_Err"], "lat_0": source.data["GLAT_Err"]}
    return with_errors(model, **place, **errors)
