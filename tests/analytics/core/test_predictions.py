"""Predictions over a moderator against R's predict() in its simplest case, and by hand."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.core.kinds import read_spec, run_spec
from analytics.core.kinds.models import model_sample
from analytics.core.predictions import Predicted, predictions, products
from analytics.core.spec import ModelSpec
from tests.analytics.columns import column, survey
from tests.conftest import absent

CLOSE = 1e-6  # R's standard errors rest on the last step but one


def predicted(spec: dict[str, Any]) -> tuple[dict[str, Any], list[Predicted]]:
    frame, read = survey(500), read_spec(spec)
    assert isinstance(read, ModelSpec)
    model = run_spec(read, frame).result["models"][0]
    ((_, focal, moderator),) = products(model)
    return model, predictions(model, frame, model_sample((read,), frame), focal, moderator)


def test_predictions_and_intervals_are_those_of_r(tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        absent("Rscript is not there")
    formula = "y ~ z + center(x) + z:center(x) + job"
    _, curves = predicted({"kind": "logit", "formula": formula})
    frame = survey(500)
    rows = zip(*(frame[name].values.to_list() for name in ("y", "z", "x", "job")), strict=True)
    lines = ["y,z,x,job", *(",".join("" if c is None else repr(c) for c in row) for row in rows)]
    (tmp_path / "d.csv").write_text("\n".join(lines))
    xs = [point[0] for point in curves[1].points]
    script = f"""
    d <- na.omit(read.csv("d.csv")); d$x <- d$x - mean(d$x); m <- mean(na.omit(read.csv("d.csv"))$x)
    d$j2 <- as.numeric(d$job == 2); d$j3 <- as.numeric(d$job == 3)
    f <- glm(y ~ z * x + j2 + j3, binomial, d, control = glm.control(epsilon = 1e-14))
    at <- data.frame(z = 1, x = c({",".join(map(repr, xs))}) - m, j2 = mean(d$j2), j3 = mean(d$j3))
    p <- predict(f, at, se.fit = TRUE); q <- qnorm(.975)
    cat(sprintf("[%.15g, %.15g, %.15g]", plogis(p$fit), plogis(p$fit - q * p$se.fit),
                plogis(p$fit + q * p$se.fit)), sep = "\\n")"""
    (tmp_path / "p.R").write_text(script)
    done = subprocess.run(["Rscript", "p.R"], cwd=tmp_path, capture_output=True, text=True, check=True)
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    assert np.allclose([point[1:] for point in curves[1].points], theirs, rtol=0, atol=CLOSE)


def test_a_dummy_has_two_curves_and_a_number_three() -> None:
    _, curves = predicted({"kind": "linear", "formula": "x ~ z + city + z:city"})
    assert [one.at for one in curves] == [0.0, 1.0] and len(curves[0].points) == 25
    model, three = predicted({"kind": "linear", "formula": "y ~ x + city + x:city"})
    assert len(three) == 3 and three[0].at < three[1].at < three[2].at
    b = {one["term"]: one["estimate"] for one in model["result"]["estimates"]}
    x, (at, y, low, high) = three[2].at, three[2].points[7]
    assert y == pytest.approx(b["(Intercept)"] + b["x"] * x + b["city"] * at + b["x:city"] * x * at)
    assert low is not None and high is not None and low < y < high


def test_multilevel_models_have_lines_without_bands() -> None:
    _, curves = predicted({"kind": "multilevel_logit", "formula": "y ~ z + x + z:x", "groups": "city"})
    assert all(low is None for _, _, low, _ in curves[0].points)
    assert all(0 < y < 1 for _, y, _, _ in curves[0].points)


def test_products_with_categories_are_left_out() -> None:
    frame = survey(300)
    result = run_spec(
        read_spec({"kind": "linear", "formula": "x ~ z + job + z:job + I(city^2)"}), frame
    ).result
    assert products(result["models"][0]) == []


def test_what_is_split_into_groups_is_predicted_in_a_group_with_the_means_of_all() -> None:
    spec = {
        "kind": "multilevel_linear",
        "formula": "y ~ z + x + z:x + I(x^2)",
        "groups": "city",
        "center": {"x": "group"},
    }
    frame, read = survey(500), read_spec(spec)
    assert isinstance(read, ModelSpec)
    model = run_spec(read, frame).result["models"][0]
    sample = model_sample((read,), frame)
    ((_, focal, moderator),) = products(model)
    assert (focal, moderator) == ("z", "x")
    (_, second) = predictions(model, frame, sample, focal, moderator)
    b = {one["term"]: one["estimate"] for one in model["result"]["estimates"]}
    mean = float(frame["x"].numbers()[sample.mask].mean())
    x, y, *_ = second.points[5]
    own = x - mean
    by_hand = b["(Intercept)"] + b["z"] + (b["within(x)"] + b["z:within(x)"]) * own
    by_hand += b["I(within(x)^2)"] * own**2 + b["group_mean(x)"] * mean
    assert y == pytest.approx(by_hand)


def test_models_of_several_categories_have_no_single_curve() -> None:
    result = run_spec(read_spec({"kind": "multinomial_logit", "formula": "job ~ z + x + z:x"}), survey(300))
    assert result.result["models"][0]["result"]["converged"]
    assert products(result.result["models"][0]) == []


@pytest.mark.parametrize("more", [{"errors": {"kind": "robust"}}, {"weights": "x2"}])
def test_other_errors_have_lines_without_bands(more: dict[str, Any]) -> None:
    frame = survey(500)
    frame["x2"] = column("x2", np.linspace(0.5, 2, 500).tolist())
    read = read_spec({"kind": "logit", "formula": "y ~ z + x + z:x", **more})
    assert isinstance(read, ModelSpec)
    model = run_spec(read, frame).result["models"][0]
    ((_, focal, moderator),) = products(model)
    curves = predictions(model, frame, model_sample((read,), frame), focal, moderator)
    assert all(low is None for _, _, low, _ in curves[0].points)
