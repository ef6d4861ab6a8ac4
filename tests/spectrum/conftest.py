"""Real spectra, read once."""

import pytest

from tests.spectrum import crab


@pytest.fixture(scope="session", params=crab.WORKLOADS)
def work(request):
    """Each of the reference fits of the Crab."""
    return crab.workload(request.param)


@pytest.fixture(scope="session")
def arrays(work):
    """Plain arrays of the spectra of a reference fit, by name."""
    return crab.spectra(work)


@pytest.fixture
def joint(work, arrays):
    """Fresh datasets of a reference fit, with the models that it starts from."""
    from gammapy.datasets import Datasets

    made = Datasets([crab.dataset(name, spectrum) for name, spectrum in arrays.items()])
    made.models = crab.start_models(work)
    return made
