"""The constructs of the Fuzhou report as measures: the single figures of its text, each on its own base."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from measures import selectors
from measures.models import Dataset
from measures.services.datasets import build_dataset
from surveys.models import User

EVERYONE = 600
# The line of the shared list, the measure, its values, the printed percentage and the base it stands on.
PRINTED = [
    ("Z01", "job_discrimination", (0,), "81.16", 345),
    ("Z02", "job_discrimination", (1,), "17.68", 345),
    ("Z03", "job_discrimination", (2,), "1.16", 345),
    ("Z04", "job_disadvantage_government", (1,), "14.33", EVERYONE),
    ("Z05", "job_disadvantage_public_institution", (1,), "19.33", EVERYONE),
    ("Z06", "contract_signed", (1,), "35.67", EVERYONE),
    ("Z08", "covered_old_age", (1,), "21.67", EVERYONE),
    ("Z09", "covered_medical", (1,), "60.17", EVERYONE),
    ("Z10", "covered_unemployment", (1,), "8.17", EVERYONE),
    ("Z11", "covered_injury", (1,), "14.33", EVERYONE),
    ("Z12", "no_housing_benefit", (1,), "91.33", EVERYONE),
    ("Z13", "school_refused", (1,), "47.13", 87),
    ("Z13", "school_exclusion", (1,), "47.13", 87),
    ("Z14", "school_extra_fees", (1,), "54.35", 46),
    ("Z15", "settlement_intention", (5,), "22.00", EVERYONE),
    ("Z16", "hukou_preference", (1,), "24.00", EVERYONE),
    ("Z17", "hukou_preference", (2,), "7.83", EVERYONE),
    ("Z16", "hukou_shift", (11, 12, 13, 14), "24.00", EVERYONE),
    ("Z18", "job_changes", (3,), "14.33", EVERYONE),
    ("Z19", "job_changes", (5,), "17.33", EVERYONE),
    ("Z20", "covered_rural_coop", (1,), "44.67", EVERYONE),
    ("Z21", "covered_urban_medical", (1,), "16.00", EVERYONE),
    ("Z22", "insurance_type_preferred", (1,), "33.17", EVERYONE),
    ("Z23", "insurance_type_preferred", (2,), "24.83", EVERYONE),
    ("Z24", "insurance_type_preferred", (3,), "34.33", EVERYONE),
    ("Z25", "old_age_support_preferred", (5,), "32.83", EVERYONE),
    ("Z28", "settlement_intention", (3,), "42.17", EVERYONE),
    ("Z29", "children_here", (1,), "57.36", 265),
    ("Z30", "children_left_behind", (1,), "56.82", 264),
    ("Z31", "left_behind_tuition", (1,), "40.68", 118),
    ("Z32", "left_behind_living_cost", (1,), "36.44", 118),
    ("Z33", "left_behind_job", (1,), "29.66", 118),
    ("Z34", "keeps_land", (1,), "57.83", EVERYONE),
]
IN_A_GROUP = [  # measure, value, informal, printed, base
    ("contract_signed", 1, 0, "62.00", 300),
    ("contract_signed", 1, 1, "9.33", 300),
    ("contract_length", 4, 0, "52.15", 186),
    ("contract_length", 3, 1, "57.14", 28),
    ("medical_insurance_preferred", 2, 1, "48.33", 300),
    ("hukou_preference_conditional", 3, 0, "59.33", 300),
    ("settles_here", 1, 0, "22.67", 300),
]
# Table 5 of the report: the options in order of their codes, formal and informal.
HOUSING = {
    "formal": (17.53, 6.10, 13.47, 26.38, 11.48, 10.10, 10.68, 4.25),
    "informal": (11.09, 5.80, 20.44, 31.38, 6.63, 6.08, 9.03, 9.55),
}
OPTIONS = (
    "employer_free employer_couples low_rent rent_subsidy affordable reserve_fund loans_tax dorm_standards"
)


@pytest.fixture
def answers(boss: User) -> pl.DataFrame:
    built = build_dataset(boss, Dataset.objects.get(study__slug="fuzhou", slug="constructs")).version
    names = [column.name for column in built.columns.all()]
    read = selectors.read_columns(built, names)
    return pl.DataFrame({name: read[name][0] for name in names})


def test_the_figures_of_the_text_come_out_of_the_shipped_wave(answers: pl.DataFrame) -> None:
    for line, name, values, printed, base in PRINTED:
        assert _share(answers[name], values) == (printed, base), (line, name)
    for name, value, informal, printed, base in IN_A_GROUP:
        here = answers.filter(pl.col("informal_employment") == informal)[name]
        assert _share(here, (value,)) == (printed, base), name
    _ranked_choices_give_table_5(answers)
    _a_need_for_housing_is_the_weight_of_the_own_choices(answers)
    _those_who_changed_their_mind_are_told(answers)


def _share(column: pl.Series, values: tuple[int, ...]) -> tuple[str, int]:
    valid = column.drop_nulls()
    return f"{100 * valid.is_in(list(values)).sum() / len(valid):.2f}", len(valid)


def _ranked_choices_give_table_5(answers: pl.DataFrame) -> None:
    for informal, group in enumerate(HOUSING):
        here = answers.filter(pl.col("informal_employment") == informal)
        for code, printed in enumerate(HOUSING[group], start=1):
            shares = [(here[f"housing_rank_{rank}"].drop_nulls() == code).mean() for rank in (1, 2, 3)]
            weighted = 100 * sum(w * float(p or 0) for w, p in zip((0.5, 0.3, 0.2), shares, strict=True))  # type: ignore[arg-type]
            assert weighted == pytest.approx(printed, abs=0.00501), (group, code)


def _a_need_for_housing_is_the_weight_of_the_own_choices(answers: pl.DataFrame) -> None:
    needs = [answers[f"housing_need_{option}"] for option in OPTIONS.split()]
    given = [answers[f"housing_rank_{rank}"].is_not_null().sum() for rank in (1, 2, 3)]
    total = sum(float(need.sum()) for need in needs)
    assert total == pytest.approx(sum(w * n for w, n in zip((0.5, 0.3, 0.2), given, strict=True)))


def _those_who_changed_their_mind_are_told(answers: pl.DataFrame) -> None:
    crossed = answers["hukou_shift"]
    assert (crossed // 10).equals(answers["hukou_preference"], check_names=False)
    assert (crossed % 10).equals(answers["hukou_preference_conditional"], check_names=False)


def test_the_printed_figures_are_those_of_the_shared_list(shared: Path) -> None:
    with (shared / "targets/zhu_lin_2010/intext.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["id"]: row for row in csv.DictReader(file)}
    for line, name, _, printed, base in PRINTED:
        assert f"{float(listed[line]['percent']):.2f}" == printed, name
        assert listed[line]["base_implied"] == str(base), name
    with (shared / "targets/zhu_lin_2010/table5.csv").open(encoding="utf-8", newline="") as file:
        table = [row for row in csv.DictReader(file) if row["code"]]
    for group, printed in HOUSING.items():
        assert tuple(float(row[f"{group}_pct"]) for row in table)[:8] == printed
