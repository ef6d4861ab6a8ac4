"""What is refused says name, value, rule and way out, in one line (law 7).

The guards themselves are tested beside what they guard; here it is what they say.
"""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
import pytest

from gammapy.errors import DataError, GammapyError, MissingPackageError, ModelError, ParameterError
from gammapy.maps import RegionNDMap
from gammapy.modeling import Fit
from gammapy.modeling.models import (
    EBLAbsorptionNormSpectralModel,
    NaimaSpectralModel,
    PowerLawSpectralModel,
    TemplateSpectralModel,
)
from gammapy.spectrum import FluxPoints, FluxPointsDataset
from tests.spectrum import points, toys

ENERGY = [0.1, 1.0, 10.0] * u.TeV
FLUX = u.Unit("cm-2 s-1 TeV-1")


class Guard(NamedTuple):
    """A call with a bad value, and the parts of what is said about it."""

    call: Callable[[], Any]
    error: type[GammapyError]
    name: str
    value: str
    rule: str
    way_out: str


def absorption(redshift: float = 0.2) -> EBLAbsorptionNormSpectralModel:
    depth = np.array([[0.1, 0.2, 0.3], [0.4, 0.8, 1.5]])
    return EBLAbsorptionNormSpectralModel(ENERGY, [0.1, 0.5], np.exp(-depth), redshift=redshift)


def far_redshift(redshift: float) -> Any:
    """A redshift that left the table, without bounds that keep it there."""
    model = absorption()
    model.redshift.min = model.redshift.max = np.nan
    model.redshift.value = redshift
    return model(1 * u.TeV)


def template(
    energy: Any = ENERGY, values: Any = (1.0, 0.1, 0.01), extrapolate: bool = True
) -> TemplateSpectralModel:
    return TemplateSpectralModel(energy, values * FLUX, {"extrapolate": extrapolate})


def fit_points(**quantities: Any) -> Any:
    data = points.points(**quantities)
    return Fit().run(FluxPointsDataset(toys.power_law(), data, name="points"))


def read_points(**columns: Any) -> FluxPoints:
    columns = {"dnde": np.ones(4), "dnde_err": np.ones(4)} | columns
    return FluxPoints.from_table(points.table(**columns), reference_model=points.reference())


def fit_counts(value: float) -> Any:
    dataset = toys.cash(models=toys.power_law())
    counts = np.array(dataset.counts.data, dtype=float)
    counts.flat[2] = value
    dataset.counts = RegionNDMap(dataset.counts.geom, counts)
    return Fit().run(dataset)


