"""Scales over waves: counted once, held against the frozen metric, told to whom they may be told."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.test import Client

from measures.core.engine import DuckEngine
from measures.models import JointAnswers
from measures.selectors.versions import measure_named
from measures.services import scales as service
from measures.services.datasets import build_dataset
from measures.services.scale_documents import document
from measures.services.scales import ScaleReport, scale_reports
from surveys.core.codebook import Code, ValueType
from surveys.core.problems import Refused
from surveys.models import CrosswalkDecision, Job, Wave
from surveys.services.crosswalk import decide, save_item
from surveys.services.jobs import claim, perform
from tests.factories import make_member, make_study, make_wave, make_wave_version, variable
from tests.measures.conftest import GONE, Room
from tests.measures.core.test_scale import answers
from tests.measures.core.test_several_factors import ITEMS as ITEMS_OF_TWO
from tests.measures.core.test_several_factors import STRONG, WEAK, of_two

RULE = 'factor_score(reverse(a), b, c, method="minres", scores="weighted_sum")'
FIVE = tuple(Code(step, {"en": f"step {step}", "zh": f"第{step}级"}) for step in range(1, 6))
AREA = (Code(1, {"en": "town", "zh": "城镇"}), Code(2, {"en": "village", "zh": "乡村"}))


def surveyed(
    wave: Wave, seed: int, tops: Sequence[Code] = FIVE, area: str = "area", **more: list[Any]
) -> None:
    """The next version of a wave: three items of one factor for 300 people in two areas."""
    cells = answers(300, seed) | more
    columns: list[Any] = [(variable("rid", labels={"en": "Respondent"}), list(range(len(cells["a"]))))]
    for name in ("a", "b", "c"):
        labels = {"en": f"Item {name}", "zh": f"题{name}"}
        columns.append((variable(name, labels=labels, codes=tops, missing=GONE), cells[name]))
    columns.append((variable("day", ValueType.DATE), [date(2015, 1, 1)] * 300))
    columns.append((variable(area, labels={"en": "Area", "zh": "地区"}, codes=AREA), cells["city"]))
    make_wave_version(wave, columns)


@pytest.fixture
def scaled(room: Room) -> Room:
    """Two waves with the scale, built on the first; the wave of the room has none of its items."""
    surveyed(make_wave(room.study, "2015", position=1), 3)
    surveyed(make_wave(room.study, "2016", position=2), 4)
    room.publish("excluded", RULE, labels={"en": "Excluded", "zh": "排斥感"})
    recipe = {"wave": "2015", "key": "rid", "measures": ["excluded"]}
    build_dataset(room.user, room.dataset(**recipe))
    return room


def report(room: Room, **asked: Any) -> ScaleReport:
    version = measure_named(room.user, "mdms/excluded").published
    assert version is not None
    (found,) = scale_reports(room.user, version, **asked)
    return found


def test_each_wave_that_has_the_items_is_told_and_the_others_say_why(scaled: Room) -> None:
    found = report(scaled)
    assert [str(one.wave) for one in found.rows] == ["mdms/2015@1", "mdms/2016@1"]
    assert [(str(one.version), one.why) for one in found.left_out] == [("mdms/2014@1", "it has no a, b, c.")]
    assert found.congruence.shape == (2, 2)


def test_an_item_that_a_decision_keeps_out_is_told_as_such(scaled: Room) -> None:
    """The wave has the item; somebody decided that it is not comparable."""
    later = scaled.study.waves.get(slug="2016")
    for name in ("b", "area"):
        item = save_item(scaled.user, scaled.study, name)
        status = CrosswalkDecision.Status.IMPOSSIBLE
        decide(scaled.user, item, later, variable="", status=status, reason=f"{name} was asked otherwise")
    told = {str(one.version): one.why for one in report(scaled).left_out}
    assert told["mdms/2016@1"] == "“b” is not comparable in mdms/2016@1: b was asked otherwise."
    assert told["mdms/2014@1"] == "it has no a, b, c."
    scaled.publish("shorter", RULE.replace("b, ", ""))
    version = measure_named(scaled.user, "mdms/shorter").published
    assert version is not None
    boss = make_member(scaled.study, "boss")
    boss.memberships.update(microdata=True)
    (found,) = scale_reports(boss, version, by="area")
    told = {str(one.version): one.why for one in found.left_out}
    assert told["mdms/2016@1"].startswith("“area” is not comparable in mdms/2016@1")


def test_figures_are_those_of_the_fit_that_is_kept(scaled: Room) -> None:
    """The dataset keeps every row of the wave, so its column was fitted on the same rows."""
    column = scaled.study.datasets.get().latest.columns.get(name="excluded")
    (fit,) = column.derived.fitted.values()
    figures = report(scaled).rows[0].figures
    assert figures is not None
    assert figures.n == fit["n"]
    for name in ("alpha", "kmo"):
        assert getattr(figures, name) == pytest.approx(fit[name], rel=1e-9)
    assert figures.loadings == pytest.approx(fit["loadings"], rel=1e-9)
    assert figures.eigenvalues == pytest.approx(fit["eigenvalues"], rel=1e-9)


def test_drift_is_nothing_on_the_rows_of_the_metric_and_something_on_later_ones(scaled: Room) -> None:
    found = report(scaled)
    first, later = (one.drift for one in found.rows)
    assert found.metric == "integration@1" and first and later
    assert (first.mean, first.correlation) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
    assert first.congruence == pytest.approx(1)
    assert abs(later.mean) > 1e-3 and later.congruence and later.congruence < 0.9999


def test_without_a_dataset_there_is_no_frozen_metric(scaled: Room) -> None:
    scaled.publish("other", RULE.replace("weighted_sum", "regression"))
    version = measure_named(scaled.user, "mdms/other").published
    assert version is not None
    (found,) = scale_reports(scaled.user, version)
    assert found.metric == "" and [one.drift for one in found.rows] == [None, None]


def test_a_wave_whose_codes_differ_is_not_scored_on_the_metric(scaled: Room) -> None:
    """reverse() turns seven steps round otherwise than five: the frozen fit is of another reading."""
    seven = tuple(Code(step, {"en": f"step {step}"}) for step in range(1, 8))
    surveyed(make_wave(scaled.study, "2017", position=3), 5, seven)
    last = report(scaled).rows[-1]
    assert last.drift is None
    assert any("another reading of the rule" in warning for warning in last.warnings)


def test_waves_are_passed_over_once(scaled: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    first = report(scaled)
    assert JointAnswers.objects.count() == 2

    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("the data were read again")

    monkeypatch.setattr(DuckEngine, "joint", never)
    again = report(scaled, basis="polychoric")  # everything else follows from what was counted
    assert [one.name for one in again.rows] == [one.name for one in first.rows]
    assert again.rows[0].figures and first.rows[0].figures
    assert (again.rows[0].figures.loadings > first.rows[0].figures.loadings).all()


def test_a_corrected_wave_is_counted_anew(scaled: Room) -> None:
    before = report(scaled).rows[1]
    surveyed(scaled.study.waves.get(slug="2016"), 4, b=[2] * 100 + answers(300, 4)["b"][100:])
    after = report(scaled).rows[1]
    assert JointAnswers.objects.count() == 3
    assert before.figures and after.figures and before.figures.alpha != after.figures.alpha


def test_groups_are_told_beside_the_wave(scaled: Room) -> None:
    scaled.study.memberships.filter(user=scaled.user).update(microdata=True)
    found = report(scaled, by="area")
    assert [one.name for one in found.rows[:3]] == ["mdms/2015@1", "mdms/2015@1 · 1", "mdms/2015@1 · 2"]
    assert found.rows[1].labels == {"en": "town", "zh": "城镇"}
    assert sum(one.figures.n for one in found.rows[1:3] if one.figures) == found.rows[0].figures.n  # type: ignore[union-attr]


def test_a_wave_without_the_grouping_item_is_told_whole(scaled: Room) -> None:
    scaled.study.memberships.filter(user=scaled.user).update(microdata=True)
    surveyed(make_wave(scaled.study, "2017", position=3), 5, area="zone")
    found = report(scaled, by="area")
    assert [one.name for one in found.rows if one.wave.wave.slug == "2017"] == ["mdms/2017@1"]
    assert ("mdms/2017@1", "it has no area.") in [(str(one.version), one.why) for one in found.left_out]


@pytest.mark.parametrize(
    ("by", "said"),
    [("aera", "no item called “aera”"), ("rid", "more than 12 groups"), ("day", "day holds dates")],
)
def test_items_that_make_no_groups_are_refused(scaled: Room, by: str, said: str) -> None:
    scaled.study.memberships.filter(user=scaled.user).update(microdata=True)
    with pytest.raises(Refused, match=said):
        report(scaled, by=by)


def test_groups_are_not_told_to_those_who_may_not_download(scaled: Room) -> None:
    with pytest.raises(Refused, match="only to those who may download"):
        report(scaled, by="area")


def test_groups_of_synthetic_rows_are_told_to_everybody(scaled: Room) -> None:
    scaled.study.is_synthetic = True
    scaled.study.save()
    version = measure_named(scaled.user, "mdms/excluded").published
    assert version is not None
    version.measure.study.refresh_from_db()
    (found,) = scale_reports(make_member(scaled.study, "reader", "reader"), version, by="area")
    assert [one.group for one in found.rows[:3]] == [None, 1, 2]


def test_nothing_is_told_of_fewer_than_ten_complete_rows(scaled: Room) -> None:
    scaled.study.memberships.filter(user=scaled.user).update(microdata=True)
    surveyed(scaled.study.waves.get(slug="2016"), 4, city=[2] * 293 + [1] * 7)
    few = next(one for one in report(scaled, by="area").rows if one.name == "mdms/2016@2 · 1")
    assert (few.figures, few.drift, few.scored) == (None, None, 0)
    assert few.why == "Fewer than 10 rows answer every item."


def test_large_waves_are_counted_by_a_worker(
    scaled: Room, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is of all waves together, and of each grouping: a page counts no more, whoever asks."""
    page, address = "/studies/mdms/measures/excluded/scale/", "/studies/mdms/measures/excluded@1/scale/count/"
    scaled.study.is_open = True
    scaled.study.save()
    monkeypatch.setattr(service, "MOST_AT_ONCE", 299)  # each wave has 300 rows
    shown = client.get(page).content.decode()
    assert shown.count("This wave was not counted yet") == 2 and not JointAnswers.objects.exists()
    assert "count/" not in shown, "counting is for those who signed in"
    assert client.post(address).status_code in (302, 401, 403) and not Job.objects.exists()
    monkeypatch.setattr(service, "MOST_AT_ONCE", 450)
    assert [one.is_waiting for one in report(scaled).rows] == [False, True]
    assert JointAnswers.objects.count() == 1
    monkeypatch.setattr(service, "MOST_AT_ONCE", 299)
    client.force_login(scaled.user)
    assert f'action="{address}"' in client.get(page).content.decode()
    assert client.post(address).status_code == 302
    job = claim("w")
    assert job is not None and job.kind == "count_scales"
    perform(job)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.result_url) == ("done", "/studies/mdms/measures/excluded@1/scale/")
    assert not report(scaled).is_waiting and JointAnswers.objects.count() == 2


