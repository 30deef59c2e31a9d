"""How accurate every row is, held to the table that the documentation shows."""

import importlib.util
import sys
from pathlib import Path

import pytest

from autograd_lite import TABLE

PATH = Path(__file__).parent.parent / "benchmarks" / "accuracy.py"
SPEC = importlib.util.spec_from_file_location("accuracy_benchmark", PATH)
accuracy = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = accuracy
SPEC.loader.exec_module(accuracy)

STATED = accuracy.stated(accuracy.FILE.read_text(encoding="utf-8"))


def bound(ulp):
    """Return what may be measured where the table says so much: C libraries differ in the last bit.

    What IEEE arithmetic rounds right, it rounds right everywhere.
    """
    return ulp if ulp <= 0.5 else 1.5 * ulp + 0.5


def worse_than_stated(name, found):
    """Return what is worse than the table says: (label, way, measured, stated)."""
    worse = []
    for label, by_way in found.items():
        bounds, lost = STATED[name, label]
        for way, worst in by_way.items():
            if worst.ulp > bound(bounds[way]) or (worst.lost and not lost):
                worse.append((label, way, worst.ulp, worst.lost, bounds[way], worst.where))
    return worse


def test_every_row_of_the_table_of_ops_stands_in_the_table_of_accuracy():
    for name in TABLE:
        assert (name, "value") in STATED, (
            f"{name} is not in benchmarks/accuracy.md: python benchmarks/accuracy.py --write"
        )
    assert {name for name, _ in STATED} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_no_row_is_less_accurate_than_the_table_says(name):
    found = accuracy.measured(name, points=14, grid=14)
    assert set(found["value"]) == set(accuracy.ways())
    assert worse_than_stated(name, found) == []


@pytest.mark.long
@pytest.mark.parametrize("name", TABLE)
def test_at_ten_thousand_points_the_table_is_what_is_measured(name):
    found = accuracy.measured(name)
    assert {(name, label) for label in found} == {key for key in STATED if key[0] == name}
    assert worse_than_stated(name, found) == []
    for label, by_way in found.items():
        for way, worst in by_way.items():
            assert STATED[name, label][0][way] <= bound(float(accuracy.shown(worst.ulp))), (
                f"{name}, {label}: more accurate than the table says"
            )


@pytest.mark.parametrize(("number", "true", "ulp"), [
    (1.0, 1.0, 0.0), (1.0 + 2.0**-52, 1.0, 1.0), (1.0 - 2.0**-53, 1.0, 0.5), (0.0, 1.0, 2.0**52),
    (5e-324, 0.0, 1.0), (1e-323, 5e-324, 1.0), (float("inf"), 1.0, float("inf")),
])  # fmt: skip
def test_an_error_is_told_in_ulp_of_the_true_result(number, true, ulp):
    assert accuracy.error_in_ulp(number, accuracy.mpmath.mpf(true)) == ulp


def test_a_value_that_is_a_little_off_is_seen(monkeypatch):
    softplus = TABLE["softplus"]
    right = softplus.forward

    def off(x):
        return right(x) * (1.0 + 2.0**-49)

    monkeypatch.setattr(softplus, "forward", off)
    worse = worse_than_stated("softplus", accuracy.measured("softplus", points=14, grid=14))
    assert ("value", "eager") in [found[:2] for found in worse]
