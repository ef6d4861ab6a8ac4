"""The table of what is found by name: readers, writers, backends, pictures.

Rows are ``(owner, verb, name) -> "module:function"``. The module is imported when the row is
first used, so a class can offer ``read``, ``write`` or ``plot`` although the code that
does it lives above the class (law 6), and nothing heavy is imported before it is needed.
"""

from importlib import import_module
from typing import Any

from gammapy.errors import UnknownNameError

__all__ = ["TABLE", "find", "names"]

TABLE: dict[tuple[str, str, str], str] = {
    ("Map", "read", "fits"): "gammapy.maps.map_file:read_map",
    ("Map", "write", "fits"): "gammapy.maps.map_file:write_map",
    ("Map", "from", "hdulist"): "gammapy.maps.map_file:map_from_hdulist",
    ("Map", "to", "hdulist"): "gammapy.maps.map_file:map_to_hdulist",
    ("WcsGeom", "read", "header"): "gammapy.maps.map_file:geometry_from_header",
    ("WcsGeom", "write", "header"): "gammapy.maps.map_file:header_of",
    ("WcsNDMap", "plot", "image"): "gammapy.plot.map:plot_map",
    ("WcsNDMap", "plot", "bands"): "gammapy.plot.bands:write_bands",
    ("WcsNDMap", "plot", "grid"): "gammapy.plot.map_grid:plot_map_grid",
    ("RegionNDMap", "plot", "bins"): "gammapy.plot.region_map:plot_region_map",
    ("RegionGeom", "plot", "outline"): "gammapy.plot.region_map:plot_region",
    ("RegionNDMap", "read", "fits"): "gammapy.maps.region_file:read_region_map",
    ("RegionNDMap", "to", "hdulist"): "gammapy.maps.region_file:region_map_to_hdulist",
    ("Models", "open", "any"): "gammapy.modeling.serialize.formats:read_files",
    ("Models", "save", "any"): "gammapy.modeling.serialize.formats:write_file",
    ("Models", "read", "yaml"): "gammapy.modeling.serialize.yaml:read_models",
    ("Models", "read", "xml"): "gammapy.modeling.serialize.xml.library:read_models",
    ("Models", "read", "gamma-cat"): "gammapy.modeling.serialize.gammacat.files:read_models",
    ("Models", "write", "xml"): "gammapy.modeling.serialize.xml.writing:write_models",
    ("Models", "write", "yaml"): "gammapy.modeling.serialize.yaml:write_models",
    ("Models", "plot", "overview"): "gammapy.plot.models:plot_models",
    ("Models", "from_text", "yaml"): "gammapy.modeling.serialize.yaml:models_from_yaml",
    ("Models", "to_text", "yaml"): "gammapy.modeling.serialize.yaml:models_to_yaml",
    ("Models", "from_dict", "yaml"): "gammapy.modeling.serialize.spec:models_from_dict",
    ("Models", "to_dict", "yaml"): "gammapy.modeling.serialize.spec:models_to_dict",
    ("SkyModel", "from_dict", "yaml"): "gammapy.modeling.serialize.spec:sky_from_dict",
    ("SkyModel", "to_dict", "yaml"): "gammapy.modeling.serialize.spec:sky_to_dict",
    ("SpectralModel", "from_dict", "yaml"): "gammapy.modeling.serialize.spec:spectral_from_dict",
    ("SpectralModel", "to_dict", "yaml"): "gammapy.modeling.serialize.spec:spectral_to_dict",
    ("SpatialModel", "from_dict", "yaml"): "gammapy.modeling.serialize.spec:spatial_from_dict",
    ("SpatialModel", "to_dict", "yaml"): "gammapy.modeling.serialize.spec:spatial_to_dict",
    ("SpectralModel", "from", "astropy"): (
        "gammapy.modeling.models.spectral.foreign.astropy_model:from_astropy"
    ),
    ("SpectralModel", "from", "sherpa"): (
        "gammapy.modeling.models.spectral.foreign.sherpa_model:from_sherpa"
    ),
    ("SpectralModel", "to", "astropy"): (
        "gammapy.modeling.models.spectral.foreign.to_astropy:to_astropy"
    ),
    ("SpectralModel", "to", "sherpa"): (
        "gammapy.modeling.models.spectral.foreign.to_sherpa:to_sherpa"
    ),
    ("EBLAbsorptionNormSpectralModel", "read", "fits"): (
        "gammapy.modeling.serialize.table_files:read_absorption"
    ),
    ("LightCurve", "read", "table"): "gammapy.modeling.serialize.temporal_files:read_light_curve",
    ("LightCurve", "read", "map"): (
        "gammapy.modeling.serialize.temporal_files:read_light_curve_map"
    ),
    ("LightCurve", "write", "table"): "gammapy.modeling.serialize.temporal_files:write_light_curve",
    ("LightCurve", "write", "map"): (
        "gammapy.modeling.serialize.temporal_files:write_light_curve_map"
    ),
    ("PhaseCurve", "read", "table"): "gammapy.modeling.serialize.temporal_files:read_phase_curve",
    ("PhaseCurve", "write", "table"): "gammapy.modeling.serialize.temporal_files:write_phase_curve",
    ("TemporalModel", "to_dict", "yaml"): "gammapy.modeling.serialize.spec:temporal_to_dict",
    ("TemporalModel", "from_dict", "yaml"): "gammapy.modeling.serialize.spec:temporal_from_dict",
    ("TemporalModel", "plot", "range"): "gammapy.plot.temporal:plot_temporal_model",
    ("TemporalModel", "plot", "phase"): "gammapy.plot.temporal:plot_phase_curve",
    ("TemplateNDSpectralModel", "read", "fits"): (
        "gammapy.modeling.serialize.template_nd:read_region_map"
    ),
    ("TemplateNDSpectralModel", "write", "fits"): (
        "gammapy.modeling.serialize.template_nd:write_region_map"
    ),
    ("TemplateSpatialModel", "read", "fits"): (
        "gammapy.modeling.serialize.template_files:read_template"
    ),
    ("TemplateSpatialModel", "locate", "fits"): (
        "gammapy.modeling.serialize.template_files:locate_template"
    ),
    ("TemplateSpatialModel", "write", "fits"): (
        "gammapy.modeling.serialize.template_files:write_template"
    ),
    ("TemplateNDSpatialModel", "read", "fits"): (
        "gammapy.modeling.serialize.template_files:read_map"
    ),
    ("PrimarySpectra", "read", "pppc4"): "gammapy.modeling.serialize.table_files:read_pppc4",
    ("SpectralModel", "plot", "value"): "gammapy.plot.model:plot_spectral_model",
    ("SpectralModel", "plot", "error"): "gammapy.plot.model:plot_spectral_error",
    ("CountsSpectrum", "plot", "counts"): "gammapy.plot.spectrum_bins:plot_counts",
    ("CountsSpectrum", "plot", "excess"): "gammapy.plot.spectrum_bins:plot_excess",
    ("CountsSpectrum", "plot", "residuals"): "gammapy.plot.spectrum_bins:plot_residuals",
    ("CountsSpectrum", "plot", "masks"): "gammapy.plot.spectrum_bins:plot_masks",
    ("CountsSpectrum", "plot", "peek"): "gammapy.plot.peek:peek",
    ("FluxPoints", "plot", "points"): "gammapy.plot.flux_points:plot_flux_points",
    ("FluxPoints", "plot", "profiles"): "gammapy.plot.ts_profiles:plot_ts_profiles",
    ("FluxPointsDataset", "plot", "fit"): "gammapy.plot.flux_points_fit:plot_flux_points_fit",
    ("FluxPointsDataset", "plot", "spectrum"): (
        "gammapy.plot.flux_points_fit:plot_flux_points_spectrum"
    ),
    ("FluxPointsDataset", "plot", "residuals"): (
        "gammapy.plot.flux_points_fit:plot_flux_points_residuals"
    ),
    ("Covariance", "html", "table"): "gammapy.notebook.parameters:covariance",
    ("Dataset", "html", "table"): "gammapy.notebook.data:dataset",
    ("Datasets", "html", "table"): "gammapy.notebook.data:datasets",
    ("FitResult", "html", "table"): "gammapy.notebook.data:fit_result",
    ("FluxPoints", "html", "table"): "gammapy.notebook.data:flux_points",
    ("GTI", "html", "table"): "gammapy.notebook.data:good_times",
    ("Model", "html", "table"): "gammapy.notebook.parameters:model",
    ("Models", "html", "table"): "gammapy.notebook.parameters:models",
    ("Parameter", "html", "table"): "gammapy.notebook.parameters:parameter",
    ("Parameters", "html", "table"): "gammapy.notebook.parameters:parameters",
    ("Covariance", "plot", "correlation"): "gammapy.plot.correlation:plot_correlation",
    ("Fitter", "backend", "minuit"): "gammapy.modeling.fit.backends.minuit:run",
    ("Fitter", "backend", "scipy"): "gammapy.modeling.fit.backends.scipy:run",
    ("Fitter", "backend", "sherpa"): "gammapy.modeling.fit.backends.sherpa:run",
    ("Fitter", "backend", "emcee"): "gammapy.modeling.fit.backends.emcee:run",
    ("Fitter", "data", "list"): "gammapy.datasets.joint:Datasets",
    ("FitResult", "read", "yaml"): "gammapy.results.fit:read_fit_result",
    ("FitResult", "write", "yaml"): "gammapy.results.fit:write_fit_result",
    ("Datasets", "read", "yaml"): "gammapy.datasets.io:read_datasets",
    ("Datasets", "write", "yaml"): "gammapy.datasets.io:write_datasets",
    ("Datasets", "plot", "fit"): "gammapy.plot.spectrum:plot_fit",
    ("FluxPointsDataset", "read", "table"): (
        "gammapy.spectrum.flux_points.dataset_file:read_flux_points_dataset"
    ),
    ("FluxPointsDataset", "write", "table"): (
        "gammapy.spectrum.flux_points.dataset_file:write_flux_points_dataset"
    ),
    ("FluxPoints", "read", "table"): "gammapy.spectrum.flux_points.file:read_flux_points",
    ("FluxPoints", "write", "table"): "gammapy.spectrum.flux_points.file:write_flux_points",
    ("FluxPoints", "from_table", "table"): "gammapy.spectrum.flux_points.table:from_table",
    ("FluxPoints", "to_table", "gadf_sed"): "gammapy.spectrum.flux_points.layout:to_sed_table",
    ("FluxPoints", "to_table", "lightcurve"): "gammapy.spectrum.flux_points.layout:to_lightcurve",
    ("FluxPoints", "to_table", "profile"): "gammapy.spectrum.flux_points.layout:to_profile",
    ("FluxPoints", "to_table", "binned_time_series"): (
        "gammapy.spectrum.flux_points.layout:to_time_series"
    ),
    ("Dataset", "kind", "SpectrumDataset"): "gammapy.spectrum.dataset:SpectrumDataset",
    ("Dataset", "kind", "SpectrumDatasetOnOff"): "gammapy.spectrum.on_off:SpectrumDatasetOnOff",
    ("Dataset", "kind", "FluxPointsDataset"): (
        "gammapy.spectrum.flux_points.dataset:FluxPointsDataset"
    ),
    ("EventList", "read", "gadf"): "gammapy.data.event_table:read_events",
    ("EventList", "to", "gadf"): "gammapy.data.event_table:events_to_hdu",
    ("Observation", "read", "gadf"): "gammapy.data.observation_file:read_observation",
    ("Observation", "write", "gadf"): "gammapy.data.observation_file:write_observation",
    ("Observation", "check", "parts"): "gammapy.data.observation_check:check_observation",
    ("DataStore", "check", "indices"): "gammapy.data.store_check:check_store",
    ("DataStore", "index", "events"): "gammapy.data.store_index:index_events_files",
    ("GTI", "read", "gadf"): "gammapy.spectrum.gti_file:read_gti",
    ("GTI", "write", "gadf"): "gammapy.spectrum.gti_file:write_gti",
    ("CountsSpectrum", "sniff", "fits"): "gammapy.spectrum.formats:sniff",
    ("SpectrumDataset", "read", "gadf"): "gammapy.spectrum.gadf:read_spectrum",
    ("SpectrumDataset", "write", "gadf"): "gammapy.spectrum.gadf:write_spectrum",
    ("SpectrumDataset", "plot", "fit"): "gammapy.plot.spectrum:plot_fit",
    ("SpectrumDatasetOnOff", "read", "ogip"): "gammapy.spectrum.ogip:read_on_off",
    ("SpectrumDatasetOnOff", "write", "ogip"): "gammapy.spectrum.ogip:write_on_off",
    ("SpectrumDatasetOnOff", "read", "gadf"): "gammapy.spectrum.gadf:read_on_off",
    ("SpectrumDatasetOnOff", "write", "gadf"): "gammapy.spectrum.gadf:write_on_off",
    ("SpectrumDatasetOnOff", "plot", "fit"): "gammapy.plot.spectrum:plot_fit",
}


def names(owner: str, verb: str) -> list[str]:
    """Names that are known for an owner and a verb, in the order of the table."""
    return [name for (o, v, name) in TABLE if o == owner and v == verb]


def find(owner: str, verb: str, name: str) -> Any:
    """Import and return what the table holds for a row.

    Raises
    ------
    UnknownNameError
        If there is no such row; the message lists the names that there are.
    """
    try:
        target = TABLE[owner, verb, name]
    except KeyError:
        known = ", ".join(repr(n) for n in names(owner, verb)) or "none"
        raise UnknownNameError(
            f"{owner} has no {verb} named {name!r}: choose one of {known}"
        ) from None
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
