"""The twin with the scheme of Gammapy 2.1 against that, and against the truth of the other twin."""

from pathlib import Path

import numpy as np
import pytest
from astropy.wcs import WCS
from numpy.testing import assert_allclose

from tests.reference import npred_items, parameters
from tests.twins import npred
from tests.twins import npred_gammapy as twin
from tests.twins.npred_sources import SOURCES

RAD = np.deg2rad(1.0)


@pytest.fixture(scope="module")
def datasets(data_folder):
    """Datasets by name, each read once."""
    known = {}

    def get(name):
        if name not in known:
            known[name] = twin.read(data_folder / "datasets-gammapy" / name)
        return known[name]

    return get


def predicted(dataset, source):
    dnde, shape, where, _ = SOURCES[source]
    flux = twin.bin_fluxes(dnde, dataset.energy_edges_true)
    share = twin.extended(dataset, shape) if shape else twin.point(dataset, *where)
    return twin.counts(dataset, share, flux, *where)


@pytest.mark.parametrize("case", parameters(npred_items()))
def test_pixels_and_sums_of_gammapy(case, datasets):
    found = predicted(datasets(Path(case["dataset"]).name), case["source"])
    assert_allclose(found.sum(axis=(1, 2)), case["npred_per_energy_bin"], rtol=1e-6)
    for pixel in case["pixels"]:
        image = found[pixel["ienergy"]]
        error = abs(image[pixel["iy"], pixel["ix"]] - pixel["value"])
        assert error < 2e-6 * image.max()


def test_five_sources_have_pixels():
    cases = npred_items()
    if cases is None:
        pytest.skip("GAMMAPY_REFERENCE is not set: it names the folder this test reads")
    assert len(cases) == 5


def test_what_gammapy_has_for_a_point_is_lower_at_the_peak(datasets):
    """Between pixels it spreads a point over four: its image is wider than the truth."""
    dataset = datasets("cta1dc-gc-2deg.fits.gz")
    dnde, _, where, _ = SOURCES["point-lp"]
    profile, edisp = twin.psf_at(dataset, *where), twin.edisp_at(dataset, *where)
    flux = twin.bin_fluxes(dnde, dataset.energy_edges_true)
    psf = npred.Psf(
        lambda k, theta, lon, lat: twin.along(dataset.radii, profile[k], theta),
        [0.655] * len(flux),
        np.array([twin.containment_radius(dataset.radii, p, 0.68) for p in profile]) / 2,
    )

    def exposure(lon, lat):
        x, y = dataset.wcs.wcs_world2pix(lon, lat, 0)
        return dataset.exposure[:, np.rint(y).astype(int), np.rint(x).astype(int)]

    peak = ([29], [53])  # the point is at 28.965, 53.065
    truth = npred.counts(npred.point(*where), flux, exposure, psf, edisp, dataset.wcs, peak)
    theirs = predicted(dataset, "point-lp")
    assert all(np.unravel_index(image.argmax(), image.shape) == (53, 29) for image in theirs)
    low = 1 - theirs[4:, 53, 29] / truth[4:, 0]  # above 0.6 TeV
    assert np.all((low > 0.008) & (low < 0.015))


def test_fluxes_of_power_laws_are_exact_and_others_nearly():
    edges = np.geomspace(0.1, 10, 11)
    exact = -np.diff(edges**-1.5) / 1.5
    assert_allclose(twin.bin_fluxes(lambda e: e**-2.5, edges), exact, rtol=1e-12)
    cut = twin.bin_fluxes(lambda e: np.exp(-e), edges)
    assert_allclose(cut, -np.diff(np.exp(-edges)), rtol=3e-3)
    assert np.abs(cut / -np.diff(np.exp(-edges)) - 1).max() > 1e-4


def gaussian_table(sigma):
    radii = 0.005 + 0.01 * np.arange(66)
    return radii, np.exp(-0.5 * (radii / sigma) ** 2)


@pytest.mark.parametrize("sigma", [0.03, 0.05, 0.1])
def test_containment_of_a_gaussian(sigma):
    for share in (0.68, 0.999):
        truth = sigma * np.sqrt(-2 * np.log(1 - share))
        assert twin.containment_radius(*gaussian_table(sigma), share) == pytest.approx(
            truth, abs=0.0011
        )


def test_kernel_is_a_normalised_square():
    kernel = twin.kernel(*gaussian_table(0.05), 0.02)
    assert kernel.shape == (19, 19)  # 3.717 widths are 9.3 pixels
    assert kernel.sum() == pytest.approx(1.0, rel=1e-12)
    assert_allclose(kernel, kernel.T)
    assert_allclose(kernel, kernel[::-1])


def test_profile_goes_on_in_a_line_but_not_below_zero():
    at = np.array([0.0, 0.5, 1.0, 2.0, 3.0, 4.0])
    found = twin.along(np.array([1.0, 2.0, 3.0]), np.array([5.0, 3.0, 2.0]), at)
    assert_allclose(found, [7.0, 6.0, 5.0, 3.0, 2.0, 1.0])
    assert twin.along(np.array([1.0, 2.0]), np.array([1.0, 0.2]), np.array([3.0]))[0] == 0


def small_dataset():
    """No spread but in a pixel, an exposure that rises in x, and no dispersion."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.cdelt, wcs.wcs.crpix = ["GLON-CAR", "GLAT-CAR"], [-0.1, 0.1], [4, 4]
    exposure = np.tile(np.arange(7.0), (1, 7, 1)) * 1e13
    radii = 0.005 + 0.01 * np.arange(66)
    psf = np.broadcast_to(np.exp(-0.5 * (radii / 0.001) ** 2)[None, :, None, None], (1, 66, 7, 7))
    edisp = np.ones((1, 1, 7, 7))
    return twin.Dataset(np.array([1.0, 2.0]), wcs, exposure, radii, wcs, psf, wcs, edisp)


def test_point_between_four_pixels():
    dataset = small_dataset()
    lon, lat = dataset.wcs.wcs_pix2world(3.25, 2.5, 0)
    share = twin.point(dataset, lon, lat)
    assert_allclose(share[2:4, 3:5], [[0.375, 0.125], [0.375, 0.125]])
    found = twin.counts(dataset, share, np.array([1e-12]), lon, lat)[0]
    assert found.sum() == pytest.approx(10 * (0.75 * 3 + 0.25 * 4), rel=1e-9)


def test_extended_source_is_its_value_at_the_centres():
    dataset = small_dataset()
    share = twin.extended(dataset, lambda lon, lat: 2.0 + lat)
    assert share[3, 5] == pytest.approx(2.0 * (0.1 * RAD) ** 2, rel=1e-6)
    assert share[5, 3] == pytest.approx(2.2 * (0.1 * RAD) ** 2, rel=1e-5)