POWER_LAW = PowerLawSpectralModel()
Z_RULE = "outside of the EBL table, 0 to 0.5"
RANGE = "0 < energy_min < energy_max"
GUARDS = {
    "redshift at the start": Guard(
        lambda: absorption(0.7), ModelError, "redshift", "= 0.7", Z_RULE, "choose another"
    ),
    "redshift above the table": Guard(
        lambda: far_redshift(0.7), ModelError, "redshift", "= 0.7", Z_RULE, "set redshift.min"
    ),
    "redshift below zero": Guard(
        lambda: far_redshift(-0.1), ModelError, "redshift", "= -0.1", Z_RULE, "choose another"
    ),
    "no redshift": Guard(
        lambda: far_redshift(np.nan), ParameterError, "redshift", "= nan", "must be", "finite"
    ),
    "negative energy": Guard(
        lambda: template()(-2 * u.TeV), ModelError, "energy", "-2", "must be positive", "remove"
    ),
    "NaN in a template": Guard(
        lambda: template(values=[1, np.nan, 0.01]),
        *(ModelError, "values[1]", "= nan", "must be finite and not negative", "remove these rows"),
    ),
    "negative number in a template": Guard(
        lambda: template(values=[1, 0.1, -3]),
        *(ModelError, "values[2]", "= -3", "must be finite and not negative", "remove these rows"),
    ),
    "energies of a template": Guard(
        lambda: template(energy=[1, 0.1, 10] * u.TeV),
        *(ModelError, "energy", "0.1", "must be positive and ascending", "sort the table"),
    ),
    "energy outside of a template": Guard(
        lambda: template(extrapolate=False)(200 * u.TeV),
        *(ModelError, "energy", "= 200 TeV", "outside of the table", "'extrapolate': True"),
    ),
    "range that falls": Guard(
        lambda: POWER_LAW.integral(2 * u.TeV, 1 * u.TeV),
        *(ModelError, "integral", "from 2.0 TeV to 1.0 TeV", RANGE, "swap the ends"),
    ),
    "negative range": Guard(
        lambda: POWER_LAW.energy_flux(-1 * u.TeV, 1 * u.TeV),
        *(ModelError, "integral", "from -1.0 TeV to 1.0 TeV", RANGE, "correct them"),
    ),
    "points without errors": Guard(
        fit_points, DataError, "points", "only ['norm']", "have no errors", "add dnde_err"
    ),
    "point with an error of zero": Guard(
        lambda: fit_points(norm_err=[0.1, 0, 0.1, 0.1]),
        *(
            DataError,
            "points: the error of dnde",
            "is 0 for point 1",
            "must be positive",
            "mask_fit",
        ),
    ),
    "points that are all NaN": Guard(
        lambda: fit_points(norm=[np.nan] * 4, norm_err=[0.1] * 4),
        *(DataError, "points", "none of 4 flux points", "counts for stat_type = 'chi2'", "widen"),
    ),
    "NaN for an energy of points": Guard(
        lambda: read_points(e_ref=[1, np.nan, 3, 4]),
        *(DataError, "e_ref", "nan", "must be positive numbers", "correct these rows"),
    ),
    "NaN counts": Guard(
        lambda: fit_counts(np.nan),
        *(DataError, "counts", "is nan in bin 2", "must be finite and not negative", "mask"),
    ),
    "negative counts": Guard(
        lambda: fit_counts(-1.0),
        *(DataError, "counts", "is -1.0 in bin 2", "must be finite and not negative", "mask"),
    ),
}


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_a_guard_says_name_value_rule_and_way_out(guard):
    with np.errstate(all="ignore"), pytest.raises(guard.error) as info:
        guard.call()
    message = str(info.value)
    for part in guard[2:]:
        assert part in message, part
    assert "\n" not in message


@pytest.mark.parametrize("name", ["norm", "norm_err"])
def test_points_that_are_nan_are_left_out_and_counted(name):
    """They are upper limits, or were not measured: the others are fitted, the result says so."""
    columns = {"norm": np.array([1.0, 1.2, 0.7, 1.1]), "norm_err": np.full(4, 0.1)}
    columns[name][2] = np.nan
    dataset = FluxPointsDataset(toys.power_law(), points.points(**columns), name="points")
    result = Fit().run(dataset)
    assert result.success
    assert result.n_data == 3
    info = dataset.info_dict()
    assert (info["n_points"], info["n_not_valid"], info["n_fit_bins"]) == (4, 1, 3)
    assert np.isfinite([result.total_stat, *result.values, *result.errors]).all()


def test_a_template_goes_on_outside_of_its_energies():
    """By default, as the established one: as a power law, so this is no silent zero."""
    found = template()([0.001, 1000.0] * u.TeV)
    np.testing.assert_allclose(found.value, [100.0, 1e-4], rtol=1e-12)


# -- optional packages --------------------------------------------------------------------


def naima_model() -> NaimaSpectralModel:
    class Particles:
        param_names = ("alpha",)
        alpha = 2.0

    class Radiation:
        particle_distribution = Particles()

        def flux(self, energy: Any, distance: Any) -> Any:
            raise NotImplementedError

    return NaimaSpectralModel(Radiation())


def fit(backend: str) -> Any:
    return Fit(backend).run(toys.cash(models=toys.power_law()))


@pytest.mark.parametrize(
    ("package", "extra", "feature", "call"),
    [
        ("naima", "naima", "models of particle populations", naima_model),
        ("matplotlib", "plot", "pictures", lambda: POWER_LAW.plot([1, 10] * u.TeV)),
        ("sherpa", "sherpa", "the sherpa optimisers", lambda: fit("sherpa")),
        ("emcee", "emcee", "posterior samples", lambda: fit("emcee")),
    ],
)
def test_a_hidden_package_says_what_it_was_for_and_how_to_get_it(
    monkeypatch, package, extra, feature, call
):
    hidden = [name for name in sys.modules if name.partition(".")[0] == package]
    for name in {package, *hidden}:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingPackageError) as info:
        call()
    message = str(info.value)
    assert message.startswith(feature)
    assert repr(package) in message
    assert message.endswith(f"pip install 'gammapy[{extra}]'")
