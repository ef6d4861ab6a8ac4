"""Response over a field by few maps with kernels, against the instrument itself."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gammapy.datasets.lattice_response import LatticeResponse
from gammapy.datasets.psf_transform import TAIL
from gammapy.datasets.sky_pixels import angles, rotated_vectors
from gammapy.engine.pixel_nodes import tangent_axes, unit_vectors
from gammapy.engine.plane import from_plane
from tests.datasets.small_instruments import FieldInstrument

RNG = np.random.default_rng(1)
#: of the largest value of each energy: what pixels may be off
PROMISED = 2e-3
Q = np.array([0.0, 3.0, 9.0, 20.0, 40.0])
EDISP = np.array([[0.6, 0.3, 0.0], [0.2, 0.5, 0.1], [0.0, 0.3, 0.6], [0.0, 0.1, 0.9]])
EVEN, STEEP = np.ones(4), np.geomspace(5e-4, 1.0, 4)


def instrument_at(center, frame="galactic", heights=EVEN, growth=0.0, width=1.2):
    """Exposure of Gaussians about a place, and a point spread function that grows from there."""
    widths = width * np.array([1.0, 1.1, 1.3, 1.6])

    def distance(lon, lat):
        chord = np.linalg.norm(unit_vectors(lon, lat) - unit_vectors(*center), axis=-1)
        return np.rad2deg(2 * np.arcsin(chord / 2))

    def exposure(lon, lat):
        fall = np.exp(-0.5 * np.multiply.outer(1 / widths, distance(lon, lat)) ** 2)
        return 1e10 * heights.reshape(-1, *(1,) * np.ndim(lon)) * fall

    def psf_widths(lon, lat):
        return np.array([0.1, 0.08, 0.06, 0.05]) * (1 + growth * distance(lon, lat) ** 2)

    return FieldInstrument(exposure, psf_widths, EDISP, reach=1.0, frame=frame)


class Field:
    """A response about a place in the frame "galactic", seen by an instrument a degree off."""

    def __init__(self, middle=(0.0, 0.0), frame="galactic", half=1.5, steady=False, **kwargs):
        self.axes, self.half = tangent_axes(*middle), half
        lon, lat = angles(rotated_vectors(self.axes[2], "galactic", frame))
        self.instrument = instrument_at((float(lon) + 0.4, float(lat) - 0.7), frame, **kwargs)
        self.response = LatticeResponse(self.instrument, self.axes, "galactic", half, steady=steady)

    def truth(self, x, y):
        """Exposure, PSF and dispersion [k, q, r, n]."""
        vectors = rotated_vectors(from_plane(x, y, self.axes), "galactic", self.instrument.frame)
        lon, lat = angles(vectors)
        psf = np.array([self.instrument.psf(*at, Q) for at in zip(lon, lat, strict=True)])
        exposure = self.instrument.exposure(lon, lat)
        return np.einsum("kn,nkq,kr->kqrn", exposure, psf, EDISP)

    def found(self, x, y, order=(0, 0)):
        maps = self.response.at(x, y)[order]
        return np.einsum("tkqr,tn->kqrn", np.array(self.response.kernels(Q))[: len(maps)], maps)

    def places(self, n=60, share=0.95):
        return np.random.default_rng(1).uniform(-share * self.half, share * self.half, (2, n))


def assert_energies(found, expected, share):
    """Each energy [k, ...] within a share of its largest value."""
    error = np.array([np.abs(f - e).max() for f, e in zip(found, expected, strict=True)])
    largest = np.array([np.abs(e).max() for e in expected])
    assert np.all(error <= share * largest), error / largest


FIELDS = {
    "at the seam": {},
    "in another frame": {"middle": (184.6, -5.8), "frame": "icrs"},
    "at a pole": {"middle": (0.3, 89.5)},
    "narrow": {"half": 0.3},
    "PSF varies": {"growth": 0.02},
    "PSF varies, wide": {"growth": 0.02, "half": 2.0, "width": 2.5},
}


@pytest.fixture(scope="module", params=FIELDS)
def field(request):
    return Field(**FIELDS[request.param])


def test_product(field):
    x, y = field.places()
    assert_energies(field.found(x, y), field.truth(x, y), PROMISED)


def differences(field, x, y, order):
    """Derivative of the sum itself."""
    step = 0.01 * field.half
    weights = {0: [0, 1, 0], 1: [-0.5, 0, 0.5], 2: [1, -2, 1]}
    total = 0.0
    for i, a in zip((-1, 0, 1), weights[order[0]], strict=True):
        for j, b in zip((-1, 0, 1), weights[order[1]], strict=True):
            total = total + a * b * field.found(x + i * step, y + j * step)
    return total / step ** sum(order)


@pytest.mark.parametrize("order", [(1, 0), (0, 1)])
def test_slopes(field, order):
    x, y = field.places(30, 0.9)
    assert_energies(field.found(x, y, order), differences(field, x, y, order), 2e-2)


@pytest.mark.parametrize("order", [(2, 0), (0, 2), (1, 1)])
def test_curvature(field, order):
    """That of faint maps is left out: what it does over a point spread function is a trifle."""
    x, y = field.places(30, 0.9)
    off = 0.5 * 0.1**2 * (field.found(x, y, order) - differences(field, x, y, order))
    value = field.found(x, y)
    assert_energies(value + off, value, 0.5 * PROMISED)


def test_grid(field):
    """Rows are y."""
    along = np.linspace(-0.9, 0.9, 7) * field.half
    maps = np.array(field.response.on_grid(along))
    x, y = np.meshgrid(along, along)
    at = field.response.at(x.ravel(), y.ravel())[0, 0]
    assert_allclose(maps.reshape(len(maps), -1), at, rtol=0, atol=1e-12 * np.abs(at).max())


def test_frequency(field):
    """Where the transforms, of Gaussians, have fallen below that share, all over the square."""
    assert field.response.is_seen
    x, y = np.meshgrid(*[np.linspace(-1, 1, 5) * field.half] * 2)
    vectors = rotated_vectors(
        from_plane(x.ravel(), y.ravel(), field.axes), "galactic", field.instrument.frame
    )
    places = list(zip(*angles(vectors), strict=True))
    frequency = field.response.frequency
    below, above = (
        max(field.instrument.psf(*at, np.array([f])).max() for at in places)
        for f in (0.85 * frequency, 1.05 * frequency)
    )
    assert above < TAIL < below


def test_each_energy_counts():
    """A low exposure, as at low energies, keeps its own course: spectra are steep there."""
    field = Field(heights=STEEP)
    x, y = field.places()
    assert_energies(field.found(x, y), field.truth(x, y), PROMISED)


def test_steady_takes_the_psf_of_the_middle():
    field = Field(growth=0.05, steady=True)
    x, y = field.places()
    middle = field.truth(np.zeros(1), np.zeros(1))
    exposure = field.truth(x, y)[:, :1] / middle[:, :1].clip(1e-300)
    assert_energies(field.found(x, y), np.where(middle > 0, exposure * middle, 0.0), PROMISED)


def test_one_map_where_all_energies_are_alike():
    instrument = FieldInstrument(
        lambda lon, lat: np.multiply.outer([1e10, 3e10], 1 + 0.1 * lat), [0.1, 0.1]
    )
    response = LatticeResponse(instrument, tangent_axes(20.0, 0.0), "galactic", 2.0)
    kernels = np.array(response.kernels(Q))
    assert len(kernels) == 1
    assert_allclose(kernels[0, 1, 0, 1] / kernels[0, 0, 0, 0], 3.0)


def test_nothing_is_seen():
    dark = FieldInstrument(lambda lon, lat: np.zeros((2, *lon.shape)), [0.1, 0.1])
    response = LatticeResponse(dark, tangent_axes(20.0, 0.0), "galactic", 1.0)
    assert not response.is_seen
    assert response.frequency == 0.0


class HalfBlind(FieldInstrument):
    """Sees the north only, and knows no point spread function in the south."""

    def psf(self, lon, lat, frequency):
        assert lat >= 0
        return super().psf(lon, lat, frequency)

    def edisp(self, lon, lat):
        assert lat >= 0
        return super().edisp(lon, lat)


@pytest.mark.parametrize("half", [0.5, 3.0])
@pytest.mark.parametrize("lat", [0.01, -0.2, -0.45])
def test_no_psf_is_asked_where_nothing_is_seen(half, lat):
    """Those of knots that are not seen come from the nearest that is."""
    instrument = HalfBlind(
        lambda lon, lat: np.multiply.outer([1e10, 1e10], np.clip(lat, 0, 1)), [0.1, 0.1]
    )
    response = LatticeResponse(instrument, tangent_axes(20.0, lat), "galactic", half)
    assert response.is_seen
    kernel = response.kernels(Q)[0][0, :, 0]
    assert_allclose(kernel / kernel[0], instrument.psf(20.0, 1.0, Q)[0], rtol=0, atol=1e-6)
