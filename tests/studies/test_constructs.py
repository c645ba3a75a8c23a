"""Every construct of the five papers is a shipped measure, or no column and listed here with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.study_folder.reading import read_folder
from tests.conftest import ROOT

STUDY_OF = {
    "fsp_isp_2022": "mdms",
    "zhu_lin_2010": "fuzhou",
    "chow_lou_2015": "community",
    "drc_2011": "community",
    "chang_2019": "community",
}
LISTS = ("constructs", "individual_constructs", "institutional_types")
LINKED = "a type of exclusion without items of its own: it links constructs of several papers"
# (paper, construct) -> why no column of its own has this name, and the measures that carry it.
NOT_A_COLUMN: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("fsp_isp_2022", "vocation"): ("a nominal control: the item q_occupation is carried as it is", ()),
    ("zhu_lin_2010", "housing_need"): (
        "an aggregate of ranked answers: shares by rank, weighted; a person has a weight for each option",
        ("housing_need_employer_free", "housing_need_dorm_standards"),
    ),
    ("chow_lou_2015", "poverty"): (
        "the attribute of the community; the measure of this name is the person's",
        ("community_poverty",),
    ),
    ("chow_lou_2015", "exclusion_transition"): (
        "a transition between waves of the same people: the study has one wave, and no panel is shipped",
        (),
    ),
    ("chow_lou_2015", "hukou"): (LINKED, ("has_urban_hukou", "institutional_capital")),
    ("chow_lou_2015", "employment"): (LINKED, ("has_stable_work",)),
    ("chow_lou_2015", "child_education"): (LINKED, ()),
    ("chow_lou_2015", "segregation"): (LINKED, ("network_homogeneity",)),
    ("chow_lou_2015", "discrimination"): (LINKED, ()),
    ("drc_2011", "integration_criteria_rank"): (
        "an order of options by mentions: each option is a measure, the order is that of their means",
        ("names_equal_welfare", "names_equal_rights"),
    ),
    ("drc_2011", "integration_aspects"): (
        "a profile without a total: a measure for each of six dimensions",
        tuple(
            f"integration_{name}"
            for name in ("economic", "political", "social", "institutional", "cultural", "psychological")
        ),
    ),
    ("drc_2011", "core_contents"): (
        "a profile without a total: a measure for each of four contents",
        tuple(
            f"core_{name}"
            for name in ("equal_participation", "basic_welfare", "positive_relations", "development_ability")
        ),
    ),
}


def constructs(shared: Path) -> Iterator[tuple[str, str]]:
    """(paper, construct) of every list of the papers, attributes of communities among them."""
    for file in sorted((shared / "constructs").glob("*.yaml")):
        paper = yaml.safe_load(file.read_text("utf-8"))
        lists = [
            paper.get(name, []) for name in ("constructs", "individual_constructs", "institutional_types")
        ]
        lists += [domain["attributes"] for domain in paper.get("domains", [])]
        for entry in (entry for entries in lists for entry in entries):
            yield file.stem, entry["id"]


@pytest.fixture(scope="module")
def measures() -> dict[str, dict[str, Any]]:
    """What each study ships, by name."""
    folders = {study: read_folder(ROOT / "studies" / study) for study in set(STUDY_OF.values())}
    return {study: {one.name: one for one in folder.measures} for study, folder in folders.items()}


def test_every_construct_is_a_shipped_measure_or_listed(
    shared: Path, measures: dict[str, dict[str, Any]]
) -> None:
    found = list(constructs(shared))
    assert len(found) > 90 and {paper for paper, _ in found} == STUDY_OF.keys()
    lost = {pair for pair in found if pair[1] not in measures[STUDY_OF[pair[0]]]}
    hidden = {("chow_lou_2015", "poverty")}  # there is a measure of this name, of another level
    assert lost | hidden == NOT_A_COLUMN.keys()


def test_what_carries_a_listed_construct_is_shipped(measures: dict[str, dict[str, Any]]) -> None:
    for (paper, construct), (reason, carried) in NOT_A_COLUMN.items():
        assert reason and set(carried) <= measures[STUDY_OF[paper]].keys(), construct


@pytest.mark.parametrize("study", ["fuzhou", "community"])
def test_every_measure_says_what_it_is_in_both_languages(
    study: str, measures: dict[str, dict[str, Any]]
) -> None:
    datasets = read_folder(ROOT / "studies" / study).datasets
    held = {name for dataset in datasets for name in dataset.recipe.get("measures", ())}
    assert held == measures[study].keys()
    for name, entry in measures[study].items():
        (wording,) = entry.versions
        for texts in (wording["labels"], entry.concept, wording["definition"], wording["universe"]):
            assert texts.keys() == {"en", "zh"} and all(texts.values()), name
        assert wording["citation"] and wording["level"], name
        fits = ("group_", "percentile_rank", "standardise", "factor_score", "communities.")
        assert wording["examples"] or any(word in wording["rule"] for word in fits), name
