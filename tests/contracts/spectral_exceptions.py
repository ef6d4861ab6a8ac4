"""Where the reference is not compared with, and the independent number that says why.

A row holds for one number of a case. The independent number is not made by this package:
``python -m tests.contracts.spectral_exceptions`` computes all of them (it needs ``$GAMMAPY_DATA``
and ``$GAMMAPY_REFERENCE``). Those of the tables of the EBL come from the twin: scipy's
interpolation of the file that astropy reads, and its own quadrature. Those of closed formulas come
from decimals of 60 digits, and peaks from a search for the largest E**2 times flux.
"""

import os
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

import numpy as np

from tests.reference import reference
from tests.twins import absorption


class Row(NamedTuple):
    """One number: of which case, which quantity, at which energies in TeV."""

    case: str
    quantity: str
    at: tuple[float, ...]
    ours: float
    independent: float
    reason: str


#: The table begins at redshift 0.01. The reference goes on from there along the line through its
#: first two redshifts, which is not 0 at redshift 0; an optical depth is. A table that has
#: redshift 0.001 shows which is better (tests/modeling/models/spectral/test_absorption.py).
#: Columns: case, quantity, energy or range in TeV, our number, independent number.
BELOW_THE_TABLE = """
ebl-dominguez-z0.001                dnde        0.2848    0.9983510426611      0.9983510426611
ebl-dominguez-z0.001                dnde        0.65793   0.9935881571931      0.9935881571931
ebl-dominguez-z0.001                dnde        1         0.9903495896148      0.9903495896148
ebl-dominguez-z0.001                dnde        1.5199    0.9875299345795      0.9875299345795
ebl-dominguez-z0.001                dnde        3.5112    0.9833413211302      0.9833413211302
ebl-dominguez-z0.001                dnde        8.1113    0.9738149550384      0.9738149550384
ebl-dominguez-z0.001                dnde        18.738    0.9089898173633      0.9089898173633
ebl-dominguez-z0.001                dnde        43.288    0.5203435663528      0.5203435663528
ebl-dominguez-z0.001                dnde        100       0.1385574800436      0.1385574800436
ebl-dominguez-z0.001                dnde        1000      0.0077840263846      0.0077840263846
ebl-dominguez-z0.001-times-pl       dnde        0.2848    1.5822797712e-11     1.5822797712e-11
ebl-dominguez-z0.001-times-pl       dnde        0.65793   2.495780610562e-12   2.495780610562e-12
ebl-dominguez-z0.001-times-pl       dnde        1         9.903495896148e-13   9.903495896148e-13
ebl-dominguez-z0.001-times-pl       dnde        1.5199    3.931427480923e-13   3.931427480923e-13
ebl-dominguez-z0.001-times-pl       dnde        3.5112    6.20446428698e-14    6.20446428698e-14
ebl-dominguez-z0.001-times-pl       dnde        8.1113    9.738149550384e-15   9.738149550384e-15
ebl-dominguez-z0.001-times-pl       dnde        18.738    1.440651773556e-15   1.440651773556e-15
ebl-dominguez-z0.001-times-pl       dnde        43.288    1.307043944045e-16   1.307043944045e-16
ebl-dominguez-z0.001-times-pl       dnde        100       5.516072633919e-18   5.516072633919e-18
ebl-dominguez-z0.001-times-pl       dnde        1000      1.955259025799e-21   1.955259025799e-21
ebl-dominguez-z0.001-times-pl       integral    0.1-1     1.235689709832e-11   1.235689709832e-11
ebl-dominguez-z0.001-times-pl       integral    1-10      7.698476222742e-13   7.698476222742e-13
ebl-dominguez-z0.001-times-pl       integral    0.5-50    1.88328000758e-12    1.88328000758e-12
ebl-dominguez-z0.001-times-pl       energy_flux 0.1-1     2.916382413469e-12   2.916382413469e-12
ebl-dominguez-z0.001-times-pl       energy_flux 1-10      1.81433106174e-12    1.81433106174e-12
ebl-dominguez-z0.001-times-pl       energy_flux 0.5-50    3.262207692419e-12   3.262207692419e-12
ebl-saldana-lopez21-z0.001          dnde        0.2848    0.9983285918653      0.9983285918653
ebl-saldana-lopez21-z0.001          dnde        0.65793   0.9941009733068      0.9941009733068
ebl-saldana-lopez21-z0.001          dnde        1         0.9912688573572      0.9912688573572
ebl-saldana-lopez21-z0.001          dnde        1.5199    0.9888163811382      0.9888163811382
ebl-saldana-lopez21-z0.001          dnde        3.5112    0.984554779021       0.984554779021
ebl-saldana-lopez21-z0.001          dnde        8.1113    0.9717455912669      0.9717455912669
ebl-saldana-lopez21-z0.001          dnde        18.738    0.905148876958       0.905148876958
ebl-saldana-lopez21-z0.001          dnde        43.288    0.6163834236673      0.6163834236673
ebl-saldana-lopez21-z0.001          dnde        100       0.286348028259       0.286348028259
ebl-saldana-lopez21-z0.001          dnde        1000      0.05880406009027     0.05880406009027
ebl-saldana-lopez21-z0.001-times-pl dnde        0.2848    1.582244189087e-11   1.582244189087e-11
ebl-saldana-lopez21-z0.001-times-pl dnde        0.65793   2.4970687464e-12     2.4970687464e-12
ebl-saldana-lopez21-z0.001-times-pl dnde        1         9.912688573572e-13   9.912688573572e-13
ebl-saldana-lopez21-z0.001-times-pl dnde        1.5199    3.936548916919e-13   3.936548916919e-13
ebl-saldana-lopez21-z0.001-times-pl dnde        3.5112    6.212120688664e-14   6.212120688664e-14
ebl-saldana-lopez21-z0.001-times-pl dnde        8.1113    9.717455912669e-15   9.717455912669e-15
ebl-saldana-lopez21-z0.001-times-pl dnde        18.738    1.434564293255e-15   1.434564293255e-15
ebl-saldana-lopez21-z0.001-times-pl dnde        43.288    1.548285158517e-16   1.548285158517e-16
ebl-saldana-lopez21-z0.001-times-pl dnde        100       1.139972033238e-17   1.139972033238e-17
ebl-saldana-lopez21-z0.001-times-pl dnde        1000      1.477091206584e-20   1.477091206584e-20
ebl-saldana-lopez21-z0.001-times-pl integral    0.1-1     1.23574070175e-11    1.23574070175e-11
ebl-saldana-lopez21-z0.001-times-pl integral    1-10      7.706330187541e-13   7.706330187541e-13
ebl-saldana-lopez21-z0.001-times-pl integral    0.5-50    1.885046171578e-12   1.885046171578e-12
ebl-saldana-lopez21-z0.001-times-pl energy_flux 0.1-1     2.916833679054e-12   2.916833679055e-12
ebl-saldana-lopez21-z0.001-times-pl energy_flux 1-10      1.815362721625e-12   1.815362721625e-12
ebl-saldana-lopez21-z0.001-times-pl energy_flux 0.5-50    3.282619815093e-12   3.282619815103e-12
"""
#: The reference is the integral of values that were interpolated in single precision.
SINGLE_PRECISION = """
ebl-franceschini-z0.5-times-pl      integral    0.5-50    3.166046914988e-15   3.166046914988e-15
ebl-franceschini-z0.5-times-pl      energy_flux 0.5-50    1.881267610611e-15   1.881267610611e-15
ebl-finke-z0.5-times-pl             integral    1-10      2.111241084732e-17   2.111241084732e-17
ebl-finke-z0.5-times-pl             integral    0.5-50    1.595953931496e-15   1.595953931496e-15
ebl-finke-z0.5-times-pl             energy_flux 1-10      2.517338020408e-17   2.517338020408e-17
ebl-finke-z0.5-times-pl             energy_flux 0.5-50    9.442810566096e-16   9.442810566096e-16
"""
#: Theirs is a series with two terms, good to 1e-8, where abs(index_2 * ln(E / E0)) < 0.01.
SERIES = """
secpl4fgldr3-4 dnde 0.12328467   1.571975903318e-10   1.571975903318e-10
secpl4fgldr3-4 dnde 0.28480359   3.582479501287e-11   3.582479501287e-11
secpl4fgldr3-4 dnde 3.5111917    1.832505046664e-13   1.832505046664e-13
secpl4fgldr3-4 dnde 8.1113083    2.383426831101e-14   2.383426831101e-14
"""
#: They square a negative number (ecpl-2 falls everywhere), or give a minimum (lp-3).
NO_PEAK = """
ecpl-2 e_peak - nan nan
lp-3   e_peak - nan nan
"""
#: They take the reference energy for the one where the curvature begins (lp2), or as the limit of
#: no curvature (dr3-3, which is at index_2 = 0).
PEAK = """
lp2-1          e_peak - 3.1622776601683795 3.1622776601683795
lp2-2          e_peak - 0.3026188930713486 0.3026188930713486
secpl4fgldr3-3 e_peak - 0.6065306597126334 0.6065306597126334
"""
#: The spectrum falls by exp(-1e10) per TeV: its integral is beyond floats, and ours is refused.
BEYOND_FLOATS = """
secpl4fgl-1 integral    0.1-1  nan inf
secpl4fgl-1 integral    0.5-50 nan inf
secpl4fgl-1 energy_flux 0.1-1  nan inf
secpl4fgl-1 energy_flux 0.5-50 nan inf
"""


