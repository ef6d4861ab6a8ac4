"""Predicted counts and statistics of real spectra against the twins, which share no code."""

import numpy as np
import pytest

from gammapy.errors import DataError, UnknownNameError
from gammapy.maps import RegionNDMap
from gammapy.modeling.models import Models
from tests.spectrum import crab
from tests.spectrum.toys import cash, on_off, power_law
from tests.twins import integrate, response
from tests.twins import likelihood as twin_likelihood
from tests.twins import spectra as twin_spectra

#: fit -> formula of the twin and the parameters that it takes, in its order
FORMULAS = {
    "crab-joint-lp": (
        twin_spectra.log_parabola,
        ("amplitude", "reference", "alpha", "beta"),
    ),
    "crab-hess-ecpl": (
        twin_spectra.exp_cutoff_power_law,
        ("index", "amplitude", "reference", "lambda_", "alpha"),
    ),
}


def twin_arguments(work, models: Models):
    formula, names = FORMULAS[work["id"]]
    parameters = models.parameters
    return formula, [parameters[f"crab.spectral.{name}"].value for name in names]


def test_npred_of_every_crab_spectrum(work, arrays, joint):
    formula, values = twin_arguments(work, joint.models)
    for dataset in joint:
        plain = arrays[dataset.name]
        flux = integrate.bin_integrals(lambda e: formula(e, *values), plain["energy_true"])
        expected = response.fold(flux, plain["area"], plain["livetime"], plain["matrix"])
        found = dataset.npred_signal().values
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-14 * expected.max())


def test_compiled_prediction_is_the_plain_one(joint):
    """What the fit uses agrees with what `npred_signal` gives."""
    joint.stat_sum()
    (term,) = joint._compiled._likelihood.terms
    found = np.sort(term.npred(joint._compiled._likelihood.plan.current_theta()))
    plain = np.sort(np.concatenate([d.npred_signal().values[d.mask.values] for d in joint]))
    np.testing.assert_allclose(found, plain, rtol=1e-7, atol=1e-13 * plain.max())


def test_stat_sum_of_the_twin(work, arrays, joint):
    formula, values = twin_arguments(work, joint.models)
    expected = twin_likelihood.on_off_statistic(values, formula, list(arrays.values()))
    assert joint.stat_sum() == pytest.approx(expected, rel=1e-9)
    for dataset in joint:
        alone = twin_likelihood.on_off_statistic(values, formula, [arrays[dataset.name]])
        assert dataset.stat_sum() == pytest.approx(alone, rel=1e-9, abs=1e-9)
        in_bins = dataset.stat_array()[dataset.mask.values]
        assert in_bins.sum() == pytest.approx(alone, rel=1e-9, abs=1e-9)


def test_start_of_the_reference(work, joint):
    expected = work["start"]
    assert joint.stat_sum() == pytest.approx(float(expected["stat_sum"]), rel=1e-4)
    for found, reference in zip(joint, expected["datasets"], strict=True):
        assert found.name == reference["name"]
        mask = np.array(reference["mask_bins_per_energy_bin"], dtype=bool)
        np.testing.assert_array_equal(found.mask.values, mask)
        np.testing.assert_array_equal(found.counts.values, reference["counts_per_energy_bin"])
        np.testing.assert_array_equal(
            found.counts_off.values, reference["counts_off_per_energy_bin"]
        )
        np.testing.assert_allclose(
            found.alpha.values[mask], np.array(reference["alpha_per_energy_bin"])[mask], rtol=1e-6
        )
        # the reference integrates a bin by one trapezium in log-log: up to a few per mille
        npred = np.array(reference["npred_signal_per_energy_bin"])[mask]
        bright = npred > 1e-3 * npred.max()
        np.testing.assert_allclose(
            found.npred_signal().values[mask][bright], npred[bright], rtol=5e-3
        )


# -- several sources ------------------------------------------------------------------------


