"""The script in R gives the numbers of tables, scales and factors, plain and under a sampling design.

Tolerances: 1e-8 relative where both compute in closed form; 1e-5 of loadings and what rests on them, because
``psych::fa`` and ``GPArotation`` stop early.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.core.bundle import figures
from analytics.core.bundle.r_names import Names
from analytics.core.bundle.r_script import r_script
from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from analytics.core.record import plain
from surveys.core.codebook import ValueType
from tests.analytics.columns import column, labelled
from tests.analytics.core.bundle.test_r_script import run_in_r
from tests.conftest import absent

CLOSE, LOADINGS = 1e-8, 1e-5
STOPS_EARLY = ("loading", "structure", "phi", "communality", "omega")
ROWS = 600
DESIGN = {"weights": "w", "strata": "the stratum", "psu": "unit"}


@pytest.fixture(scope="module")
def frame() -> dict[str, Column]:
    """Items of two factors, ticks, ranks, texts, a group and a design, with absences and hard names."""
    draw = np.random.default_rng(21)
    common = draw.normal(size=(2, ROWS))
    found = []
    for at in range(1, 9):
        sign = -1 if at == 3 else 1
        latent = 3 + sign * (0.6 + 0.05 * at) * common[at % 2] + draw.normal(0, 0.8, ROWS)
        cells: list[int | None] = np.clip(np.round(latent), 1, 5).astype(int).tolist()
        cells[at * 7] = None
        found.append(column("题 1" if at == 1 else f"i{at}", cells, ValueType.INTEGER))
    order = np.argsort(draw.random((ROWS, 4)), axis=1) + 1
    group: list[int | None] = draw.integers(1, 4, ROWS).tolist()
    group[5] = None
    found += [
        *(column(f"t{at}", draw.integers(0, 2, ROWS).tolist(), ValueType.INTEGER) for at in (1, 2, 3)),
        *(
            labelled(f"r{at + 1}", order[:, at].tolist(), {1: "park", 2: "bus", 3: "bike", 4: "学校"})
            for at in (0, 1)
        ),
        column("said", [["a; 乙", "乙", "a;c", None][at % 4] for at in range(ROWS)], ValueType.TEXT),
        labelled("region", group, {1: "north", 2: "南", 3: "west", 9: "none"}),
        labelled("job", draw.integers(1, 4, ROWS).tolist(), {1: "farm", 2: "shop", 3: "office"}),
        column("empty", [["a;b", ""][at % 2] for at in range(ROWS)], ValueType.TEXT),
        column("x", draw.normal(40, 9, ROWS).round(2).tolist()),
        column("N", [20 + at % 5 for at in range(ROWS)], ValueType.INTEGER),
        column("w", draw.uniform(0.3, 3, ROWS).round(3).tolist()),
        column("the stratum", [at % 5 for at in range(ROWS)], ValueType.INTEGER),
        column("unit", [f"u{at // 5 % 8}" for at in range(ROWS)], ValueType.TEXT),
    ]
    frame = {one.variable.name: one for one in found}
    weights = frame["w"].values.to_list()
    weights[3] = 0.0
    return frame | {"w": column("w", weights)}


ITEMS = ["题 1", "i2", "i3", "i4", "i5", "i6", "i7", "i8"]
TABLE = {"kind": "crosstab", "variable": "job", "by": "region"}
LIST = {"kind": "descriptives", "variables": ["x", "t1", "job", "i2"], "by": "region"}
SCALE = {"kind": "reliability", "items": ["i2", "i4", "i6", "i8"]}
FACTORS = {"kind": "factor", "items": ITEMS, "reversed": ["i3"], "factors": 2, "draws": 50}
SPECS: list[dict[str, Any]] = [
    TABLE | {"percent": "row"},
    TABLE | {"letters": "holm", "where": {"job": ["farm", 3]}},
    TABLE | {"percent": "total", "decimals": 0},
    TABLE | DESIGN,
    TABLE | DESIGN | {"percent": "row", "where": {"t1": [1]}},
    TABLE | {"weights": "w", "percent": "total"},
    TABLE | DESIGN | {"fpc": "N", "percent": "total"},
    LIST,
    LIST | {"missing": "listwise", "where": {"region": ["南", 3]}},
    LIST | DESIGN,
    {"kind": "multiple_response", "variables": ["t1", "t2", "t3"], "by": "region", "base": "ticked"},
    {"kind": "multiple_response", "variables": ["t1", "t2", "t3"], **DESIGN},
    {"kind": "multiple_response", "variables": ["r1", "r2"], "form": "answers"},
    {"kind": "multiple_response", "variables": ["said"], "form": "text", "by": "job"},
    {"kind": "ranked_response", "ranks": ["r1", "r2"], "by": "region"},
    {"kind": "ranked_response", "ranks": ["r1", "r2"], "points": [0.7, 0.3], **DESIGN},
    SCALE | {"by": "region"},
    {"kind": "reliability", "items": ["题 1", "i3", "i5", "i7"], "reversed": ["i3"], "weights": "w"},
    *(
        FACTORS | {"extraction": extraction, "rotation": rotation}
        for extraction, rotation in (
            ("minres", "varimax"),
            ("ml", "oblimin"),
            ("principal", "promax"),
            ("minres", "none"),
        )
    ),
    FACTORS | {"weights": "w", "rotation": "promax"},
    {"kind": "correlation", "variables": ["题 1", "i2", "x"]},
    {"kind": "correlation", "variables": ["i2", "i4", "x"], "method": "spearman", "missing": "listwise"},
]


def has(package: str) -> bool:
    done = subprocess.run(["Rscript", "-e", f"library({package})"], capture_output=True)
    return done.returncode == 0


@pytest.fixture(scope="module")
def r() -> None:
    if shutil.which("Rscript") is None:
        absent("Rscript is not there")
    if not (has("psych") and has("survey")):
        pytest.skip("R has no psych or survey")


def _called(spec: dict[str, Any]) -> str:
    return "-".join(str(value) for value in spec.values() if isinstance(value, str))


@pytest.mark.parametrize("spec", SPECS, ids=_called)
def test_r_gives_every_figure(
    spec: dict[str, Any], frame: dict[str, Column], tmp_path: Path, r: None
) -> None:
    found = run_in_r(tmp_path, spec, frame)
    assert len(found) > 5
    for row in found:
        bound = LOADINGS if row["statistic"] in STOPS_EARLY else CLOSE
        assert float(row["difference"]) < bound * max(1.0, abs(float(row["value"]))), row


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (TABLE | {"letters": "holm"}, "Letters of the comparison of columns are not computed in R."),
        (TABLE | {"differences": "wald"}, "Differences of columns and their intervals are not computed"),
        (TABLE | {"force_total": True}, "Percentages that were made to add to 100 are not computed in R."),
        (
            {"kind": "multiple_response", "variables": ["empty"], "form": "text"},
            "Empty texts, which are answers here, are absences in R: nothing is computed.",
        ),
        (SCALE | {"correlations": "polychoric"}, "Polychoric correlations are not computed in R."),
    ],
)
def test_the_script_names_what_it_leaves_out(
    spec: dict[str, Any], said: str, frame: dict[str, Column]
) -> None:
    read = read_spec(spec)
    result = plain(dict(run_spec(read, frame).result))
    described = {name: one.variable for name, one in frame.items()}
    assert said in r_script(read.as_json(), result, described)
    assert figures.figures_of(result, Names(described))
