"""Nested models: TS by two plain fits, and where the models are left."""

import numpy as np
import pytest

from gammapy.datasets import Datasets
from gammapy.errors import FitError
from gammapy.modeling import Fit, Parameter, Status, select_nested_models
from gammapy.modeling.models import LogParabolaSpectralModel, Models, SkyModel
from tests.spectrum.toys import cash, on_off, power_law


def toys(curved=True) -> Datasets:
    datasets = Datasets([cash("one"), on_off("two")])
    spectrum = LogParabolaSpectralModel(
        amplitude="2e-11 cm-2 s-1 TeV-1", alpha=2.5, beta=0.1, reference="1 TeV"
    )
    datasets.models = Models([SkyModel(spectrum, name="crab") if curved else power_law()])
    return datasets


def two_fits() -> tuple[float, float]:
    datasets = toys()
    alternative = Fit().run(datasets).total_stat
    beta = datasets.models[0].spectral_model.beta
    beta.value, beta.frozen = 0.0, True
    return alternative, Fit().run(datasets).total_stat


def test_ts_is_the_difference_of_two_fits():
    datasets = toys()
    beta = datasets.models[0].spectral_model.beta
    answer = select_nested_models(datasets, [beta], [0.0])
    alternative, null = two_fits()
    assert answer["ts"] == pytest.approx(null - alternative, abs=1e-4)
    assert answer["fit_results"].total_stat == pytest.approx(alternative, abs=1e-4)
    assert answer["fit_results_null"].total_stat == pytest.approx(null, abs=1e-4)
    assert answer["fit_results"].n_free == answer["fit_results_null"].n_free + 1


def test_without_significance_the_null_hypothesis_stays():
    datasets = toys()
    spectrum = datasets.models[0].spectral_model
    answer = select_nested_models(datasets, [spectrum.beta], [0.0])
    assert answer["ts"] < 4  # the truth is a power law
    assert (spectrum.beta.value, spectrum.beta.frozen) == (0.0, True)
    assert not spectrum.alpha.frozen
    assert spectrum.alpha.error > 0
    assert datasets.stat_sum() == pytest.approx(answer["fit_results_null"].total_stat, abs=1e-4)


def test_with_significance_the_alternative_stays():
    datasets = toys()
    spectrum = datasets.models[0].spectral_model
    answer = select_nested_models(datasets, [spectrum.alpha], [3.0])
    assert answer["ts"] > 4
    assert not spectrum.alpha.frozen
    assert spectrum.alpha.value == pytest.approx(2.3, abs=4 * spectrum.alpha.error)
    assert spectrum.alpha.error > 0
    assert datasets.stat_sum() == pytest.approx(answer["fit_results"].total_stat, abs=1e-4)


def test_the_threshold_depends_on_sigma_and_degrees_of_freedom():
    def kept(**arguments):
        datasets = toys()
        alpha = datasets.models[0].spectral_model.alpha
        answer = select_nested_models(datasets, [alpha], [2.45], **arguments)
        return answer["ts"], not alpha.frozen

    ts, _ = kept()
    sigma = np.sqrt(ts)
    assert ts > 1
    assert kept(n_sigma=0.95 * sigma)[1]
    assert not kept(n_sigma=1.05 * sigma)[1]
    assert not kept(n_sigma=0.95 * sigma, n_free_parameters=2)[1]


def test_ts_of_an_added_source():
    datasets = toys(curved=False)
    alone = Fit().run(datasets)
    extra = power_law("extra", index=1.5, amplitude=1e-13)
    datasets.models.append(extra)
    amplitude, index = extra.spectral_model.amplitude, extra.spectral_model.index
    amplitude.min, index.min, index.max = 0.0, 1.0, 1.8
    answer = select_nested_models(datasets, [amplitude], [0.0], n_sigma=3, n_free_parameters=2)
    # without flux the shape of the added source has no effect: it stands still
    assert answer["fit_results_null"].success
    assert answer["fit_results_null"].total_stat == pytest.approx(alone.total_stat, abs=1e-4)
    assert 0 <= answer["ts"] < 9
    assert (amplitude.value, amplitude.frozen) == (0.0, True)
    assert not extra.spectral_model.index.frozen


