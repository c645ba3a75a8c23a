"""The scale that the guide teaches with: what the guide prints is what the command prints."""

from __future__ import annotations

import io
import re

from django.core.management import call_command

from measures.selectors.tongues import measure_version_named
from measures.services.scales import scale_reports
from surveys.models import User
from tests.conftest import ROOT


def test_the_guide_prints_the_scale_of_perceived_exclusion(boss: User) -> None:
    out = io.StringIO()
    call_command("scale", "mdms/exclusion", stdout=out, acting_as=boss.username)
    guide = (ROOT / "docs/researchers.md").read_text()
    (printed,) = re.findall(r"```text\n(mdms/exclusion.*?)```", guide, re.DOTALL)
    assert [line.rstrip() for line in out.getvalue().splitlines()] == printed.splitlines()
    (found,) = scale_reports(boss, measure_version_named(boss, "mdms/exclusion"))
    figures = found.rows[0].figures
    assert figures is not None and not found.rows[0].warnings
    assert max(figures.alpha_dropped) < figures.alpha  # α falls whichever is left out, as the guide says
    (by_city,) = scale_reports(boss, measure_version_named(boss, "mdms/willingness_four"), by="city")
    assert by_city.congruence.min() > 0.95 and not by_city.warnings
