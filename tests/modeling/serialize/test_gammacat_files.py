"""All 334 files of gamma-cat, against their own texts, tables and flux points."""

import os
import time
import warnings
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import Models
from gammapy.modeling.serialize.gammacat.measurement import Measurement
from gammapy.modeling.serialize.tree import read_tree

pytestmark = pytest.mark.skipif(
    "GAMMAPY_DATA" not in os.environ,
    reason="GAMMAPY_DATA is not set: it names the folder with the files of gamma-cat",
)


def folder():
    return Path(os.environ["GAMMAPY_DATA"]) / "gamma-cat"


@pytest.fixture(scope="module")
def measurements():
    return [Measurement.read(path) for path in sorted(folder().glob("input/data/*/*/tev-*.yaml"))]


def models(measurements):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        return [(m, m.spectral_model()) for m in measurements if m.has_spectrum]


def test_all_files(measurements):
    assert len(measurements) == 334
    found = models(measurements)
    assert len(found) == 225
    assert len({m.name for m in measurements}) == 334
    grid = np.geomspace(0.1, 100, 7) * u.TeV
    for measurement, model in found:
        value = model(grid).to_value("cm-2 s-1 TeV-1")
        assert np.all(np.isfinite(value) & (value >= 0)), measurement.name
        assert value[2] > 0


def test_speed():
    start = time.perf_counter()
    for path in folder().glob("input/data/*/*/tev-*.yaml"):
        Measurement.read(path)
    assert time.perf_counter() - start < 5


def independent_flux(spec, energy):
    """dN/dE at an energy in TeV, straight from the numbers of a file."""
    kind = spec["type"]
    scales = {"TeV": 1.0, "GeV": 1e-3}
    p = {}
    for name, entry in spec["parameters"].items():
        p[name] = float(entry["val"]) * float(entry.get("scale", 1))
        unit = entry.get("unit", "")
        p[name] *= scales.get(unit, 1.0) if name.startswith("e_") else 1.0
        p[name] *= 1e-4 if unit.startswith("m-2") else 1.0
    if kind == "pl":
        return p["norm"] * (energy / p["e_ref"]) ** -p["index"]
    if kind == "pl2":
        shape = (energy / p["e_min"]) ** -p["index"]
        return p["flux"] * (p["index"] - 1) / p["e_min"] * shape
    if kind == "ecpl":
        return p["norm"] * (energy / p["e_ref"]) ** -p["index"] * np.exp(-energy / p["e_cut"])
    x = np.log10(energy / p["e_ref"])
    return p["norm"] * 10 ** (-(p["alpha"] + p["beta"] * x) * x)


def test_spectra_against_the_numbers_in_the_files(measurements):
    energy = np.array([0.3, 1.0, 10.0])
    for measurement, model in models(measurements):
        spec = measurement.tree["spec"]["model"]
        value = model(energy * u.TeV).to_value("cm-2 s-1 TeV-1")
        # the flux above an energy ends at 1e9 TeV, of which 2e-8 are seen at most
        np.testing.assert_allclose(
            value, independent_flux(spec, energy), rtol=3e-8, err_msg=measurement.name
        )


def test_the_log_parabola_has_base_10(measurements):
    """Its flux points decide: the natural logarithm is far off them."""
    measurement = next(m for m in measurements if m.reference_id == "2018ApJ...856...95A")
    table = Table.read(measurement.filename.with_name("tev-000148-sed-1.ecsv"), format="ascii.ecsv")
    energy = table["e_ref"].quantity.to_value("TeV").astype(float)
    factor = (u.erg / u.TeV).to("") / energy**2
    points, errors = (np.asarray(table[k], dtype=float) * factor for k in ("e2dnde", "e2dnde_err"))
    model = measurement.spectral_model()
    base_10 = model(energy * u.TeV).to_value("cm-2 s-1 TeV-1")
    natural = independent_flux(measurement.tree["spec"]["model"], 0.2) * (energy / 0.2) ** (
        -2.4 - 1.8 * np.log(energy / 0.2)
    )
    assert np.sum(((base_10 - points) / errors) ** 2) < 20
    assert np.sum(((natural - points) / errors) ** 2) > 100