def _rows(table: str, reason: str) -> list[Row]:
    found = []
    for case, quantity, at, *numbers in (line.split() for line in table.strip().split("\n")):
        energies = tuple(float(energy) for energy in at.split("-") if energy)
        found.append(Row(case, quantity, energies, *map(float, numbers), reason))
    return found


EXCEPTIONS = [
    *_rows(BELOW_THE_TABLE, "an optical depth is zero at redshift 0"),
    *_rows(SINGLE_PRECISION, "the same integral in double precision"),
]
CLOSED_EXCEPTIONS = [
    *_rows(SERIES, "a series with two terms"),
    *_rows(NO_PEAK, "there is no peak"),
    *_rows(PEAK, "another energy in the closed form"),
    *_rows(BEYOND_FLOATS, "beyond floats"),
]


def exception(case: str, quantity: str, *at: float) -> Row | None:
    """Row for a number of the reference, if there is one."""
    rows = (*EXCEPTIONS, *CLOSED_EXCEPTIONS)
    found = (row for row in rows if (row.case, row.quantity) == (case, quantity))
    return next((row for row in found if np.allclose(at, row.at, rtol=1e-4)), None)


def independent_absorption(row: Row, case: dict[str, Any]) -> float:
    """Number of the twin for a row, in the units of the case."""
    path = case["definition"]["file"].replace("data", os.environ["GAMMAPY_DATA"], 1)
    table = absorption.read_table(path)
    values = {p["name"]: p["value"] for p in case["parameters"]}
    chosen = values["redshift"], values["alpha_norm"]
    spectrum = values.get("index", 0.0), values.get("amplitude", 1.0)
    if row.quantity == "dnde":
        energies = np.array(case["energy"]["value"])
        energy = energies[np.argmin(np.abs(energies - row.at[0]))]
        factor = spectrum[1] * energy ** -spectrum[0]  # the reference energy is 1 TeV
        return float(factor * absorption.transmission([energy], *chosen, *table)[0])
    power = {"integral": 0, "energy_flux": 1}[row.quantity]
    return absorption.power_law_integral(*row.at, power, spectrum, chosen, table)


