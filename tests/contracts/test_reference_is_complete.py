"""No number of the reference of spectral models is left out, silently or otherwise."""

import numpy as np
import pytest

from tests.contracts import reference_table as table
from tests.contracts import test_spectral_derived as derived
from tests.contracts import test_spectral_reference as closed
from tests.contracts import test_spectral_reference_tables as tables
from tests.contracts.spectral_exceptions import CLOSED_EXCEPTIONS, EXCEPTIONS
from tests.reference import MISSING, parameters, reference

#: tests that hold each quantity to the reference; what they run over is read off them
TESTS = {
    "dnde": (closed.test_values, tables.test_values),
    "integral": (closed.test_integrals, tables.test_integrals),
    "energy_flux": (closed.test_integrals, tables.test_integrals),
    "spectral_index": (derived.test_index_of_the_reference,),
    "inverse": (derived.test_inverse_of_the_reference,),
    "e_peak": (closed.test_peak,),
}
#: how close our number must be to an independent one
INDEPENDENT = {"spectral_index": 1e-4, "integral": 1e-10, "energy_flux": 1e-10}


@pytest.fixture(scope="module")
def cases():
    """Cases as the file has them, by name."""
    if reference("spectral_models.json") is None:
        pytest.skip(MISSING)
    return {case["id"]: case for case in reference("spectral_models.json")["cases"]}


def ids(test):
    """Names of the cases that a test is parametrised over."""
    marks = [m for m in test.pytestmark if m.name == "parametrize" and m.args[0] == "case"]
    assert len(marks) == 1
    return {param.id for param in marks[0].args[1]}


@pytest.mark.parametrize("quantity", table.QUANTITIES)
def test_every_case_is_in_a_test(cases, quantity):
    wanted = {name for name, case in cases.items() if quantity in case}
    found = set().union(*(ids(test) for test in TESTS[quantity]))
    assert wanted <= found
    assert found <= set(cases)
    if quantity in ("integral", "energy_flux"):
        for test in TESTS[quantity]:
            (methods,) = (m.args[1] for m in test.pytestmark if m.args[0] == "method")
            assert quantity in methods


def test_there_are_93_cases_with_nothing_else_to_compare(cases):
    assert len(cases) == 93
    for case in cases.values():
        assert set(case) <= table.DESCRIPTION | set(table.QUANTITIES), case["id"]


@tables.needs_data
@pytest.mark.parametrize("case", parameters(derived.CASES))
def test_every_number_is_met_or_excepted(case):
    for number in table.numbers(case):
        row = table.excepted(number)
        if row is None:
            assert number.is_met, number
            continue
        assert not number.is_met, f"no longer an exception: {number}"
        assert number.deviation(row.ours) <= 1e-11, (number, row)
        if np.isinf(row.independent):  # beyond floats: refused
            assert np.isnan(number.ours)
            continue
        allowed = INDEPENDENT.get(number.quantity, 1e-12)
        assert number.deviation(row.independent) <= allowed, (number, row)


@tables.needs_data
def test_the_table_has_all_numbers(cases):
    rows = table.table()
    assert set(rows) == {
        (name, quantity)
        for name, case in cases.items()
        for quantity in table.QUANTITIES
        if quantity in case
    }
    for name, case in cases.items():
        assert len(rows[name, "dnde"]) == len(case["dnde"]["value"])
        assert len(rows[name, "spectral_index"]) == len(case["spectral_index"])
        for quantity in ("integral", "energy_flux"):
            assert len(rows.get((name, quantity), ())) == len(case.get(quantity, ()))
        solutions = case.get("inverse", {"energy": {"value": []}})["energy"]["value"]
        expected = sum(np.size(found) for found in solutions)
        assert len(rows.get((name, "inverse"), ())) == expected


@tables.needs_data
def test_every_exception_is_used(cases):
    used = [row for some in table.table().values() for _, row in some if row is not None]
    indices = [row for row in used if row.quantity == "spectral_index"]
    assert {row.case for row in indices} == derived.ANCHOR
    others = [row for row in used if row not in indices]
    assert len(others) == len(set(others))
    assert set(map(str, others)) == set(map(str, [*EXCEPTIONS, *CLOSED_EXCEPTIONS]))


def test_a_wrong_number_is_seen():
    good = table.Number("a", "dnde", (1.0,), 3.0, 3.0, 1e-10)
    assert good.is_met
    assert not good._replace(ours=3.0 + 1e-9).is_met
    assert not good._replace(ours=np.nan).is_met
    assert not good._replace(reference=0.0).is_met
    assert not good._replace(ours=np.inf).is_met
    assert good._replace(ours=np.inf, reference=np.inf).is_met
    steep = good._replace(quantity="spectral_index", ours=100.001, reference=100.0, allowed=1e-6)
    assert steep.deviation() == pytest.approx(0.001 / 10001)


@tables.needs_data
def test_it_is_printed(cases, capsys):
    table.main()
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert [line.split()[0] for line in lines[1:94]] == [*derived.CASES]
    assert "!" not in printed
    for line, quantity in zip(lines[94:], table.QUANTITIES, strict=True):
        assert line.startswith(f"{quantity}: ")
        assert ", 0 not met, " in line
