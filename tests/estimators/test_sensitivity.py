"""Sensitivity: numbers of Gammapy 2.1, and the conditions themselves."""

import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.estimators import SensitivityEstimator
from gammapy.maps import RegionGeom, RegionNDMap
from gammapy.modeling.models import PowerLawSpectralModel, SkyModel
from gammapy.stats import WStatCountsStatistic
from tests.estimators import hess
from tests.spectrum.toys import cash, on_off

#: Gammapy 2.1, first H.E.S.S. spectrum, bins 33 to 40 (0.447 to 1.12 TeV):
#: SensitivityEstimator(spectral_model=LogParabola of `hess`).run(dataset)[33:41]
PEER = {
    "e2dnde": [1.34096e-09, 4.63016e-10, 2.04822e-10, 9.6951e-11, 6.4522e-11, 5.47846e-11,
               5.54125e-11, 5.98297e-11],
    "excess": [10, 11.635143, 13.483912, 12.957671, 12.250402, 10.783985, 10, 10],
    "background": [0.083333333, 1.9166667, 3, 2.6666667, 2.25, 1.5, 0.58333333, 0.58333333],
    "criterion": ["gamma", *["significance"] * 5, "gamma", "gamma"],
}  # fmt: skip
#: the same with SensitivityEstimator(n_sigma=3, gamma_min=2, bkg_syst_fraction=3)
PEER_LOOSE = {
    "e2dnde": [3.1958e-10, 2.30195e-10, 1.33473e-10, 5.87228e-11, 3.49885e-11, 2.71795e-11,
               2.15569e-11, 2.32394e-11],
    "excess": [2.4621732, 5.9514056, 9, 8, 6.75, 5.4444727, 3.9747443, 3.9747443],
    "criterion": [*["significance"] * 2, *["bkg"] * 3, *["significance"] * 3],
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "peer"),
    [
        ({"spectral_model": hess.crab().spectral_model}, PEER),
        ({"n_sigma": 3, "gamma_min": 2, "bkg_syst_fraction": 3}, PEER_LOOSE),
    ],
)
def test_crab_beside_the_peer(arguments, peer):
    table = SensitivityEstimator(**arguments).run(hess.spectra()[0])[33:41]
    for name, values in peer.items():
        if name == "criterion":
            assert list(table[name]) == values
        else:
            # our integrals over energy differ by 1e-3 of the flux in the lowest bins
            tolerance = 2e-3 if name == "e2dnde" else 1e-6
            np.testing.assert_allclose(table[name], values, rtol=tolerance)


def test_layout():
    table = SensitivityEstimator().run(on_off())
    assert table.colnames == [
        "e_ref", "e_min", "e_max", "e2dnde", "excess", "background", "criterion"
    ]  # fmt: skip
    assert table["e2dnde"].unit == "erg cm-2 s-1"
    assert table["e_ref"].unit == "TeV"
    assert table["e2dnde"].description


def test_the_flux_gives_the_excess():
    dataset = on_off()
    estimator = SensitivityEstimator(n_sigma=4, gamma_min=0, bkg_syst_fraction=0)
    table = estimator.run(dataset)
    assert set(table["criterion"]) == {"significance"}
    np.testing.assert_array_equal(estimator.estimate_min_excess(dataset), table["excess"])
    n_on = dataset.background.values + table["excess"]
    found = WStatCountsStatistic(n_on, dataset.counts_off.values, dataset.alpha.values)
    np.testing.assert_allclose(found.sqrt_ts, 4, rtol=1e-8)
    i = 3
    energy = table["e_ref"].quantity[i]
    amplitude = (table["e2dnde"].quantity[i] / energy**2).to("cm-2 s-1 TeV-1")
    dataset.models = SkyModel(
        PowerLawSpectralModel(index=2, amplitude=amplitude, reference=energy), name="limit"
    )
    assert dataset.npred_signal().values[i] == pytest.approx(table["excess"][i], rel=1e-9)


def test_where_nothing_is_seen_no_flux_is_enough():
    dataset = on_off()
    geom = dataset.exposure.geom
    dataset.exposure = RegionNDMap(geom, np.zeros(12), unit="cm2 s")
    assert np.isinf(SensitivityEstimator().run(dataset)["e2dnde"]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_sigma": 0}, "n_sigma = 0 must"),
        ({"n_sigma": np.nan}, "n_sigma = nan must"),
        ({"gamma_min": -1}, "gamma_min = -1 must"),
        ({"bkg_syst_fraction": np.inf}, "bkg_syst_fraction = inf must"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(DataError, match=message):
        SensitivityEstimator(**arguments)


def test_a_known_background_is_refused():
    with pytest.raises(DataError, match="needs the off counts of a SpectrumDatasetOnOff"):
        SensitivityEstimator().run(cash())


def test_a_bin_without_off_exposure_is_refused():
    dataset = on_off()
    energy = RegionGeom([dataset.energy_axis])
    dataset.acceptance_off = RegionNDMap(energy, np.arange(8))
    with pytest.raises(DataError, match="alpha is 0"):
        SensitivityEstimator().run(dataset)
