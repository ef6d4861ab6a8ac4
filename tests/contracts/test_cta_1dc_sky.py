"""The sky of the first CTA data challenge: every source, its flux, its shape.

The tables beside the files have fluxes that their authors computed from the same numbers.
"""

import os
import warnings
from functools import cache, lru_cache
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from lxml import etree
from scipy.integrate import quad

from gammapy.errors import ModelError
from gammapy.modeling.models import (
    BrokenPowerLawSpectralModel,
    Models,
    PointSpatialModel,
    PowerLaw2SpectralModel,
)

FOLDER = os.environ.get("GAMMAPY_DATA")
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="GAMMAPY_DATA is not set: it names the folder this test reads"
)
#: sources of each file
FILES = {
    "binaries/ctadc_skymodel_gps_sources_binaries": 11,
    "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat": 64,
    "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat2": 66,
    "image_sources/ctadc_skymodel_gps_sources_images": 11,
    "pulsars/ctadc_skymodel_gps_sources_pulsars": 15,
    "pwn/ctadc_skymodel_gps_sources_composite": 325,
    "pwn/ctadc_skymodel_gps_sources_pwn": 491,
    "snrs/ctadc_skymodel_gps_sources_snr_1": 882,
    "snrs/ctadc_skymodel_gps_sources_snr_2": 861,
}
#: the sky: of two files with the same sources the later one
SKY = [name for name in FILES if not name.endswith(("_gamma-cat", "_snr_1"))]
#: files with a table of fluxes from 1 to 10 TeV, the rows in it, and its column
TABLES = {
    "binaries/ctadc_skymodel_gps_sources_binaries": (11, "flux_1_10"),
    "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat2": (61, "int_flux_above_1TeV"),
    "image_sources/ctadc_skymodel_gps_sources_images": (11, "flux_1_10"),
    "pulsars/ctadc_skymodel_gps_sources_pulsars": (15, "flux_1_10"),
    "pwn/ctadc_skymodel_gps_sources_pwn": (491, "flux_1_10"),
    "snrs/ctadc_skymodel_gps_sources_snr_2": (861, "flux_1_10"),
}
#: rows whose flux is not that of the numbers in the XML file; `test_wrong_rows` integrates those
WRONG = ("IC 443", "Cassiopeia A", "MGRO J1908+06")
ENERGY = np.geomspace(0.02, 200, 60) * u.TeV


def path(name):
    return Path(FOLDER, "cta-1dc-skymodel", name + ".xml")


