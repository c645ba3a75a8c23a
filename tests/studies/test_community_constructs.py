"""The constructs of the conceptual papers on the shipped wave, worked out a second time by hand."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measures import selectors
from measures.models import Dataset
from measures.services.datasets import build_dataset
from surveys.models import User
from tests.conftest import ROOT
from tests.studies.test_waves import read

COMMUNITY = ROOT / "studies" / "community"
WAVE = COMMUNITY / "waves" / "community_2017.sav"
STANDARDS = ("equal_welfare", "stable_work", "urban_hukou", "fixed_residence", "equal_rights")  # as published
FEWEST = 10
NEW_YEAR = (date(2018, 1, 1) - date(1582, 10, 14)).days


@pytest.fixture
def raw() -> pl.DataFrame:
    """The cells of the file, missing codes as they are."""
    return pl.DataFrame(dict(read(WAVE)[0]))


def test_the_constructs_are_what_their_definitions_say(boss: User, raw: pl.DataFrame) -> None:
    held = {name: _built(boss, name) for name in ("exclusion", "integration", "social_capital")}
    _attributes_are_those_of_communities(held["exclusion"], raw)
    _domains_are_means_of_ranks_among_communities(held["exclusion"])
    _standards_come_in_the_published_order(held["integration"])
    _dimensions_add_up(held["integration"])
    _the_line_of_poverty_is_that_of_city_and_year(held["social_capital"], raw)
    _ties_come_from_the_grid(held["social_capital"], raw)


def _built(boss: User, name: str) -> pl.DataFrame:
    built = build_dataset(boss, Dataset.objects.get(study__slug="community", slug=name)).version
    names = [column.name for column in built.columns.all()]
    found = selectors.read_columns(built, names)
    return pl.DataFrame({name: found[name][0] for name in names})


def _attributes_are_those_of_communities(held: pl.DataFrame, raw: pl.DataFrame) -> None:
    both = held.with_columns(raw["q_rubbish"], raw["q_victim"])
    sizes = both.group_by("community_id").len()
    small = sizes.filter(pl.col("len") < FEWEST)["community_id"]
    assert len(sizes) == 60 and len(small) == 2
    for (community,), rows in both.group_by("community_id"):
        means = {name: rows[name].filter(rows[name] >= 0).mean() for name in ("q_rubbish", "q_victim")}
        is_small = community in small.to_list()
        for name, item in (("environmental_degradation", "q_rubbish"), ("high_crime", "q_victim")):
            assert rows[name].n_unique() == 1
            assert rows[name][0] == (None if is_small else pytest.approx(means[item])), (community, name)
        assert rows["poor_facilities"].null_count() == 0  # the record of a community needs no respondents


def _domains_are_means_of_ranks_among_communities(held: pl.DataFrame) -> None:
    places = held.unique("community_id")
    ranks = [
        (places[name].rank("average") - 0.5) / places[name].count()
        for name in ("community_poverty", "unemployment")
    ]
    expected = (ranks[0] + ranks[1]) / 2
    assert places["exclusion_economic"].to_list() == [
        None if score is None else pytest.approx(score) for score in expected
    ]
    assert places["exclusion_service"].null_count() == 0  # one of two attributes is half of them
    assert places["community_exclusion"].null_count() == 2


def _standards_come_in_the_published_order(held: pl.DataFrame) -> None:
    shares = [held[f"names_{standard}"].mean() for standard in STANDARDS]
    assert shares == sorted(shares, reverse=True)  # type: ignore[type-var]
    own = sum((held[f"has_{standard}"] for standard in STANDARDS), pl.repeat(0, held.height, eager=True))
    assert held["criteria_met"].equals(own.cast(held["criteria_met"].dtype), check_names=False)


def _dimensions_add_up(held: pl.DataFrame) -> None:
    count, intensity = held["exclusion_count"], held["exclusion_intensity"]
    expected = [None if n is None else (n / 5 if n >= 2 else 0.0) for n in count]
    assert intensity.to_list() == [None if share is None else pytest.approx(share) for share in expected]
    assert 0.02 < float(held["self_exclusion"].mean()) < 0.2  # type: ignore[arg-type]


def _the_line_of_poverty_is_that_of_city_and_year(held: pl.DataFrame, raw: pl.DataFrame) -> None:
    with (COMMUNITY / "context/poverty_lines.csv").open(encoding="utf-8", newline="") as file:
        lines = {int(row["city_year"]): float(row["line"]) for row in csv.DictReader(file)}
    days = raw["interview_date"] / 86_400
    expected = [
        None if income < 0 else int(income / size < lines[int(city) * 10_000 + 2017 + (day >= NEW_YEAR)])
        for city, day, income, size in zip(
            raw["city"], days, raw["q_household_income"], raw["q_household_size"], strict=True
        )
    ]
    assert held["poverty"].to_list() == expected
    assert 0.05 < float(held["poverty"].mean()) < 0.25  # type: ignore[arg-type]


def _ties_come_from_the_grid(held: pl.DataFrame, raw: pl.DataFrame) -> None:
    kinds = np.column_stack([raw[f"q_contact_{line}_kind"] for line in range(1, 6)])
    weekly = np.column_stack([raw[f"q_contact_{line}_weekly"] for line in range(1, 6)]) == 1
    strong, weak = (np.isin(kinds, (1, 2)) & weekly).sum(axis=1), ((kinds == 3) & weekly).sum(axis=1)
    assert held["strong_ties"].to_list() == strong.tolist() and held["weak_ties"].to_list() == weak.tolist()
    alike = [s / (s + w) if s + w else None for s, w in zip(strong.tolist(), weak.tolist(), strict=True)]
    assert held["network_homogeneity"].to_list() == [None if a is None else pytest.approx(a) for a in alike]
    counts = np.column_stack([(kinds == kind).sum(axis=1) for kind in (1, 2, 3, 4)])
    blau = [
        None if not sum(row) else pytest.approx(1 - sum((n / sum(row)) ** 2 for n in row))
        for row in counts.tolist()
    ]
    assert held["network_diversity"].to_list() == blau


def test_the_records_of_communities_are_whole(raw: pl.DataFrame) -> None:
    with Path(COMMUNITY / "context/communities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {int(row["community_id"]) for row in rows} == {int(one) for one in raw["community_id"]}