@pytest.mark.parametrize("make", [cash, on_off])
def test_sources_add_up(make):
    both = make(models=[power_law("a"), power_law("b", index=1.8, amplitude=2e-12)])
    parts = [both.npred_signal(model_names=name).values for name in ("a", "b")]
    np.testing.assert_allclose(both.npred_signal().values, sum(parts), rtol=1e-14)
    np.testing.assert_allclose(both.npred_signal(["b", "a"]).values, sum(parts), rtol=1e-14)
    assert parts[0].sum() > 5 * parts[1].sum()
    np.testing.assert_allclose(
        both.npred().values, sum(parts) + both.npred_background().values, rtol=1e-14
    )
    with pytest.raises(UnknownNameError, match="no model 'c'"):
        both.npred_signal("c")


def test_two_halves_make_a_whole():
    """Two sources of half the amplitude have the statistic of the whole."""
    whole = cash(models=power_law())
    halves = cash(models=[power_law("a", amplitude=1.5e-11), power_law("b", amplitude=1.5e-11)])
    assert halves.stat_sum() == pytest.approx(whole.stat_sum(), rel=1e-12)


def test_models_of_other_datasets_are_not_seen():
    model, stranger = power_law("a"), power_law("b")
    stranger.datasets_names = ["other"]
    alone, both = cash(models=[model]), cash(models=[power_law("a"), stranger])
    assert both.seen_models.names == ["a"]
    assert both.stat_sum() == alone.stat_sum()
    np.testing.assert_array_equal(both.npred().values, alone.npred().values)


def test_no_models_predict_the_background():
    dataset = cash()
    np.testing.assert_array_equal(dataset.npred().values, dataset.background.values)
    expected = dataset.background.values
    counts = dataset.counts.values
    assert dataset.stat_sum() == pytest.approx(
        2 * np.sum(expected - counts * np.log(expected)), rel=1e-12
    )


def test_no_exposure_is_said():
    dataset = cash(models=power_law())
    dataset.exposure = None
    with pytest.raises(DataError, match="cash: no exposure, so models predict nothing"):
        dataset.npred_signal()
    with pytest.raises(DataError, match="no exposure"):
        dataset.stat_sum()


def test_axes_of_different_energies_join(arrays):
    """Ten spectra on their own true axes give one term; its order does not matter."""
    from gammapy.datasets import Datasets

    names = list(arrays)
    forward = Datasets([crab.dataset(n, arrays[n]) for n in names])
    backward = Datasets([crab.dataset(n, arrays[n]) for n in reversed(names)])
    forward.models, backward.models = power_law(), power_law()
    assert forward.stat_sum() == pytest.approx(backward.stat_sum(), rel=1e-12)
    separate = sum(crab.dataset(n, arrays[n]).copy(name=n).stat_sum() for n in names)
    assert separate != pytest.approx(forward.stat_sum())  # without models
    for dataset in forward:
        dataset.models = power_law()
    assert sum(d.stat_sum() for d in forward) == pytest.approx(backward.stat_sum(), rel=1e-12)


@pytest.mark.parametrize("make", [cash, on_off])
def test_residuals(make):
    dataset = make(models=power_law())
    expected, counts = dataset.npred().values, dataset.counts.values
    np.testing.assert_array_equal(dataset.residuals().values, counts - expected)
    np.testing.assert_allclose(
        dataset.residuals("diff/model").values, counts / expected - 1, rtol=1e-12, atol=1e-15
    )
    np.testing.assert_allclose(
        dataset.residuals(method="diff/sqrt(model)").values,
        (counts - expected) / expected**0.5,
        rtol=1e-12,
        atol=0,
    )
    with pytest.raises(UnknownNameError, match=r"method = 'ratio' .*'diff/model'"):
        dataset.residuals("ratio")
    dataset.counts = None
    with pytest.raises(DataError, match="no counts, so there are no residuals"):
        dataset.residuals()


def test_residuals_where_nothing_is_expected():
    dataset = cash()
    dataset.background = 0.0 * dataset.background
    dataset.counts = RegionNDMap(dataset.counts.geom, [0, 1, 0, 2, 0, 0, 0, 0])
    assert dataset.residuals("diff").values.tolist() == [0, 1, 0, 2, 0, 0, 0, 0]
    for method in ("diff/model", "diff/sqrt(model)"):
        assert dataset.residuals(method).values.tolist() == [0, np.inf, 0, np.inf, 0, 0, 0, 0]
