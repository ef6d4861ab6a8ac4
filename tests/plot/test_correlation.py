"""The picture of correlations."""

import numpy as np
import pytest

from gammapy.errors import DataError
from gammapy.modeling import Covariance

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _agg():
    plt.switch_backend("agg")
    yield
    plt.close("all")


MATRIX = np.array([[4.0, 3.0, 0, 0], [3.0, 9.0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1.0]])


def test_only_parameters_with_an_error():
    unknown = MATRIX.copy()
    unknown[3, :] = unknown[:, 3] = np.nan
    ax = Covariance(["index", "amplitude", "reference", "beta"], unknown).plot_correlation()
    assert [t.get_text() for t in ax.get_xticklabels()] == ["index", "amplitude"]
    np.testing.assert_allclose(ax.images[0].get_array(), [[1, 0.5], [0.5, 1]])
    assert [t.get_text() for t in ax.texts] == ["1.00", "0.50", "0.50", "1.00"]


def test_many_parameters_have_no_numbers():
    names = [f"p{i}" for i in range(30)]
    ax = Covariance(names, np.eye(30)).plot_correlation(figsize=(6, 5))
    assert not ax.texts
    assert tuple(ax.figure.get_size_inches()) == (6, 5)


def test_given_axes_are_used():
    ax = plt.figure().gca()
    assert Covariance(["a", "b"], np.eye(2)).plot_correlation(ax=ax) is ax


def test_nothing_to_draw():
    with pytest.raises(DataError, match="fit first"):
        Covariance(["a"], [[0.0]]).plot_correlation()