def test_groups_of_large_waves_are_counted_by_a_worker(
    scaled: Room, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss = make_member(scaled.study, "boss")
    boss.memberships.update(microdata=True)
    report(scaled)
    monkeypatch.setattr(service, "MOST_AT_ONCE", 299)
    client.force_login(boss)
    address = "/studies/mdms/measures/excluded@1/scale/count/?by=area"
    assert (
        f'action="{address}"' in client.get("/studies/mdms/measures/excluded/scale/?by=area").content.decode()
    )
    assert client.post(address).status_code == 302
    job = claim("w")
    assert job is not None
    perform(job)
    job = Job.objects.get(pk=job.pk)
    assert (job.state, job.result_url) == ("done", "/studies/mdms/measures/excluded@1/scale/?by=area")
    found = client.get(job.result_url).content.decode()
    assert "This wave was not counted yet" not in found and found.count("village") > 1


def test_that_there_are_too_many_groups_is_kept(scaled: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    version = measure_named(scaled.user, "mdms/excluded").published
    assert version is not None
    boss = make_member(scaled.study, "boss")
    boss.memberships.update(microdata=True)
    for _again in range(2):
        with pytest.raises(Refused, match="more than 12 groups"):
            scale_reports(boss, version, by="rid")
        monkeypatch.setattr(DuckEngine, "joint", lambda *asked: pytest.fail("counted again"))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"basis": "spearman"}, "The basis is pearson, polychoric"),
        ({"metric": "integration@9"}, "No metric was fitted for this measure in integration@9"),
    ],
)
def test_what_is_not_known_is_refused_in_words(scaled: Room, asked: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        report(scaled, **asked)


def test_a_rule_without_a_scale_is_refused(scaled: Room) -> None:
    version = scaled.publish("male", 'recode(q_sex, {"male": 1, "female": 0})').published
    assert version is not None
    with pytest.raises(Refused, match="holds no scale"):
        scale_reports(scaled.user, version)


def test_the_command_tells_it_to_people_and_to_programs(scaled: Room) -> None:
    out = io.StringIO()
    options = {"acting_as": scaled.user.get_username(), "stdout": out}
    call_command("scale", "mdms/excluded", as_json=True, **options)
    (told,) = json.loads(out.getvalue())["scales"]
    assert told["measure_version"] == "mdms/excluded@1"
    assert told["scale"]["items"][0] | {"labels": {}} == {"name": "a", "labels": {}, "is_reversed": True}
    assert {"n", "alpha", "omega", "kmo", "bartlett", "eigenvalues", "drift"} <= set(told["rows"][0])
    out.truncate(0)
    call_command("scale", "mdms/excluded", **options)
    assert "on the metric of integration@1: mean" in out.getvalue()
    assert "mdms/2014@1 is left out: it has no a, b, c." in out.getvalue()


def test_the_api_tells_the_same(scaled: Room, client: Client) -> None:
    client.force_login(scaled.user)
    address = "/api/v1/measures/mdms/excluded/v1/scales/"
    (told,) = client.get(address).json()["scales"]
    figures = report(scaled).rows[0].figures
    assert figures is not None
    assert told["rows"][0]["alpha"] == pytest.approx(figures.alpha, rel=1e-9)
    assert client.get(address, {"basis": "polychoric"}).json()["scales"][0]["basis"] == "polychoric"
    assert client.get(address, {"by": "area"}).status_code == 403


def test_who_does_not_see_the_study_sees_no_scale(scaled: Room, client: Client) -> None:
    client.force_login(make_member(make_study("other"), "elsewhere"))
    assert client.get("/api/v1/measures/mdms/excluded/v1/scales/").status_code == 404


TWO = f'factor_score({", ".join(ITEMS_OF_TWO)}, method="minres", factors=2, rotation="oblimin", factor=2)'


def of_two_factors(room: Room, *years: str) -> None:
    """Waves with six items of two factors; in the last the second explains more than the first."""
    for at, year in enumerate(years, start=1):
        strong, weak = (WEAK, STRONG) if at == len(years) else (STRONG, WEAK)
        cells = of_two(strong, weak, n=400, seed=at)
        columns: list[Any] = [(variable("rid", labels={"en": "Respondent"}), list(range(400)))]
        for name in ITEMS_OF_TWO:
            labels = {"en": f"Item {name}", "zh": f"题{name}"}
            columns.append((variable(name, labels=labels, codes=FIVE, missing=GONE), cells[name]))
        make_wave_version(make_wave(room.study, year, position=at), columns)
    room.publish("two", TWO, labels={"en": "Second of two", "zh": "两个中的第二个"})
    build_dataset(room.user, room.dataset(wave=years[0], key="rid", measures=["two"]))


def test_several_factors_are_told_with_their_counterparts(room: Room) -> None:
    of_two_factors(room, "2015", "2016", "2017")
    version = measure_named(room.user, "mdms/two").published
    assert version is not None
    (found,) = scale_reports(room.user, version)
    assert found.metric == "integration@1" and found.alike.numbers == ((1, 2), (1, 2), (2, 1))
    assert min(table.min() for table in found.alike.tables) > 0.95
    (warning,) = found.warnings
    assert warning.startswith("In mdms/2017@1 factor 2 of the frozen metric comes out as number 1")
    last = found.rows[2]
    assert last.drift and not last.drift.is_same_number and last.warnings == ()
    told = json.loads(json.dumps(document(found)))
    assert told["scale"]["factors"] == 2 and told["scale"]["rotation"] == "oblimin"
    assert told["congruence"]["values"] == told["congruence"]["factors"][1]
    assert told["congruence"]["numbers"] == [[1, 2], [1, 2], [2, 1]]
    assert {len(row) for row in told["rows"][0]["factors"]["loadings"]} == {2}
    assert sum(told["rows"][0]["factors"]["percents"]) < 100


def test_the_command_tells_the_loadings_of_all_factors(room: Room) -> None:
    of_two_factors(room, "2015", "2016")
    out = io.StringIO()
    call_command("scale", "mdms/two", stdout=out)
    told = out.getvalue()
    assert "pearson, regression minres, factor 2 of 2, rotation oblimin" in told
    assert "factor 1  factor 2" in told and "correlation with factor 2" in told and "% of variance" in told


def test_a_later_wave_is_scored_on_the_frozen_factor_or_refitted_by_choice(room: Room) -> None:
    """The recipe that names a metric keeps the factor; without one the rule finds its own number 2."""
    of_two_factors(room, "2015", "2016")
    recipe = {"wave": "2016", "key": "rid", "measures": ["two"]}
    frozen = build_dataset(room.user, room.dataset("frozen", **recipe, metric="integration@1")).version
    anew = build_dataset(room.user, room.dataset("anew", **recipe)).version
    first = room.study.datasets.get(slug="integration").latest
    fits = [next(iter(one.columns.get(name="two").derived.fitted.values())) for one in (first, frozen, anew)]
    assert fits[1]["weights"] == fits[0]["weights"]
    own, kept = (
        np.argmax(np.abs(np.reshape(fit["loadings"], (2, 3)).sum(axis=1))) for fit in (fits[2], fits[0])
    )
    assert (own, kept) == (0, 1)
