"""How near a draw comes to print: Table 1, and the six models of Table 2 with the product's estimators.

    python -m studies.mdms.generate.check 3027 3028 3029

Seed 3027 was chosen so: of the hundred draws 3000 to 3099 it is the one that meets every figure of Table 1,
has every coefficient of the six models within 1.96 of its own standard errors of print, and gives all ten
published verdicts.  A wave is a tool for tests and teaching: a typical draw would miss print in places.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analytics.core.estimators.logit import fit_logit
from analytics.core.estimators.mixed_linear import fit_mixed_linear
from analytics.core.printed import read
from analytics.core.results import ModelResult
from studies.making.sav import Columns
from studies.mdms.generate.latents import Draw
from studies.mdms.generate.ranks import weighted_score
from studies.mdms.generate.rules import Constructs, block, derive, terms_of_model_3
from studies.mdms.generate.wave import draw_answers

TARGETS = Path(__file__).parents[1] / "targets" / "fsp_isp_2022"
MODELS = range(1, 7)
Z = 1.96
# hypothesis -> (model, term, sign; 0 when the paper finds no support)
VERDICTS = {
    "H1a": (5, "isp", 1),
    "H1b": (5, "fsp", 1),
    "H2a": (6, "isp:good_community", 1),
    "H2b": (6, "fsp:good_community", 1),
    "H2c": (6, "isp:neighbour_locals", 1),
    "H2d": (6, "fsp:neighbour_locals", -1),
    "H3": (6, "isp:hometown_pressure", -1),
    "H4": (6, "fsp:social_status", 1),
    "H5a": (6, "isp:ln_land", 0),
    "H5b": (6, "fsp:ln_land", 0),
}


@dataclass(frozen=True)
class Report:
    """``beyond`` lists coefficients further than 1.96 SEs from print; ``furthest`` is in SEs."""

    seed: int
    table1_missed: tuple[str, ...]
    coefficients: int
    beyond: tuple[str, ...]
    furthest: float
    verdicts: int

    def line(self) -> str:
        return (
            f"seed {self.seed}: Table 1 misses {', '.join(self.table1_missed) or 'nothing'}; "
            f"{self.coefficients - len(self.beyond)} of {self.coefficients} coefficients within {Z} SE, "
            f"furthest {self.furthest:.2f}; {self.verdicts} of {len(VERDICTS)} verdicts"
        )


def check(seed: int) -> Report:
    """Draws the wave and lays it beside the printed tables."""
    draw, answers = draw_answers(seed)
    constructs = derive(answers, draw) | {
        "local_identity": (answers["q_local_identity"] == 1).astype(float),
        "willingness": weighted_score(block(answers, "q_will_")),
        "city_log_gdp": draw.by_city([city.log_gdp for city in draw.spec.cities]),
        "province_floating_share": draw.by_city([city.floating_share for city in draw.spec.cities]),
    }
    fitted = {model: fit(model, constructs, answers, draw) for model in MODELS}
    distances = _distances(fitted)
    return Report(
        seed=seed,
        table1_missed=_missed(constructs),
        coefficients=len(distances),
        beyond=tuple(name for name, z in distances.items() if abs(z) > Z),
        furthest=max(map(abs, distances.values())),
        verdicts=sum(_verdict(fitted[model], term, sign) for model, term, sign in VERDICTS.values()),
    )


def fit(model: int, constructs: Constructs, answers: Columns, draw: Draw) -> ModelResult:
    """One model of Table 2: logits in 1 to 3, linear with a random intercept of city by REML in 4 to 6."""
    terms = terms_of_model_3(constructs) if model in (3, 6) else constructs
    mine = [row for row in _rows("table2") if row["column"] == f"model{model}" and row["statistic"] == "se"]
    names = [row["term"] for row in mine if row["term"] != "constant"]
    occupation = answers["q_occupation"]
    columns = [np.ones(draw.n), *(terms[name] for name in names), *(occupation == k for k in range(2, 9))]
    x = np.column_stack([column.astype(float) for column in columns])
    labels = ("(Intercept)", *names, *(f"occupation{k}" for k in range(2, 9)))
    if model <= 3:
        return fit_logit(constructs["local_identity"], x, labels)
    return fit_mixed_linear(constructs["local_identity"], x, labels, draw.city)


def _distances(fitted: dict[int, ModelResult]) -> dict[str, float]:
    """(estimate - printed) / own SE of every printed slope."""
    found = {}
    for row in _rows("table2"):
        if row["statistic"] == "estimate" and row["term"] != "constant":
            own = fitted[int(row["column"].removeprefix("model"))].of(row["term"])
            found[f"{row['column']} {row['term']}"] = (own.estimate - float(row["printed"])) / own.std_error
    return found


def _missed(constructs: Constructs) -> tuple[str, ...]:
    statistics = {
        "count": lambda x: float(x.sum()),
        "percent": lambda x: 100 * float(x.mean()),
        "mean": lambda x: float(x.mean()),
        "sd": lambda x: float(x.std(ddof=1)),
    }
    missed = []
    for row in _rows("table1"):
        printed, column = read(row["printed"]), constructs[row["term"]]
        if printed is None or not printed.agrees(statistics[row["statistic"]](column)):
            missed.append(f"{row['statistic']} of {row['term']}")
    return tuple(missed)


def _verdict(result: ModelResult, term: str, sign: int) -> bool:
    own = result.of(term)
    is_significant = abs(own.statistic) > Z
    return not is_significant if sign == 0 else is_significant and own.estimate * sign > 0


def _rows(table: str) -> list[dict[str, str]]:
    with (TARGETS / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="+")
    for seed in parser.parse_args().seeds:
        print(check(seed).line(), flush=True)  # noqa: T201 - a program for people


if __name__ == "__main__":
    main()