@cache
def read(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Models.read(path(name))


@lru_cache(maxsize=1)
def sky():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Models.read([path(name) for name in SKY])


@pytest.mark.parametrize(("name", "number"), FILES.items())
def test_every_source_is_read(name, number):
    models = read(name)
    assert len(models) == number
    assert not models.origin.refused
    root = etree.parse(path(name)).getroot()
    assert models.names == [source.get("name") for source in root.iterchildren("source")]


def test_the_whole_sky():
    assert sum(FILES.values()) == 2726
    assert len(sky()) == 1780


def test_two_tables_of_the_same_remnants():
    one, two = (path(f"snrs/ctadc_skymodel_gps_sources_snr_{i}") for i in (1, 2))
    with pytest.raises(ModelError, match=r"861 names come twice, first 'snr_0' .* suffix='-b'"):
        Models.read([one, two])
    both = Models.read([one, two], suffix="-b")
    assert len(both) == 882 + 861
    assert both["snr_0-b"].spectral_model(1 * u.TeV) != both["snr_0"].spectral_model(1 * u.TeV)


def test_sizes_that_are_no_number():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        models = Models.read(path("gamma-cat/ctadc_skymodel_gps_sources_gamma-cat"))
    texts = [str(w.message) for w in caught]
    assert sum("the size of the Gauss is nan: it is read as a point" in text for text in texts) == 3
    assert sum("the size of the Gauss is 0: it is read as a point" in text for text in texts) == 1
    for name in ("Westerlund 1", "HESS J1745-303", "SNR G15.4+0.1"):
        assert type(models[name].spatial_model) is PointSpatialModel


# -- fluxes -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_fluxes_of_the_tables(name):
    models = read(name)
    table = Table.read(path(name).with_name(path(name).stem + "_summary.ecsv"))
    rows, column = TABLES[name]
    assert len(table) == rows
    right = [row for row in table if row["name"] not in WRONG]
    assert len(right) >= rows - len(WRONG)
    for row in right:
        flux = models[str(row["name"])].spectral_model.integral(1 * u.TeV, 10 * u.TeV)
        assert flux.to_value("cm-2 s-1") == pytest.approx(row[column], rel=5e-3), row["name"]


def elements(name):
    root = etree.parse(path(name)).getroot()
    return {source.get("name"): source for source in root.iterchildren("source")}


def numbers(source):
    """True values of the spectrum, in MeV."""
    found = source.findall("spectrum/parameter")
    return {p.get("name"): float(p.get("value")) * float(p.get("scale")) for p in found}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rows(name):
    """The integral of the numbers in the XML file, which the row has not."""
    file = "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat2"
    k, index, pivot = (
        numbers(elements(file)[name])[n] for n in ("Prefactor", "Index", "PivotEnergy")
    )
    expected = quad(lambda e: k * (e / pivot) ** index, 1e6, 1e7, epsabs=0, epsrel=1e-11)[0]
    flux = read(file)[name].spectral_model.integral(1 * u.TeV, 10 * u.TeV).to_value("cm-2 s-1")
    assert flux == pytest.approx(expected, rel=1e-9)
    table = Table.read(path(file).with_name(path(file).stem + "_summary.ecsv"))
    (row,) = [row for row in table if row["name"] == name]
    assert abs(row["int_flux_above_1TeV"] / expected - 1) > 0.04


def test_photon_fluxes():
    """A photon flux is between the limits, and the spectrum is not cut at them."""
    file = "gamma-cat/ctadc_skymodel_gps_sources_gamma-cat2"
    models, sources = read(file), elements(file)
    found = [m for m in models if isinstance(m.spectral_model, PowerLaw2SpectralModel)]
    assert len(found) == 10
    for model in found:
        flux, index, low, high = (
            numbers(sources[model.name])[n]
            for n in ("PhotonFlux", "Index", "LowerLimit", "UpperLimit")
        )
        shape = quad(
            lambda x, i=index: np.exp(x * (i + 1)), np.log(low), np.log(high), epsrel=1e-11
        )[0]
        for energy in (low / 3, 2 * low, 1e7):
            expected = flux * energy**index / shape
            value = model.spectral_model(energy * u.MeV).to_value("cm-2 s-1 MeV-1")
            assert value == pytest.approx(expected, rel=1e-8)


def test_broken_power_law():
    file = "image_sources/ctadc_skymodel_gps_sources_images"
    (model,) = [m for m in read(file) if isinstance(m.spectral_model, BrokenPowerLawSpectralModel)]
    given = numbers(elements(file)[model.name])
    k, eb = given["Prefactor"], given["BreakValue"]
    for energy in (0.2 * eb, eb, 3 * eb, 1e7):
        index = given["Index1"] if energy < eb else given["Index2"]
        value = model.spectral_model(energy * u.MeV).to_value("cm-2 s-1 MeV-1")
        assert value == pytest.approx(k * (energy / eb) ** index, rel=1e-10)


# -- every source -------------------------------------------------------------------------


def test_spectra_are_finite_and_positive():
    for model in sky():
        flux = model.spectral_model(ENERGY).to_value("cm-2 s-1 TeV-1")
        assert np.all(np.isfinite(flux)), model.name
        assert np.all(flux >= 0), model.name
        assert flux[:30].min() > 0, model.name


def test_shapes_are_finite_and_positive():
    shapes = [m for m in sky() if not isinstance(m.spatial_model, PointSpatialModel)]
    assert len(shapes) == 1742  # in the files: 38 have the type SkyDirFunction or PointSource
    for model in shapes:
        center, radius = model.position, model.evaluation_radius
        away = np.array([0.0, 0.2, 0.5, 0.9])
        places = center.directional_offset_by([[0], [90], [200]] * u.deg, away * radius).spherical
        value = model.spatial_model(places.lon, places.lat).to_value("sr-1")
        assert np.all(np.isfinite(value)), model.name
        assert np.all(value >= 0), model.name
        assert value.max() > 0, model.name


def test_names_of_the_files_are_kept():
    binaries = read("binaries/ctadc_skymodel_gps_sources_binaries")
    assert all(m.temporal_model is not None for m in binaries)
    pulsars = read("pulsars/ctadc_skymodel_gps_sources_pulsars")
    steady = [m.name for m in pulsars if m.temporal_model is None]
    assert all(name.startswith("OP_") for name in steady)
