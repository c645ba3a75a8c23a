"""The scale that the guide teaches with: what the guide prints is what the command prints."""

from __future__ import annotations

import io
import re

from django.core.management import call_command

from config.study_folder import load_study
from measures.models import Dataset
from measures.selectors.tongues import measure_version_named
from measures.services.datasets import build_dataset
from measures.services.scales import scale_reports
from tests.conftest import ROOT
from tests.factories import make_user


def test_the_guide_prints_the_scale_of_perceived_exclusion(db: None) -> None:
    boss = make_user("boss", is_superuser=True, is_staff=True)
    load_study(boss, ROOT / "studies" / "mdms")
    build_dataset(boss, Dataset.objects.get(study__slug="mdms", slug="integration"))
    out = io.StringIO()
    call_command("scale", "mdms/exclusion", stdout=out, acting_as="boss")
    guide = (ROOT / "docs/researchers.md").read_text()
    (printed,) = re.findall(r"```text\n(mdms/exclusion.*?)```", guide, re.DOTALL)
    assert [line.rstrip() for line in out.getvalue().splitlines()] == printed.splitlines()
    (found,) = scale_reports(boss, measure_version_named(boss, "mdms/exclusion"))
    figures = found.rows[0].figures
    assert figures is not None and not found.rows[0].warnings
    assert max(figures.alpha_dropped) < figures.alpha  # α falls whichever is left out, as the guide says
    (by_city,) = scale_reports(boss, measure_version_named(boss, "mdms/willingness_four"), by="city")
    assert by_city.congruence.min() > 0.95 and not by_city.warnings
