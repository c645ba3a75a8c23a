"""Questions with several answers and analyses of items, from a version to its page, file and bundle."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client

from analytics.core.kinds import KINDS
from analytics.core.mapping import fits, run_keys
from analytics.selectors import picture_file, pictures_of, run_freshness, table_of
from analytics.services.analyses import define_analysis, run_again, run_analysis
from measures.core.freshness import FRESH
from surveys.core.codebook import Code, Level, ResponseSet, ValueType
from surveys.core.problems import Refused
from surveys.models import Study, User, WaveVersion
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable

pytestmark = pytest.mark.django_db
ROWS = 300
SETS = [
    ResponseSet("$why", "D", ("t1", "t2", "t3"), counted_value=1),
    ResponseSet("$named", "C", ("r1", "r2")),
]
SPECS: dict[str, dict[str, Any]] = {
    "multiple_response": {"set": "$why", "by": "sex"},
    "ranked_response": {"ranks": ["r1", "r2"], "by": "sex"},
    "reliability": {"items": ["i1", "i2", "i3", "i4"], "by": "sex"},
    "factor": {"items": ["i1", "i2", "i3", "i4"], "extraction": "ml", "rotation": "oblimin"},
    "correlation": {"variables": ["i1", "i2", "i3"], "method": "polychoric"},
}


@pytest.fixture
def study(db: None) -> Study:
    return make_study()


@pytest.fixture
def user(study: Study) -> User:
    return make_member(study)


@pytest.fixture
def version(study: Study) -> WaveVersion:
    """Ticks of three reasons, two ranks of four options, and four items of one factor."""
    draw = np.random.default_rng(12)
    common = draw.normal(size=ROWS)
    order = np.argsort(draw.random((ROWS, 4)), axis=1) + 1
    cells: dict[str, list[int]] = {f"t{at}": draw.integers(0, 2, ROWS).tolist() for at in (1, 2, 3)}
    cells |= {f"r{at + 1}": order[:, at].tolist() for at in (0, 1)}
    for at in range(1, 5):
        latent = 3 + 1.1 * common + draw.normal(size=ROWS)
        cells[f"i{at}"] = np.clip(np.round(latent), 1, 5).astype(int).tolist()
    cells["sex"] = draw.integers(1, 3, ROWS).tolist()
    cells["w"] = draw.integers(1, 4, ROWS).tolist()
    codes = tuple(Code(at, {"en": f"option {at}", "zh": f"选项{at}"}) for at in range(1, 5))
    sexes = (Code(1, {"en": "man", "zh": "男"}), Code(2, {"en": "woman", "zh": "女"}))
    known = {"r1": codes, "r2": codes, "sex": sexes}
    listed = [
        (
            variable(name, ValueType.INTEGER, level=Level.NOMINAL, codes=known.get(name, ())),
            own,
        )
        for name, own in cells.items()
    ]
    return make_wave_version(make_wave(study), listed, sets=SETS)


@pytest.mark.parametrize("kind", list(SPECS))
def test_a_run_has_a_page_and_a_table_in_both_languages(
    kind: str, client: Client, user: User, version: WaveVersion
) -> None:
    spec = {"kind": kind, **SPECS[kind]}
    run = run_analysis(user, spec, version)
    assert run.state == "done" and run.n_used == ROWS
    assert run_again(user, run, version) == run
    client.force_login(user)
    for language, word in (("en", KINDS[kind].labels["en"]), ("zh-hans", KINDS[kind].labels["zh"])):
        page = client.get(f"/runs/{run.pk}/", headers={"Accept-Language": language}).content.decode()
        assert word.lower() in page.lower() and "<table>" in page
        assert table_of(user, run, language[:2]).rows
    assert client.get(f"/runs/{run.pk}/table.csv").status_code == 200
    assert client.get(f"/runs/{run.pk}/table.docx").status_code == 200
    assert run_keys(run.result) is not None and not fits("models", kind)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("multiple_response", ["bars", "distribution_w"]),
        ("ranked_response", ["bars_first", "bars_shares", "distribution_w"]),
        ("reliability", ["distribution_w"]),
        ("factor", ["scree", "distribution_w"]),
        ("correlation", ["correlations"]),
    ],
)
def test_a_run_has_pictures_also_of_the_weights_that_it_names(
    kind: str, named: list[str], client: Client, user: User, version: WaveVersion
) -> None:
    design = {} if kind == "correlation" else {"weights": "w"}
    run = run_analysis(user, {"kind": kind, **SPECS[kind], **design}, version)
    assert pictures_of(user, run) == named
    client.force_login(user)
    page = client.get(f"/runs/{run.pk}/").content.decode()
    for name in named:
        assert f"/runs/{run.pk}/pictures/{name}.svg" in page
        assert picture_file(user, run, name, "png", "zh").content.startswith(b"\x89PNG")


def test_a_run_without_pictures_says_so(user: User, version: WaveVersion) -> None:
    run = run_analysis(user, {"kind": "reliability", **SPECS["reliability"]}, version)
    out = io.StringIO()
    call_command("run_picture", str(run.pk), stdout=out)
    assert out.getvalue() == f"Run {run.pk} has no pictures.\n"


def test_a_set_of_the_codebook_is_its_variables(study: Study, user: User, version: WaveVersion) -> None:
    analysis = define_analysis(
        user, study, "why", spec={"kind": "multiple_response", "set": "why", "by": "sex"}
    )
    run = run_analysis(user, analysis, version)
    assert run.spec["variables"] == ["t1", "t2", "t3"] and run.spec["counted"] == 1
    assert run_freshness(run) == FRESH
    by_hand = {"kind": "multiple_response", "variables": ["t1", "t2", "t3"], "by": "sex"}
    assert run_analysis(user, by_hand, version).result == run.result
    named = run_analysis(user, {"kind": "multiple_response", "set": "$named"}, version)
    assert named.spec["form"] == "answers"
    assert [row["option"] for row in named.result["table"]["rows"]] == ["1", "2", "3", "4"]


def test_a_set_that_is_not_there(user: User, version: WaveVersion) -> None:
    with pytest.raises(Refused) as refused:
        run_analysis(user, {"kind": "multiple_response", "set": "$whi"}, version)
    assert refused.value.problems[0].near == ("$why",)
