"""Pictures: well-formed, the same bytes, texts as texts, and numbers where they belong."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from analytics.core.frame import Column
from analytics.core.kinds import read_spec, run_spec
from analytics.core.output.pictures.axis import Axis, spanning
from analytics.core.output.pictures.bars import Bars, bars
from analytics.core.output.pictures.chosen import picture, pictures_in
from analytics.core.output.pictures.forest import Forest, ForestRow, Interval, forest
from analytics.core.output.pictures.histogram import Histogram, histogram
from analytics.core.output.pictures.lines import Curve, Lines, lines
from analytics.core.output.pictures.png import FONT, as_png
from analytics.core.output.pictures.svg import folded, width_of
from analytics.core.record import plain
from surveys.core.codebook import ValueType
from surveys.core.problems import Refused
from tests.analytics.columns import column, survey

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script> & \x00 ]]>"
PLOT = Forest(
    "本地认同 " + HOSTILE,
    "Odds ratio",
    ("模型 1", "Model 2"),
    (
        ForestRow("社会参与", (Interval(1.5, 1.1, 2.0), None)),
        ForestRow("Status", (Interval(0.8, 0.5, 1.2), Interval(1.0, 0.9, 1.1))),
        ForestRow("Wide", (Interval(3.0, 0.001, 9000.0), None)),
    ),
    is_ratio=True,
)
SERIES = {
    "kind": "series",
    "base": "y ~ x + z",
    "groups": "city",
    "models": [{"kind": "logit"}, {"kind": "linear"}, {"kind": "multilevel_logit"}],
}


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    told: dict[str, Any] = plain(dict(run_spec(read_spec(SERIES), survey(400)).result))
    return told


def test_a_forest_plot_is_drawn_to_scale() -> None:
    svg = forest(PLOT).as_svg()
    root = ET.fromstring(svg)
    assert svg == forest(PLOT).as_svg() and "script" not in {e.tag for e in root.iter()}
    texts = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert "社会参与" in texts and any(text.startswith("本地认同 <script>") for text in texts)
    dots = [e for e in root.iter(f"{SVG}circle") if e.find(f"{SVG}title") is not None]
    at = {re.search(r", (\w+):", e[0].text or "")[1]: float(e.get("cx") or 0) for e in dots}  # type: ignore[index]
    none = [float(e.get("x1") or 0) for e in root.iter(f"{SVG}line") if e.get("stroke-dasharray")]
    assert at["Status"] == pytest.approx(none[0], abs=0.02)  # the second model's, an odds ratio of 1
    assert at["社会参与"] > none[0]
    assert len(list(root.iter(f"{SVG}polygon"))) == 2  # the wide interval goes on at both ends


def test_models_on_one_scale_stand_in_one_picture(result: dict[str, Any]) -> None:
    assert pictures_in(result) == ["forest_logit", "forest_linear", "odds_ratios"]
    root = ET.fromstring(picture(result, "forest_logit", "zh", "表", "注").as_svg())
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "模型 1" in texts and "模型 3" in texts and "模型 2" not in texts
    titles = [e.text or "" for e in root.iter(f"{SVG}title")]
    estimate = result["models"][0]["result"]["estimates"][1]["estimate"]
    assert any(f"{estimate:.6g}".replace("-", "−") in title for title in titles)


def test_a_model_without_numbers_has_no_picture() -> None:
    assert pictures_in({"kind": "logit", "models": [{"kind": "logit", "result": {"estimates": []}}]}) == []
    assert pictures_in({}) == []


def test_bars_leave_out_what_is_not_told() -> None:
    plot = Bars("Table", "Percent", ("a", "b"), (("first", (40.0, None)), ("second", (60.0, 100.0))))
    root = ET.fromstring(bars(plot).as_svg())
    drawn = [e for e in root.iter(f"{SVG}rect") if e.find(f"{SVG}title") is not None]
    widths = [float(e.get("width") or 0) for e in drawn]
    assert len(widths) == 3 and widths[2] / widths[0] == pytest.approx(2.5, rel=1e-3)


def test_bars_have_the_figures_of_the_table() -> None:
    plot = Bars("Table", "Percent", ("a",), (("first", (89.85,)), ("second", (10.15,))), decimals=2)
    told = {e.text for e in ET.fromstring(bars(plot).as_svg()).iter(f"{SVG}text")}
    assert {"89.85", "10.15"} <= told


ITEMS = {
    f"i{at}": column(f"i{at}", [(row * step) % 7 + row % 5 for row in range(200)], ValueType.INTEGER)
    for at, step in enumerate((1, 2, 3, 4), start=1)
}


def drawn(spec: dict[str, Any], frame: dict[str, Column]) -> tuple[list[str], dict[str, Any]]:
    told: dict[str, Any] = plain(dict(run_spec(read_spec(spec), frame).result))
    return pictures_in(told), told


def texts(result: dict[str, Any], name: str, language: str = "en") -> list[str]:
    root = ET.fromstring(picture(result, name, language, "Title", "Note").as_svg())
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def test_factors_have_a_scree_plot_with_random_eigenvalues() -> None:
    names, result = drawn({"kind": "factor", "items": list(ITEMS), "factors": 1}, ITEMS)
    assert names == ["scree"]
    root = ET.fromstring(picture(result, "scree", "zh", "Title", "Note").as_svg())
    told = [dot[0].text or "" for dot in root.iter(f"{SVG}circle")]
    own = [float(text.split(", ")[1]) for text in told if text.startswith("题项的特征值")]
    assert own == pytest.approx(result["table"]["eigenvalues"], rel=1e-5)
    random = [float(text.split(", ")[1]) for text in told if "95" in text.split(":")[0]]
    assert random == pytest.approx(result["table"]["random"], rel=1e-5)
    assert {"1", "2", "3", "4"} <= set(texts(result, "scree"))


def test_correlations_are_drawn_below_the_diagonal() -> None:
    names, result = drawn({"kind": "correlation", "variables": list(ITEMS)}, ITEMS)
    assert names == ["correlations"]
    shown = [f"{one['value']:z.2f}".replace("-", "−") for one in result["table"]["pairs"]]
    assert [text for text in texts(result, "correlations") if re.fullmatch(r"−?\d\.\d\d", text)] == shown
    assert len(shown) == 6
    result["table"]["pairs"][0]["value"] = None
    assert "–" in texts(result, "correlations")


def test_several_answers_and_ranks_have_bars_of_their_groups() -> None:
    frame = {
        name: column(name, [(row + at) % 3 % 2 for row in range(120)], ValueType.INTEGER)
        for at, name in enumerate(("t1", "t2"))
    }
    frame |= {
        "r1": column("r1", [row % 3 + 1 for row in range(120)], ValueType.INTEGER),
        "r2": column("r2", [(row + 1) % 3 + 1 for row in range(120)], ValueType.INTEGER),
        "g": column("g", [row // 5 % 2 for row in range(120)], ValueType.INTEGER),
    }
    names, result = drawn({"kind": "multiple_response", "variables": ["t1", "t2"], "by": "g"}, frame)
    assert names == ["bars"]
    percents = [f"{one['percent']:.1f}" for row in result["table"]["rows"] for one in row["figures"]]
    assert [text for text in texts(result, "bars") if text in percents] == percents
    assert {"0", "1", "All", "Percent of cases"} <= set(texts(result, "bars"))
    names, result = drawn({"kind": "ranked_response", "ranks": ["r1", "r2"]}, frame)
    assert names == ["bars_first", "bars_shares"]
    shares = [f"{row['figures'][-1]['shares']['value']:.2f}" for row in result["table"]["rows"]]
    assert [text for text in texts(result, "bars_shares") if text in shares] == shares
    result["table"]["rows"] = [row | {"figures": []} for row in result["table"]["rows"]]
    assert pictures_in(result) == []


def test_bars_of_a_table_by_group_have_the_groups_and_say_of_what() -> None:
    frame = survey(400)
    _, result = drawn({"kind": "descriptives", "variables": ["job"], "by": "z"}, frame)
    assert {"0", "1", "All", "Title · Member"} <= set(texts(result, "bars"))
    assert any(text.startswith("job: fa") for text in texts(result, "bars"))
    shown = [f"{one['percent']:.1f}" for one in result["table"]["rows"][0]["groups"]]
    assert set(shown) <= set(texts(result, "bars"))
    _, result = drawn({"kind": "crosstab", "variable": "job", "by": "z"}, frame)
    assert "Title · job × Member" in texts(result, "bars")


def test_lines_have_bands_only_where_there_are_intervals() -> None:
    points = ((0.0, 1.0), (1.0, 2.0))
    one = Curve("with", points, (0.5, 1.5), (1.5, 2.5))
    root = ET.fromstring(lines(Lines("t", "x", "y", (one, Curve("without", points)))).as_svg())
    assert len(list(root.iter(f"{SVG}polygon"))) == 1
    assert len(list(root.iter(f"{SVG}polyline"))) == 4  # two curves, two in the legend


def test_axes_have_round_ticks() -> None:
    assert Axis(0, 100, 0, 1).ticks() == [0, 20, 40, 60, 80, 100]
    assert Axis(-0.3, 0.31, 0, 1).ticks()[0] == pytest.approx(-0.3)
    assert {0.5, 1, 2} <= set(Axis(0.4, 2.5, 0, 1, True).ticks())
    assert spanning([3.0, 3.0], 0, 1).low < 3 < spanning([3.0], 0, 1).high
    assert Axis(0, 1, 10, 20).at(5) == 20  # what lies outside stands at the edge


def test_labels_are_folded_between_words_and_chinese_letters() -> None:
    assert folded("社会参与社会参与", width_of("社会参与")) == ["社会参与", "社会参与"]
    assert folded("one two three", width_of("one two")) == ["one two", "three"]


def test_png_is_the_same_every_time_and_holds_the_letters() -> None:
    svg = bars(Bars("社会参与", "百分比", ("",), (("是", (40.0,)),))).as_svg()
    first, blank = as_png(svg), as_png(svg.replace("社会参与", "    "))
    assert first == as_png(svg) and first.startswith(b"\x89PNG") and len(first) > len(blank) + 300
    boxes = as_png(svg.replace("社会参与", "社社社社"))
    assert boxes != first  # not four times the same box
    assert FONT.stat().st_size < 6 << 20 and (FONT.parent / "OFL.txt").is_file()


def test_png_refuses_letters_that_would_be_boxes() -> None:
    svg = bars(Bars("𠀀 㐂", "Percent", ("",), (("a", (40.0,)),))).as_svg()
    with pytest.raises(Refused, match="no letter 㐂, 𠀀"):
        as_png(svg)


def test_the_area_of_a_bar_stands_for_its_rows() -> None:
    plot = Histogram("t", "x", "Rows", [(0, 1, 10), (1, 2, 20), (2, 4, 20)])
    root = ET.fromstring(histogram(plot).as_svg())
    drawn = [e for e in root.iter(f"{SVG}rect") if e.find(f"{SVG}title") is not None]
    heights = [float(e.get("height") or 0) for e in drawn]
    assert heights[1] / heights[0] == pytest.approx(2, rel=1e-3)
    assert heights[2] == pytest.approx(heights[0], rel=1e-3)
