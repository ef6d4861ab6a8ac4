"""What the base adds to a formula, on models of a user; the battery has the rest."""

import astropy.units as u
import numpy as np
import pytest
from astropy.time import Time

from gammapy.errors import ModelError
from gammapy.modeling import Parameter
from gammapy.modeling.models import (
    ConstantTemporalModel,
    LinearTemporalModel,
    PowerLawTemporalModel,
    TemporalModel,
)


class Pulse(TemporalModel):
    """Two moments, no partials, no closed form."""

    moments = ("start", "stop")
    start = Parameter("start", "55555 d")
    stop = Parameter("stop", "55556 d")
    height = Parameter("height", 2.0)

    @staticmethod
    def evaluate(time, start, stop, height):
        inside = (time >= start) & (time < stop)
        return np.where(inside, height * np.sin(np.pi * (time - start) / (stop - start)), 0.0)

    def kinks_at(self, values):
        return tuple(values[:2])


def test_all_moments_are_counted_from_the_epoch():
    epoch = Time(55550, format="mjd", scale="utc")
    found = Pulse().values_since(epoch)
    np.testing.assert_allclose(found, [5 * 86400, 6 * 86400, 2.0], rtol=1e-15)


def test_model_without_reference_time_partials_and_closed_form():
    model = Pulse()
    assert model.reference_time is None
    time = Time([55554.5, 55555.5], format="mjd", scale="utc")
    np.testing.assert_allclose(model(time).value, [0, 2], atol=1e-12)
    found = model.integral(time[:1], Time([55558.5], format="mjd", scale="utc"))
    assert found[0].value == pytest.approx(2 * 2 / np.pi / 4, rel=1e-10)
    values = model.values_since(time[0])
    partials = model.factor_partials(np.array([70000.0]), values)
    assert partials[2][0] == pytest.approx(model.evaluate(70000.0, *values) / 2, rel=1e-8)
    with pytest.raises(ModelError, match="no reference time"):
        model.reference_time = time[0]


def test_constant_has_no_moment():
    model = ConstantTemporalModel()
    assert model.reference_time is None
    with pytest.raises(ModelError, match="no reference time"):
        model.reference_time = Time(55555, format="mjd")


def test_leap_seconds_are_elapsed_time():
    """2016-12-31 had one: two UTC days over its end are 172801 s."""
    model = LinearTemporalModel(alpha=0, beta="1 s-1", t_ref="57753 d")
    time = Time(57755, format="mjd", scale="utc")
    assert model(time).value == pytest.approx(172801, abs=1e-6)
    assert model(time.tt).value == pytest.approx(172801, abs=1e-6)
    length = model.time_sum(Time(57753, format="mjd", scale="utc"), time)
    assert length.to_value("s") == pytest.approx(172801, abs=1e-6)
    model.scale = "tt"
    assert model(Time(57755, format="mjd", scale="tt")).value == pytest.approx(172800, abs=1e-6)


def test_scale_of_a_moment_that_is_set():
    model = LinearTemporalModel(scale="tt")
    model.reference_time = Time(57755, format="mjd", scale="utc")
    assert model.t_ref.value == pytest.approx(57755 + (37 + 32.184) / 86400, abs=1e-10)


def test_factor_that_is_not_finite():
    model = PowerLawTemporalModel(alpha=-1, t_ref="55555 d")
    times = Time([55554, 55555, 55556], format="mjd", scale="utc")
    with pytest.raises(ModelError, match=r"is inf at MJD 55555 \(utc\): leave such times out"):
        model(times)
    np.testing.assert_allclose(model(times[[0, 2]]).value, [0, 1])
    with pytest.raises(ModelError, match="no finite integral from MJD 55554 to 55556"):
        model.integral(times[:1], times[2:])


def test_integral_that_does_not_converge_is_an_error():
    class Pole(TemporalModel):
        @staticmethod
        def evaluate(time):
            return 1.0 / np.abs(time - 12345.678)

    class Clicks(TemporalModel):
        @staticmethod
        def evaluate(time):
            return np.where(time % 1e-3 < 4e-4, 1.0, 0.0)

    start = Time(55555, format="mjd", scale="utc")
    with pytest.raises(ModelError, match="Pole has no finite integral from MJD 55555 to 55556"):
        Pole().integral(start, start + 1 * u.d)
    with pytest.raises(ModelError, match="does not converge: name the times of jumps"):
        Clicks().integral(start, start + 1 * u.d)


def test_covariance_and_links_are_those_of_all_models():
    one, two = LinearTemporalModel(), LinearTemporalModel()
    two.alpha.link = 2.0 * one.alpha
    one.alpha.value = 3
    assert two.alpha.value == 6
    two.beta = one.beta
    assert two.beta is one.beta
