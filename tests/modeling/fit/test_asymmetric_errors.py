"""Asymmetric errors on the parameters, in the result, in tables and files."""

import numpy as np
import pytest

from gammapy.errors import FitError, UnknownNameError
from gammapy.modeling import FitResult, Fitter
from gammapy.modeling.models import Models
from tests.contracts.backend_problems import PROBLEMS
from tests.spectrum import crab
from tests.spectrum.toys import cash, power_law


def fitted():
    dataset = cash(models=power_law())
    Fitter().run(dataset)
    return dataset, *dataset.models.parameters.free_parameters


def test_confidence_at_one_sigma_is_stored():
    dataset, index, amplitude = fitted()
    limits = Fitter().confidence(dataset, index)
    assert (index.errn, index.errp) == (limits["errn"], limits["errp"])
    assert index.errp == pytest.approx(index.error, rel=0.1)
    assert index.errp != index.errn
    assert np.isnan([amplitude.errn, amplitude.errp]).all()


@pytest.mark.parametrize("options", [{"sigma": 2}, {"reoptimize": False}])
def test_other_limits_are_no_errors(options):
    dataset, index, _ = fitted()
    assert Fitter().confidence(dataset, index, **options)["success"]
    assert np.isnan([index.errn, index.errp]).all()


def test_all_at_once_are_those_of_confidence():
    dataset, index, amplitude = fitted()
    answers = Fitter().asymmetric_errors(dataset)
    assert list(answers) == ["crab.spectral.index", "crab.spectral.amplitude"]
    for parameter, answer in zip((index, amplitude), answers.values(), strict=True):
        assert (parameter.errn, parameter.errp) == (answer["errn"], answer["errp"])
        assert answer == Fitter().confidence(dataset, parameter)


def test_some_of_them():
    dataset, index, amplitude = fitted()
    answers = Fitter().asymmetric_errors(dataset, ["amplitude"])
    assert list(answers) == ["crab.spectral.amplitude"]
    assert amplitude.errn > 0
    assert np.isnan(index.errn)
    Fitter().asymmetric_errors(dataset, [index])
    assert index.errn > 0


@pytest.mark.parametrize("name", crab.WORKLOADS)
def test_minos_of_the_reference(name):
    work = crab.workload(name)
    joint = crab.datasets(work)
    result = Fitter(asymmetric_errors=True).run(joint)
    assert result.names == list(work["fit"]["minos_1sigma"])
    for i, (path, expected) in enumerate(work["fit"]["minos_1sigma"].items()):
        parameter = joint.models.parameters[path]
        assert (parameter.errn, parameter.errp) == (result.errn[i], result.errp[i])
        assert parameter.errn == pytest.approx(expected["errn"], rel=0.01)
        assert parameter.errp == pytest.approx(expected["errp"], rel=0.01)


def test_a_limit_that_does_not_exist_is_nan_with_a_note():
    dataset, index, _ = fitted()
    index.max = index.value + 0.5 * index.error
    result = Fitter(asymmetric_errors=True).run(dataset)
    assert np.isnan(index.errp)
    assert np.isnan(result.errp[0])
    assert index.errn > 0
    note = next(note for note in result.notes if note.startswith("crab.spectral.index"))
    assert "errp: the statistic rises by less than 1 up to the bound" in note


def test_a_new_fit_clears_them_and_a_new_value_does_not():
    dataset, index, _ = fitted()
    Fitter().asymmetric_errors(dataset)
    index.value += 1e-3 * index.error
    assert index.errn > 0  # as error, which stays too
    Fitter().run(dataset)
    assert np.isnan([index.errn, index.errp]).all()


def test_they_follow_the_unit_and_are_copied():
    dataset, _, amplitude = fitted()
    Fitter().asymmetric_errors(dataset)
    before = amplitude.errn
    twin = dataset.models.copy().parameters["amplitude"]
    twin.unit = "m-2 s-1 TeV-1"
    assert twin.errn == pytest.approx(1e4 * before, rel=1e-12)
    assert amplitude.errn == before


def test_table_and_copy_of_the_models():
    dataset = cash(models=power_law())
    plain = Fitter().run(dataset)
    assert plain.table.colnames == ["name", "value", "error", "unit"]
    assert "errn" not in plain.models.parameters.to_table().colnames
    result = Fitter(asymmetric_errors=True).run(dataset)
    assert result.table.colnames == ["name", "value", "error", "errn", "errp", "unit"]
    assert result.table["errp"].format == ".4e"
    assert list(result.models.parameters.to_table()["errn"][:2]) == list(result.errn)
    assert "errn" in str(result)


def test_linked_parameters_have_none():
    models = [power_law(), power_law(name="halo")]
    first, second = (model.spectral_model for model in models)
    second.index.link = first.index + 0.5
    second.amplitude.frozen = True
    result = Fitter(asymmetric_errors=True).run(cash(models=models))
    assert result.names[2] == "halo.spectral.index"
    assert np.isfinite(result.errn[:2]).all()
    assert np.isnan([result.errn[2], result.errp[2], second.index.errn]).all()


def test_of_a_bare_problem():
    known = PROBLEMS["quadratic"]()
    result = Fitter(asymmetric_errors=True).run(known.problem)
    np.testing.assert_allclose([result.errn, result.errp], [known.errors] * 2, rtol=1e-3)


def test_no_minimum_no_errors():
    def stopped(objective):
        from gammapy.modeling.fit.outcome import Outcome

        return Outcome(objective.problem.start, True, "", "none")

    result = Fitter(stopped, asymmetric_errors=True).run(cash(models=power_law(index=2.0)))
    assert not result.success
    assert result.errn is None
    assert "asymmetric errors were not determined: there is no minimum" in result.notes


@pytest.mark.parametrize("asymmetric", [True, False])
def test_files(asymmetric, tmp_path):
    dataset = cash(models=power_law())
    result = Fitter(asymmetric_errors=asymmetric).run(dataset)
    result.write(tmp_path / "result.yaml")
    back = FitResult.read(tmp_path / "result.yaml")
    for one, other in ((result.errn, back.errn), (result.errp, back.errp)):
        if asymmetric:
            np.testing.assert_array_equal(one, other)
        else:
            assert one is other is None
    assert str(back) == str(result)
    dataset.models.write(tmp_path / "models.yaml")
    models = Models.read(tmp_path / "models.yaml")
    for a, b in zip(dataset.models.parameters, models.parameters, strict=True):
        np.testing.assert_array_equal([a.errn, a.errp], [b.errn, b.errp])


def test_bad_arguments():
    dataset = cash(models=power_law(index=2.0))
    with pytest.raises(FitError, match="do not stand at a minimum"):
        Fitter().asymmetric_errors(dataset)
    with pytest.raises(UnknownNameError, match="'slope' is not a free parameter"):
        Fitter().asymmetric_errors(dataset, ["slope"])
    reference = dataset.models.parameters["reference"]
    with pytest.raises(FitError, match=r"reference.*is not a free parameter"):
        Fitter().asymmetric_errors(dataset, [reference])
