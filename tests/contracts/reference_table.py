"""How far every number of the reference of spectral models is from ours.

``python -m tests.contracts.reference_table`` prints the worst deviation of each case and quantity
against its bar; it needs ``$GAMMAPY_DATA`` and ``$GAMMAPY_REFERENCE``. Deviations are relative,
those of a spectral index by 1 + index**2. Numbers that are excepted (`exceptions`) are counted, and
held against their independent number instead.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from tests.contracts import test_spectral_derived as derived
from tests.contracts.spectral_exceptions import Row, exception

QUANTITIES = ("dnde", "integral", "energy_flux", "spectral_index", "inverse", "e_peak")
#: keys of a case that hold no number to compare
DESCRIPTION = {
    *("class", "definition", "energy", "id", "model_dict", "note", "parameters"),
    *("spectral_index_energy", "tag"),
}


class Number(NamedTuple):
    """One number of the reference.

    Attributes
    ----------
    at : tuple of float
        Energies in TeV (for an inverse, position and solution).
    ours : float
        nan if we refuse to give it, or have none.
    allowed : float
        Largest deviation.
    """

    case: str
    quantity: str
    at: tuple[float, ...]
    ours: float
    reference: float
    allowed: float

    def deviation(self, expected: float | None = None) -> float:
        """Distance of our number from the reference, or from another number."""
        expected = self.reference if expected is None else expected
        if self.ours == expected or (np.isnan(self.ours) and np.isnan(expected)):
            return 0.0  # infinities and no number too
        size = 1 + expected**2 if self.quantity == "spectral_index" else abs(expected)
        gap = abs(self.ours - expected)
        return float(gap / size) if size and np.isfinite(gap) else np.inf

    @property
    def is_met(self) -> bool:
        """True if the deviation is allowed."""
        return self.deviation() <= self.allowed


def numbers(case: dict[str, Any]) -> list[Number]:
    """All numbers of a case."""
    model = derived.build(case)
    makers = (_values, _integrals, _indices, _inverses, _peak)
    return [number for make in makers for number in make(case, model)]


def _values(case: dict[str, Any], model: Any) -> Iterator[Number]:
    energy = u.Quantity(case["energy"]["value"], case["energy"]["unit"])
    found = model(energy).to_value(case["dnde"]["unit"])
    allowed = 1e-4 if case["id"].startswith("ebl-") else 1e-10
    at = energy.to_value(u.TeV)
    for energy, ours, theirs in zip(at, found, case["dnde"]["value"], strict=True):
        yield Number(case["id"], "dnde", (energy,), ours, float(theirs), allowed)


def _integrals(case: dict[str, Any], model: Any) -> Iterator[Number]:
    for quantity in ("integral", "energy_flux"):
        for line in case.get(quantity, ()):
            at = line["energy_min_TeV"], line["energy_max_TeV"]
            allowed = max(1e-6, 3 * float(line["quad_rel_precision"]))
            try:
                with np.errstate(invalid="ignore"):
                    ours = getattr(model, quantity)(*(at * u.TeV)).to_value(line["unit"])
            except ModelError:
                ours = np.nan
            theirs = float(line["value_quad"])
            yield Number(case["id"], quantity, at, float(ours), theirs, allowed)


def _indices(case: dict[str, Any], model: Any) -> Iterator[Number]:
    """Theirs is a forward difference: at a kink it is the index above, with its slope left in."""
    energy = np.array(case["spectral_index_energy"]["value"], dtype=float)
    kinks = np.array([*model.kinks, np.inf])
    at_kink = np.any(np.abs(energy[:, None] / kinks - 1) < 1e-4, axis=1)
    found = model.spectral_index(np.where(at_kink, energy * 1.0001, energy) * u.TeV).value
    for i, theirs in enumerate(case["spectral_index"]):
        allowed = 1e-3 if at_kink[i] else 1e-4 if case["id"].startswith("ebl-") else 1e-5
        yield Number(case["id"], "spectral_index", (energy[i],), found[i], float(theirs), allowed)


def _inverses(case: dict[str, Any], model: Any) -> Iterator[Number]:
    if "inverse" not in case:
        return
    given, energy = case["inverse"]["values"], case["inverse"]["energy"]
    found = model.inverse_all(u.Quantity(given["value"], given["unit"]))
    for i, (ours, theirs) in enumerate(zip(found, energy["value"], strict=True)):
        solutions = u.Quantity(np.atleast_1d(theirs).astype(float), energy["unit"]).to_value("TeV")
        if len(ours) != len(solutions):
            yield Number(case["id"], "inverse", (i,), np.nan, len(solutions), 1e-9)
            continue
        for k, (one, two) in enumerate(zip(ours.to_value("TeV"), solutions, strict=True)):
            yield Number(case["id"], "inverse", (i, k), one, two, 1e-9)


def _peak(case: dict[str, Any], model: Any) -> Iterator[Number]:
    if "e_peak" in case:
        ours = model.e_peak.to_value(case["e_peak"]["unit"])
        yield Number(case["id"], "e_peak", (), ours, float(case["e_peak"]["value"]), 1e-12)


def excepted(number: Number) -> Row | None:
    """The exception of a number, if there is one.

    An index at redshift 0.001 follows from values that are exceptions: its independent number is
    computed with the same twin.
    """
    if number.quantity == "spectral_index" and number.case in derived.ANCHOR:
        if number.is_met:
            return None
        independent = derived.anchored_index(derived.CASES[number.case], number.at * u.TeV)[0]
        reason = "an optical depth is zero at redshift 0"
        return Row(*number[:3], number.ours, float(independent), reason)
    return exception(number.case, number.quantity, *number.at)


@cache
def table() -> dict[tuple[str, str], list[tuple[Number, Row | None]]]:
    """Numbers, each with its exception if there is one, by case and quantity."""
    rows: dict[tuple[str, str], list[tuple[Number, Row | None]]] = {}
    for case in derived.CASES.values():
        for number in numbers(case):
            key = number.case, number.quantity
            rows.setdefault(key, []).append((number, excepted(number)))
    return rows


def worst(rows: list[tuple[Number, Row | None]]) -> str:
    """Worst deviation, its bar and the number of exceptions, as a cell of the printed table."""
    kept = [number for number, other in rows if other is None]
    others = len(rows) - len(kept)
    cell = f"{others} exc." if others else ""
    if kept:
        far = max(kept, key=lambda number: number.deviation() / number.allowed)
        mark = "" if far.is_met else "!"
        cell = f"{far.deviation():.0e}/{far.allowed:.0e}{mark} {cell}"
    return cell.strip()


def main() -> None:
    """Print cases by quantities."""
    rows = table()
    print(f"{'case':36s}" + "".join(f"{name:22s}" for name in QUANTITIES))
    for case in derived.CASES:
        cells = [worst(rows[case, name]) if (case, name) in rows else "-" for name in QUANTITIES]
        print(f"{case:36s}" + "".join(f"{cell:22s}" for cell in cells))
    for name in QUANTITIES:
        found = [row for (_, quantity), some in rows.items() for row in some if quantity == name]
        kept = [number for number, other in found if other is None]
        share = max(number.deviation() / number.allowed for number in kept)
        print(
            f"{name}: {len(found)} numbers, {len(found) - len(kept)} excepted, "
            f"{sum(not n.is_met for n in kept)} not met, worst at {share:.2g} of its bar"
        )


if __name__ == "__main__":
    main()
