"""What rows carry, against the null space of the whole design, in any units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from analytics.core.carried import combined
from analytics.core.estimators.design import prepare
from analytics.core.kinds import read_spec, run_spec
from analytics.core.kinds.models import model_sample
from analytics.core.predictions import curves_wanted, predictions
from analytics.core.spec import ModelSpec
from surveys.core.codebook import ValueType
from tests.analytics.columns import column, survey

Array = npt.NDArray[np.float64]


def null_space(x: Array) -> tuple[Array, Array]:
    """The scale (k,) of the columns, and an orthonormal basis of what ``x`` (n, k) so scaled sends to 0."""
    scale = np.sqrt((x**2).mean(axis=0))
    scale[scale == 0] = 1
    _, size, turned = np.linalg.svd(x / scale, full_matrices=True)
    rank = int((size > 1e-10 * size[0]).sum())
    return scale, np.asarray(turned[rank:].T)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("far", "unit"), [(0.0, 1.0), (2016.0, 1.0), (0.0, 1e6), (0.0, 1e-6)])
@pytest.mark.parametrize("constant", [True, False])
def test_estimable_is_orthogonal_to_the_null_space(
    seed: int, far: float, unit: float, constant: bool
) -> None:
    draw = np.random.default_rng(seed)
    n = 200
    a, b = draw.integers(0, 2, n), draw.integers(0, 3, n)
    b[(a == 1) & (b == 2)] = 0
    dummies = [a, b == 1, b == 2, a * (b == 1), a * (b == 2)]
    year = far + unit * draw.integers(-3, 4, n)
    columns = [*([np.ones(n)] if constant else []), year, *dummies, 2 * year + a, np.full(n, 0.1)]
    x = np.column_stack(columns).astype(float)
    names = ("(Intercept)", *map(str, range(1, x.shape[1])))[: x.shape[1]]
    left = [names.index(name) for name in prepare(draw.normal(size=n), x, names).dropped]
    known = combined(x, names, left)
    assert not known.off(x).any()  # every row is estimable, and so is every mean of rows
    assert not known.off(x.mean(axis=0)[None, :]).any()
    scale, basis = null_space(x)
    rows = x[draw.integers(0, n, 60)].copy()
    for row in rows[20:]:
        row[draw.integers(0, x.shape[1])] += unit if draw.random() < 0.5 else 1.0
    distance = np.abs(rows / scale @ basis).max(axis=1) / np.abs(rows / scale).max(axis=1)
    np.testing.assert_array_equal(known.off(rows).any(axis=1), distance > 1e-10)


def test_one_row_in_a_cell_without_rows_is_enough_to_know_no_average() -> None:
    n = 20_000
    a, b = np.zeros(n), np.arange(n) % 2
    a[:50], b[:50] = 1, 0
    x = np.column_stack([np.ones(n), a, b, a * b])
    known = combined(x, ("(Intercept)", "a", "b", "a:b"), [3])
    moved = x.mean(axis=0)
    moved[3] += 1 / n
    assert known.off(moved[None, :]).any()


def test_curves_are_drawn_where_the_rows_carry_them() -> None:
    draw = np.random.default_rng(3)
    z, w = draw.integers(0, 2, 300), draw.integers(0, 2, 300)
    w[z == 0] = 0  # nobody has w without z
    frame = {
        **survey(300),
        "z": column("z", z.tolist(), ValueType.INTEGER),
        "w": column("w", w.tolist(), ValueType.INTEGER),
        "one": column("one", [1] * 300, ValueType.INTEGER),
    }
    for formula, focal, moderator, curves in (
        ("x ~ z*w", "z", "w", 1),
        ("y ~ x*one", "x", "one", 0),
        ("x ~ z*one", "z", "one", 0),
        ("x ~ city*z", "city", "z", 3),
    ):
        spec = read_spec({"kind": "linear", "formula": formula})
        assert isinstance(spec, ModelSpec)
        model = run_spec(spec, frame).result["models"][0]
        sample = model_sample((spec,), frame)
        assert len(predictions(model, frame, sample, focal, moderator)) == curves
        assert curves_wanted(frame, sample, focal) == (2 if focal == "z" else 3)


def test_rows_that_weigh_nothing_carry_nothing() -> None:
    frame = survey(400)
    z = frame["z"].values.to_list()
    weights = [0.0 if one == 0 else 1.0 + place % 3 for place, one in enumerate(z)]
    frame["w"] = column("w", weights)
    spec = {"kind": "linear", "formula": "y ~ x*z", "weights": "w"}
    (model,) = run_spec(read_spec(spec), frame).result["models"]
    assert [one["at"] for one in model["result"]["slopes"]] == [{"z": 1}]
    assert any("no row used has z = 0" in check["message"] for check in model["result"]["checks"])
