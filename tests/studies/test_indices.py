"""The indices that the guide teaches with: what the guide prints is what the command prints."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import call_command

from measures.models import Dataset
from measures.selectors.tongues import measure_version_named
from measures.services.datasets import build_dataset
from measures.services.indices import index_report
from surveys.models import User
from tests.conftest import ROOT


def test_the_guide_prints_multiple_exclusion(boss: User) -> None:
    out = io.StringIO()
    call_command("index", "community/exclusion_intensity", by="city", stdout=out, acting_as=boss.username)
    guide = (ROOT / "docs/researchers.md").read_text()
    (printed,) = re.findall(r"```text\n(community/exclusion_intensity.*?)```", guide, re.DOTALL)
    assert [line.rstrip() for line in out.getvalue().splitlines()] == printed.splitlines()


def test_community_exclusion_is_what_the_dataset_holds_and_the_guide_says(boss: User) -> None:
    report = index_report(boss, measure_version_named(boss, "community/community_exclusion"))
    figures = report.rows[0].figures
    assert figures is not None and len(report.index.leaves) == 21 and len(report.index.components) == 6
    assert (figures["n"], figures["all"], figures["rows"]) == (58, 60, 1173)
    outer = [one for one in figures["components"] if len(one["path"]) == 1]
    assert sum(one["contribution"] for one in outer) == pytest.approx(figures["mean"])
    domains = [one["spearman"] for one in figures["alternatives"] if len(one["path"]) == 1]
    assert (round(min(domains), 2), round(max(domains), 2)) == (0.97, 0.99)
    others = [one["spearman"] for one in figures["alternatives"] if not one["path"] and not one["why"]]
    assert [round(one, 2) for one in others] == [0.99] * 4
    assert max(one["largest_change"] for one in figures["alternatives"] if not one["why"]) == 11
    build_dataset(boss, Dataset.objects.get(study__slug="community", slug="exclusion"))
    column = Dataset.objects.get(slug="exclusion").latest.columns.get(name="community_exclusion")
    stats = column.derived.frequencies["stats"]
    assert (column.derived.tally["valid"], figures["low"]) == (1173, pytest.approx(stats["min"], rel=1e-9))
    assert figures["high"] == pytest.approx(stats["max"], rel=1e-9)
