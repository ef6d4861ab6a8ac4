"""Numbers that Gammapy 2.1 reads and interpolates, to 1e-4.

Of its containment radii, which lie on a grid of 5e-4 deg, two are not compared: next to bins
without a point spread function it takes 1 deg for their width, and interpolates with it.
"""

from pathlib import Path

import astropy.units as u
import numpy as np
import pytest

from gammapy.irf import load_irf_dict_from_file
from gammapy.maps import MapAxis
from tests.irf.made import data_folder
from tests.reference import parameters, reference

CONTENT = reference("irf.json")
CASES = {case["what"]: case for case in CONTENT["irfs"]} if CONTENT else None
BOTH = pytest.mark.parametrize("case", parameters(CASES))


def quantity(entry):
    return np.array(entry["value"], dtype=float) * u.Unit(entry["unit"])


def loaded(case):
    return load_irf_dict_from_file(data_folder() / Path(case["file"]).relative_to("data"))


@BOTH
def test_kinds_and_axes(case):
    irfs = loaded(case)
    assert {name: type(irf).__name__ for name, irf in irfs.items()} == case["types"]
    for name, axis in case["aeff"]["axes"].items():
        ours = irfs["aeff"].axes[name]
        assert (ours.nbin, ours.interp) == (axis["nbin"], axis["interp"])
        np.testing.assert_allclose(
            ours.edges, quantity(axis["edges"]), rtol=1e-6, atol=1e-9 * ours.unit
        )


@BOTH
def test_effective_area(case):
    wanted = quantity(case["aeff"]["values_energy_by_offset"])
    energy, offset = quantity(case["energy_true"])[:, None], quantity(case["offset"])
    aeff = loaded(case)["aeff"]
    np.testing.assert_allclose(aeff.evaluate(energy_true=energy, offset=offset), wanted, rtol=1e-10)
    np.testing.assert_allclose(
        aeff.area(energy.to_value("TeV"), offset.to_value("deg")),
        wanted.to_value("cm2"),
        rtol=1e-10,
    )


@BOTH
def test_psf(case):
    psf = loaded(case)["psf"]
    entry = case["psf_value"]
    place = {
        "energy_true": quantity(entry["energy_true"])[:, None],
        "offset": quantity(entry["offset"]),
    }
    found = psf.evaluate(rad=quantity(entry["rad"]), **place)
    wanted = quantity(entry["value_energy_by_rad"])
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-20 / u.sr)
    entry = case["psf_containment"]
    found = psf.containment(quantity(entry["rad"]), **place)
    np.testing.assert_allclose(found, np.array(entry["value_energy_by_rad"]), rtol=1e-4)


@BOTH
def test_containment_radii(case):
    psf = loaded(case)["psf"]
    energy, offset = np.broadcast_arrays(
        quantity(case["energy_true"]).value, quantity(case["offset"]).value[:, None]
    )
    usable = psf.usable(energy, offset)
    # the bin above has nothing, so 2.1 mixes in the width of 1 deg that it puts there
    if case["types"]["psf"] == "EnergyDependentMultiGaussPSF":
        assert np.array_equal(usable[4], [False] * 2 + [True] * 10)
        usable[4] &= ~np.isin(np.arange(12), [2, 3])
    for fraction, radii in case["psf_containment_radius_deg_offset_by_energy"].items():
        found = psf.containment_radius(
            float(fraction), energy[usable] * u.TeV, offset[usable] * u.deg
        )
        # the grid of the reference is 5e-4 deg, and for the table the edges of its rings
        np.testing.assert_allclose(found.value, np.array(radii)[usable], atol=3.5e-4)


@BOTH
def test_energy_dispersion(case):
    edisp = loaded(case)["edisp"]
    entry = case["edisp_value"]
    found = edisp.evaluate(
        energy_true=quantity(entry["energy_true"])[:, None],
        migra=np.array(entry["migra"]) * u.Unit(""),
        offset=quantity(entry["offset"]),
    )
    np.testing.assert_allclose(found, entry["value_energy_by_migra"], rtol=1e-10, atol=1e-12)
    entry = case["edisp_kernel"]
    true, reco = quantity(entry["energy_true_edges"]), quantity(entry["energy_edges"])
    wanted = np.array(entry["pdf_matrix_true_by_reco"])
    kernel = edisp.to_edisp_kernel(
        quantity(entry["offset"]),
        MapAxis.from_energy_edges(true, name="energy_true"),
        MapAxis.from_energy_edges(reco),
    )
    np.testing.assert_allclose(kernel.pdf_matrix, wanted, rtol=1e-10, atol=1e-12)
    found = edisp.matrix(true.value, reco.value, quantity(entry["offset"]).value)[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)


@BOTH
def test_background(case):
    bkg, entry = loaded(case)["bkg"], case["background"]
    assert bkg.fov_alignment == entry["fov_alignment"]
    found = bkg.evaluate(
        energy=quantity(entry["energy"])[:, None],
        fov_lon=quantity(entry["fov_lon"]),
        fov_lat=quantity(entry["fov_lat"]),
    )
    wanted = quantity(entry["value_energy_by_position"])
    # nothing is 1e-32 there, the smallest number that the file's format knows
    np.testing.assert_allclose(found.to(wanted.unit), wanted, rtol=1e-5, atol=1e-31 * wanted.unit)