@pytest.mark.parametrize(
    ("name", "slip"),
    [
        ("2006/2006ApJ...636..777A/tev-000108.yaml", "cm-2 s-2"),
        ("2006/2006PhRvL..97v1102A/tev-000106.yaml", "cm-1 s-1"),
        ("2008/2008A%26A...477..353A/tev-000103.yaml", "TeV"),
    ],
)
def test_slips_in_units(name, slip):
    measurement = Measurement.read(folder() / "input/data" / name)
    with pytest.warns(GammapyWarning, match=f"'{slip}': a slip"):
        measurement.spectral_model()


def test_covariance_of_vela_junior(measurements):
    measurement = next(m for m in measurements if m.reference_id == "2016arXiv161101863H")
    model = measurement.spectral_model()
    assert not [note for note in measurement.notes if "not used" in note]
    assert model.index.error == pytest.approx(0.0816, rel=1e-3)
    correlation = np.asarray(model.covariance.correlation)
    names = list(model.own_parameters)
    place = names.index("index"), names.index("lambda_")
    assert correlation[place] == pytest.approx(-0.0019996 / np.sqrt(0.0066546 * 0.00076532))


def test_systematic_errors_are_kept(measurements):
    """As many as the files state, for parameters that a model has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        for measurement in measurements:
            if not measurement.has_spectrum:
                continue
            parameters = measurement.tree["spec"]["model"]["parameters"]
            stated = sum("err_sys" in entry for entry in parameters.values())
            found = [key for key in measurement.systematic if key.startswith("spectral")]
            assert len(found) == stated, measurement.name


# -- the merged catalogue, made from the same files ---------------------------------------


def merged_rows():
    _, rows = read_tree(folder() / "output/gammacat.yaml")
    return [dict(row) for row in rows]


def test_merged_catalogue_agrees_with_the_papers(measurements):
    """Each row with one paper and one file of it: the numbers are the file's, in float32."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        merged = Models.read(folder() / "output/gammacat.yaml", format="gamma-cat")
    assert len(merged) == 103
    by_key = {}
    for measurement, model in models(measurements):
        by_key.setdefault((measurement.source_id, measurement.reference_id), []).append(model)
    energy = np.array([1.0, 10.0]) * u.TeV
    compared, different = 0, []
    for model in merged:
        key = (model.origin.source_id, model.origin.reference_id)
        if len(by_key.get(key, [])) != 1:
            continue
        compared += 1
        expected = by_key[key][0](energy)
        if not u.allclose(model.spectral_model(energy), expected, rtol=3e-6):
            different.append(model.name)
    assert compared > 80
    assert different == []


def test_derived_columns_of_the_merged_catalogue():
    """Flux above 1 TeV, at 1 TeV, and energy flux from 1 to 10 TeV, as its makers computed them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        merged = Models.read(folder() / "output/gammacat.yaml", format="gamma-cat")
    rows = {row["source_id"]: row for row in merged_rows()}
    for model in merged:
        row, spectrum = rows[model.origin.source_id], model.spectral_model
        dnde = spectrum(1 * u.TeV).to_value("cm-2 s-1 TeV-1")
        flux = spectrum.integral(1 * u.TeV, 1e6 * u.TeV).to_value("cm-2 s-1")
        eflux = spectrum.energy_flux(1 * u.TeV, 10 * u.TeV).to_value("erg cm-2 s-1")
        assert dnde == pytest.approx(row["spec_dnde_1TeV"], rel=1e-5), model.name
        assert flux == pytest.approx(row["spec_flux_1TeV"], rel=1e-3), model.name
        assert eflux == pytest.approx(row["spec_eflux_1TeV_10TeV"], rel=1e-3), model.name
