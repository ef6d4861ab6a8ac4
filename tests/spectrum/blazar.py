"""A blazar behind the extragalactic background light, drawn by the twins.

The response, the exposure ratio and the good bins are those of a HESS run of the Crab; the source
is like PKS 2155-304. The truth is integrated over each bin by the twin, cut at the energies of the
table, so nothing of the engine is in the counts, nor in the statistic that the fits are held to.
"""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
import pytest

from gammapy.modeling.models import (
    EBL_DATA_BUILTIN,
    EBLAbsorptionNormSpectralModel,
    Models,
    PowerLawSpectralModel,
    SkyModel,
)
from gammapy.spectrum import SpectrumDatasetOnOff
from tests.spectrum import crab
from tests.twins import absorption, response, simulate, statistic

RUN = "joint-crab/spectra/hess/pha_obs23523.fits"
TABLE = "dominguez"
#: index, amplitude at 1 TeV in cm-2 s-1 TeV-1, redshift, alpha_norm
TRUTH = {"index": 2.0, "amplitude": 2e-11, "redshift": 0.116, "alpha_norm": 1.0}
START = {"index": 2.4, "amplitude": 1e-11, "redshift": 0.2, "alpha_norm": 0.8}
TEV = u.TeV
ON_COUNTS, OFF_COUNTS = 20000.0, 40.0


def folder() -> Path:
    """$GAMMAPY_DATA; the test is skipped without it."""
    if not os.environ.get("GAMMAPY_DATA"):
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return Path(os.environ["GAMMAPY_DATA"])


@cache
def table(name: str = TABLE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Energies, redshifts and transmissions of a table, as the twin reads them."""
    path = EBL_DATA_BUILTIN[name].replace("$GAMMAPY_DATA", str(folder()))
    return absorption.read_table(path)


def integrals(edges: np.ndarray, values: Sequence[float], name: str = TABLE) -> np.ndarray:
    """Flux integrals [n_bins] of the twin; ``values`` are index, amplitude, redshift, alpha_norm.

    Each piece between two energies of the table is integrated on its own, all of them at once
    because a fit needs them a hundred times (`absorption.power_law_integral` does one bin).
    """
    index, amplitude, redshift, alpha_norm = values
    energies = table(name)[0]
    cuts = np.unique(
        np.concatenate([edges, energies[(energies > edges[0]) & (energies < edges[-1])]])
    )
    nodes, weights = np.polynomial.legendre.leggauss(8)
    half = np.diff(np.log(cuts))[:, None] / 2
    energy = np.exp(np.log(cuts[:-1, None]) + half * (1 + nodes))
    flux = amplitude * energy**-index
    flux *= absorption.transmission(energy, redshift, alpha_norm, *table(name))
    pieces = (half * weights * energy * flux).sum(axis=1)
    return np.add.reduceat(pieces, np.searchsorted(cuts, edges[:-1]))


@cache
def expected(name: str = TABLE) -> dict[str, Any]:
    """The run with its livetime scaled to the counts, flux of the truth, off counts."""
    twin = response.read_ogip(folder() / RUN)
    flux = integrals(twin["energy_true"], list(TRUTH.values()), name)
    signal = response.fold(flux, twin["area"], twin["livetime"], twin["matrix"])
    off = np.where(twin["mask"], OFF_COUNTS, 0.0)
    wanted = ON_COUNTS - (twin["alpha"] * off)[twin["mask"]].sum()
    scale = wanted / signal[twin["mask"]].sum()
    return twin | {"livetime": twin["livetime"] * scale, "flux": flux, "off": off}


def draw(seed: int, name: str = TABLE) -> dict[str, Any]:
    """Arrays of one simulated spectrum."""
    made = expected(name)
    order = ("flux", "area", "livetime", "matrix", "off", "alpha")
    rng = np.random.default_rng(seed)
    on, off = simulate.simulate_on_off(rng, *(made[key] for key in order))
    return made | {"counts_on": on.astype(float), "counts_off": off.astype(float)}


def twin_statistic(arrays: dict[str, Any], values: Sequence[float], name: str = TABLE) -> float:
    """W statistic of index, amplitude, redshift and alpha_norm, without the engine."""
    flux = integrals(arrays["energy_true"], values, name)
    signal = arrays["livetime"] * (flux * arrays["area"]) @ arrays["matrix"]
    good = arrays["mask"]
    columns = (arrays[key][good] for key in ("counts_on", "counts_off", "alpha"))
    return float(statistic.wstat(*columns, signal[good]).sum())


def models(free: str = "redshift", name: str = TABLE, **values: float) -> Models:
    """A power law behind the background; ``free`` of its two parameters is fitted too."""
    at = START | {other: TRUTH[other] for other in ("redshift", "alpha_norm") if other != free}
    at |= values
    absorbed = EBLAbsorptionNormSpectralModel.read_builtin(
        name, redshift=at["redshift"], alpha_norm=at["alpha_norm"]
    )
    getattr(absorbed, free).frozen = False
    spectrum = PowerLawSpectralModel(
        index=at["index"], amplitude=f"{at['amplitude']} cm-2 s-1 TeV-1", reference="1 TeV"
    )
    return Models([SkyModel(spectrum * absorbed, name="blazar")])


def dataset(arrays: dict[str, Any], fitted: Models) -> SpectrumDatasetOnOff:
    """Counts with the models to fit."""
    made = crab.dataset("run", arrays)
    made.models = fitted
    return made