def _log_flux(cls: str, values: dict[str, Any]) -> Callable[[float], Decimal]:
    """Logarithm of the flux over the amplitude of a formula, in decimals, by ln(E / TeV)."""
    ten = {name: Decimal(repr(value)) for name, value in values.items()}

    def cutoff(x: Decimal) -> Decimal:  # ExpCutoffPowerLaw
        power = ten["alpha"] * (x + ten["lambda_"].ln())
        return -ten["index"] * (x - ten["reference"].ln()) - power.exp()

    def parabola(x: Decimal) -> Decimal:  # LogParabola
        y = x - ten["reference"].ln()
        return -(ten["alpha"] + ten["beta"] * y) * y

    def parabola2(x: Decimal) -> Decimal:  # LogParabola2: curved from escale on
        y = x - ten["escale"].ln()
        return -(ten["alpha"] + ten["beta"] * y) * (x - ten["reference"].ln())

    def dr3(x: Decimal) -> Decimal:  # SuperExpCutoffPowerLaw4FGLDR3
        y, bend, steep = x - ten["reference"].ln(), ten["index_2"], ten["expfactor"]
        if bend == 0:
            return -ten["index_1"] * y - steep * y * y / 2
        return (steep / bend - ten["index_1"]) * y + steep / bend**2 * (1 - (bend * y).exp())

    def steep(x: Decimal) -> Decimal:  # SuperExpCutoffPowerLaw4FGL, energies in MeV
        y, bend, mev = x - ten["reference"].ln(), ten["index_2"], Decimal(10**6).ln()
        ends = (bend * (ten["reference"].ln() + mev)).exp() - (bend * (x + mev)).exp()
        return -ten["index_1"] * y + ten["expfactor"] * ends

    formulas = {
        "ExpCutoffPowerLawSpectralModel": cutoff,
        "LogParabolaSpectralModel": parabola,
        "LogParabola2SpectralModel": parabola2,
        "SuperExpCutoffPowerLaw4FGLDR3SpectralModel": dr3,
        "SuperExpCutoffPowerLaw4FGLSpectralModel": steep,
    }
    return lambda x: formulas[cls](Decimal(x))