def test_detection_of_the_only_source():
    datasets = toys(curved=False)
    spectrum = datasets.models[0].spectral_model
    answer = select_nested_models(datasets, [spectrum.amplitude], [0.0], n_sigma=5)
    assert answer["ts"] > 25
    assert answer["fit_results_null"].n_free == 0
    spectrum.amplitude.value = 0.0
    assert answer["fit_results_null"].total_stat == pytest.approx(datasets.stat_sum())


def test_linked_beside_free():
    datasets = toys(curved=False)
    datasets.models[0].datasets_names = ["one"]
    second = power_law("second").copy(name="second", datasets_names=["two"])
    datasets.models.append(second)
    first, other = (model.spectral_model for model in datasets.models)
    answer = select_nested_models(
        datasets, [other.index, other.amplitude], [first.index, first.amplitude], n_sigma=5
    )
    joint = toys(curved=False)
    assert answer["fit_results_null"].total_stat == pytest.approx(
        Fit().run(joint).total_stat, abs=1e-4
    )
    assert answer["fit_results"].n_free == 4
    assert answer["fit_results_null"].n_free == 2
    assert other.index.link is not None  # both runs have the same truth
    assert other.index.value == first.index.value


def test_an_alternative_that_missed_its_minimum_starts_again():
    class Lazy(Fit):
        """Does not move the first time."""

        lazy = True

        def run(self, datasets):
            if not Lazy.lazy:
                return super().run(datasets)
            Lazy.lazy = False
            datasets.parameters.freeze_all()
            result = super().run(datasets)
            for p in datasets.parameters:
                p.frozen = p.name == "reference"
            return result

    datasets = toys()
    beta = datasets.models[0].spectral_model.beta
    answer = select_nested_models(datasets, [beta], [0.0], fit=Lazy())
    alternative, null = two_fits()
    assert answer["ts"] == pytest.approx(null - alternative, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parameters": [], "null_values": []}, "0 parameters and 0 null_values"),
        ({"null_values": [0.0, 1.0]}, "1 parameters and 2 null_values"),
        ({"parameters": [0.1]}, "parameters has 0.1, which is not a Parameter"),
        ({"n_sigma": 0}, "n_sigma = 0 must be positive"),
        ({"n_sigma": np.nan}, "n_sigma = nan must be positive"),
        ({"n_free_parameters": 0}, "n_free_parameters = 0 must be positive"),
    ],
)
def test_bad_arguments(arguments, message):
    datasets = toys()
    beta = datasets.models[0].spectral_model.beta
    with pytest.raises(FitError, match=message):
        select_nested_models(datasets, **{"parameters": [beta], "null_values": [0.0], **arguments})
    assert not beta.frozen


@pytest.mark.parametrize(("after", "name"), [(0, "alternative"), (1, "null hypothesis")])
def test_a_fit_that_fails_is_named(after, name):
    class Tired(Fit):
        """Fails after some fits."""

        done = 0

        def run(self, datasets):
            result = super().run(datasets)
            if self.done >= after:
                result.status = Status.NOT_CONVERGED
            self.done += 1
            return result

    datasets = toys()
    beta = datasets.models[0].spectral_model.beta
    with pytest.raises(FitError, match=f"the fit of the {name} failed: The fit did not reach"):
        select_nested_models(datasets, [beta], [0.0], fit=Tired())


def test_null_values_are_numbers_or_parameters():
    datasets = toys()
    beta = datasets.models[0].spectral_model.beta
    alone = Parameter("other", 0.05, frozen=True)
    answer = select_nested_models(datasets, [beta], [alone], n_sigma=20)
    assert beta.value == 0.05
    assert answer["ts"] >= 0
