"""The script in R takes names and codes that R would choke on, and tells what it cannot say.

Tolerance 1e-6 of a standard error for estimates, 1e-5 relative for the rest: R takes the information of the
last step but one.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from analytics.core.bundle import figures, layout
from analytics.core.bundle.cells import as_csv
from analytics.core.bundle.r_names import Names, in_order, in_quotes
from analytics.core.bundle.r_script import r_script
from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from analytics.core.record import plain
from surveys.core.codebook import ValueType
from tests.analytics.columns import column, labelled, survey
from tests.conftest import absent

CLOSE, RELATIVE = 1e-6, 1e-5
NAMES = ["if", "城市", "a b", "q_1"]
TEXTS = ['say "yes": no', "甲\\乙", "plain"]


def frame() -> dict[str, Column]:
    draw = np.random.default_rng(3)
    known = survey(500)
    pair = [1 if cell else 2 for cell in known["y"].values.to_list()]
    income = [None if at % 50 == 0 else float(x) for at, x in enumerate(draw.normal(2, 1.2, 500))]
    found = [
        labelled("if", pair, {1: "local", 2: "outsider"}),
        labelled("城市", draw.integers(100_000, 100_004, 500).tolist(), {100_000: "a", 100_001: "b"}),
        column("a b", income),
        column("q_1", [TEXTS[n] for n in draw.integers(0, 3, 500)], ValueType.TEXT),
    ]
    return {one.variable.name: one for one in found}


SPEC = {
    "kind": "logit",
    "formula": "`if` ~ `城市` + ln(`a b`) + q_1 + ln(`a b`):q_1",
    "outcome_value": "local",
    "where": {"城市": ["a", 100_001, 100_002]},
}


def run_in_r(
    folder: Path, spec: dict[str, Any], columns: dict[str, Column], *, of_ours: bool = True
) -> list[dict[str, str]]:
    """What R finds of a run; all of our figures, or (not ``of_ours``) none."""
    if shutil.which("Rscript") is None:
        absent("Rscript is not there")
    read = read_spec(spec)
    result = plain(dict(run_spec(read, columns).result))
    described = {name: one.variable for name, one in columns.items()}
    (folder / "data").mkdir()
    (folder / layout.DATA).write_bytes(as_csv(columns))
    told = figures.figures_of(result, Names(described))
    (folder / layout.FIGURES).write_bytes(figures.as_csv(told))
    (folder / layout.SCRIPT).write_text(r_script(read.as_json(), result, described), encoding="utf-8")
    command = ["Rscript", layout.SCRIPT]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    if not of_ours:
        assert f"0 of {len(told)} figures" in done.stdout
        return []
    with (folder / "figures_from_r.csv").open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert len(found) == len(told)
    return found


def test_names_and_codes_that_r_would_choke_on(tmp_path: Path) -> None:
    found = run_in_r(tmp_path, SPEC, frame())
    errors = {row["in_r"]: float(row["value"]) for row in found if row["statistic"] == "std_error"}
    assert len(errors) == 1 + 2 + 1 + 2 + 2
    for row in found:
        gap = float(row["difference"])
        if row["statistic"] == "estimate":
            assert gap < CLOSE * errors[row["in_r"]], row
        else:
            assert gap < RELATIVE * abs(float(row["value"])), row


SLOPES = {
    "kind": "series",
    "groups": "g h",
    "sample": "each",
    "models": [
        {"name": "line", "kind": "multilevel_linear", "formula": "`a b` ~ x + `城市`",
         "random": "1 + x + log", "center": {"x": "group"},
         "method": {"df": "satterthwaite", "likelihood": "ml"}},
        {"name": "nodes", "kind": "multilevel_logit", "formula": "y ~ x + `城市`",
         "method": {"approximation": "quadrature", "nodes": 9}},
        {"name": "chance", "kind": "multilevel_logit", "formula": "y ~ x", "random": "x"},
    ],
}  # fmt: skip


def grouped(n: int = 900) -> dict[str, Column]:
    """Groups that differ in the constant and in slopes, under names that R could not write."""
    draw = np.random.default_rng(8)
    city = draw.integers(0, 30, n)
    x, log = draw.normal(1, 1, n).round(3), draw.normal(0, 1, n).round(3)
    effects = draw.normal(0, 1, (3, 30)) * np.array([[0.9], [0.6], [0.5]])
    eta = effects[0, city] + (0.4 + effects[1, city]) * x + effects[2, city] * log
    found = [
        column("g h", [int(one) for one in city]),
        column("x", x.tolist()),
        column("log", log.tolist()),
        labelled("城市", draw.integers(1, 3, n).tolist(), {1: "a", 2: "b"}),
        column("a b", (eta + draw.normal(0, 1, n)).round(4).tolist()),
        column("y", (draw.random(n) < 1 / (1 + np.exp(-eta))).astype(int).tolist()),
    ]
    return {one.variable.name: one for one in found}


def test_random_slopes_quadrature_and_groups_are_said_in_r(tmp_path: Path) -> None:
    """``lmer`` and ``glmer`` stop early: a hundredth of a standard error, a thousandth of the rest."""
    found = run_in_r(tmp_path, SLOPES, grouped())
    kinds = [(row["model"], row["statistic"]) for row in found]
    assert kinds.count(("line", "variance")) == 4 and kinds.count(("line", "covariance")) == 3
    assert kinds.count(("chance", "covariance")) == 1 and kinds.count(("nodes", "variance")) == 1
    errors = {(r["model"], r["in_r"]): float(r["value"]) for r in found if r["statistic"] == "std_error"}
    for row in found:
        gap, value = float(row["difference"]), float(row["value"])
        if row["statistic"] == "estimate":
            assert gap < 0.01 * errors[row["model"], row["in_r"]], row
        else:
            assert gap < (1e-6 if row["statistic"] == "loglik" else 2e-3) * max(abs(value), 0.1), row


def test_slopes_of_categories_are_not_said_in_r() -> None:
    columns = grouped()
    spec = {"kind": "multilevel_linear", "formula": "`a b` ~ `城市`", "random": "`城市`", "groups": "g h"}
    described = {name: one.variable for name, one in columns.items()}
    read = read_spec(spec)
    result = plain(dict(run_spec(read, columns).result))
    script = r_script(read.as_json(), result, described)
    assert "random slopes of categories" in script and "lmer(" not in script
    assert figures.figures_of(result, Names(described))


def test_a_script_of_nothing_that_r_can_say_ends_well(tmp_path: Path) -> None:
    spec = SPEC | {"errors": {"kind": "robust"}}
    assert run_in_r(tmp_path, spec, frame(), of_ours=False) == []


def test_what_the_script_cannot_say_is_told() -> None:
    columns = frame()
    described = {name: one.variable for name, one in columns.items()}
    result = plain(dict(run_spec(read_spec(SPEC), columns).result))
    weighted = r_script(SPEC | {"weights": "w"}, result, described)
    assert "it has weights" in weighted and "glm(" not in weighted
    other = {**result, "models": [{**result["models"][0], "kind": "poisson"}]}
    assert "it is of kind poisson" in r_script(SPEC, other, described)
    failed = {**result["models"][0], "result": {**result["models"][0]["result"], "converged": False}}
    assert "gave no numbers" in r_script(SPEC, {**result, "models": [failed]}, described)
    assert "of kind other is not computed" in r_script({"kind": "other"}, {"kind": "other"}, described)


def test_aliases_are_names_of_their_own() -> None:
    described = {name: replace(one.variable, name=name) for name, one in frame().items()}
    names = Names({**described, "v1": described["q_1"]})
    aliases = [names.alias(name) for name in (*NAMES, "v1")]
    assert aliases == ["v1_", "v2", "v3", "q_1", "v1"] and len(set(aliases)) == 5
    assert in_order(["b", "a:c"]) == "a:b:c"
    assert in_quotes('a"\\乙') == '"a\\"\\\\\\U00004E59"'