def independent_closed(row: Row, case: dict[str, Any]) -> float:
    """Number of the plain formula for a row, in the units of the case (TeV, cm, s)."""
    values = {p["name"]: p["value"] for p in case["parameters"]}
    with localcontext(prec=60):
        log_flux = _log_flux(case["class"], values)
        if row.quantity == "e_peak":
            return _peak(log_flux)
        energies = np.array(case["energy"]["value"])
        if row.quantity == "dnde":
            nearest = float(energies[np.argmin(np.abs(energies - row.at[0]))])
            return float(Decimal(repr(values["amplitude"])) * log_flux(Decimal(nearest).ln()).exp())
        # the integral is above a thousandth of its range times the flux there
        low = Decimal(repr(row.at[0]))
        size = Decimal(repr(values["amplitude"])) * low / 1000
        logarithm = log_flux((low * Decimal("1.001")).ln()) + size.ln()
        return float("inf") if logarithm > 710 else float("nan")


def _peak(log_flux: Callable[[Any], Decimal]) -> float:
    """Energy in TeV of the largest E**2 times flux, by golden section; nan if it is at an end."""

    def height(x: Decimal) -> Decimal:
        return 2 * x + log_flux(x)

    grid = [Decimal(k) / 8 for k in range(-160, 161)]
    top = max(range(len(grid)), key=lambda k: height(grid[k]))
    if top in (0, len(grid) - 1):
        return float("nan")
    low, high = grid[top - 1], grid[top + 1]
    golden = (Decimal(5).sqrt() - 1) / 2
    for _ in range(120):
        one, two = high - golden * (high - low), low + golden * (high - low)
        if height(one) < height(two):
            low = one
        else:
            high = two
    return float(((low + high) / 2).exp())


def independent(row: Row, case: dict[str, Any]) -> float:
    """Number for a row that this package has no part in."""
    return (independent_closed if row in CLOSED_EXCEPTIONS else independent_absorption)(row, case)


def main() -> None:
    """Print the table with the independent numbers computed now."""
    cases = {case["id"]: case for case in reference("spectral_models.json")["cases"]}
    for row in (*EXCEPTIONS, *CLOSED_EXCEPTIONS):
        at = ", ".join(f"{energy:g}" for energy in row.at)
        now = independent(row, cases[row.case])
        print(f"{row.case:35s} {row.quantity:11s} {at:12s} {row.ours:.12e} {now:.12e}")


if __name__ == "__main__":
    main()
