"""The command: JSON on stdout, talk on stderr, exit 0, 1 or 2; and the job behind the pages."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analytics.models import Run
from analytics.services.analyses import ask_to_run, ask_to_run_again, define_analysis, run_analysis
from surveys.core.problems import Refused
from surveys.services.jobs import claim, perform
from tests.analytics.conftest import Desk

NUMBERS = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
SPEC = "kind: logit\nformula: y ~ x + z\n"


def _run(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("run_analysis", *args, stdout=out, stderr=err)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def _spec(folder: Path, text: str = SPEC) -> str:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_first_table_from_a_wave_version(desk: Desk, tmp_path: Path) -> None:
    code, out, err = _run("--spec", _spec(tmp_path), "--dataset", "mdms/2014@1", "--json")
    document: dict[str, Any] = json.loads(out)
    assert code == 0
    assert document["state"] == "done" and document["version"] == "mdms/2014@1"
    assert [one["term"] for one in document["estimates"]] == ["(Intercept)", "x", "z"]
    assert "fitting" in err
    again = json.loads(_run("--spec", _spec(tmp_path), "--dataset", "mdms/2014", "--json")[1])
    assert again["run"] == document["run"]


def test_a_stored_analysis_on_its_dataset_in_words(desk: Desk) -> None:
    desk.dataset(items=["x", "y", "z"])
    define_analysis(desk.user, desk.study, "table2", spec=SPEC)
    code, out, _ = _run("mdms/table2")
    assert code == 0
    assert "on mdms/integration@1: done" in out and "Status" in out and "7 x: refused" in out


def test_what_stands_beside_the_table_is_printed(desk: Desk, tmp_path: Path) -> None:
    spec = "kind: logit\nformula: y ~ x*z\npredict: {z: [0, 1]}\n"
    code, out, _ = _run("--spec", _spec(tmp_path, spec), "--dataset", "mdms/2014@1")
    assert code == 0
    (model,) = Run.objects.get().result["models"]
    effect, slope = model["result"]["marginal_effects"][0], model["result"]["slopes"][1]
    prediction = model["result"]["predictions"][1]
    for title in ("average marginal effects", "slopes", "predictions"):
        assert f"\n{title}\n" in out
    lines = [line.split() for line in out.splitlines()]
    assert ["x", *(f"{effect[name]:.4f}" for name in NUMBERS)] in lines
    assert ["x", "where", "z", "=", "1", *(f"{slope[name]:.4f}" for name in NUMBERS)] in lines
    assert [f"{prediction['estimate']:.4f}", f"{prediction['std_error']:.4f}"] == next(
        line[3:5] for line in lines if line[:3] == ["z", "=", "1"]
    )


SERIES = """
kind: series
models:
  - {name: small, kind: logit, formula: y ~ x}
  - {name: large, kind: logit, formula: y ~ x + z, from: small}
  - {name: broken, label: Broken, kind: logit, formula: y ~ C(job)}
"""


def test_a_series_names_the_models_without_numbers_and_prints_its_tests(desk: Desk, tmp_path: Path) -> None:
    """Where the occupation is the outcome under another name the third model has none, and others have."""
    version = desk.corrected(job=[1 + 2 * cell for cell in desk.cells("y")])
    code, out, _ = _run("--spec", _spec(tmp_path, SERIES), "--dataset", str(version))
    assert code == 0
    (comparison,) = Run.objects.get().result["comparisons"]
    assert f"large against small: χ² = {comparison['statistic']:.2f}, df = 1, p = " in out
    assert "Broken gave no numbers: The outcomes are told apart perfectly in every row by C(job)[3]" in out
    assert out.count("gave no numbers") == 1


BAD = [
    (("mdms/tabel2",), "Did you mean table2?"),
    (("mdms/table2",), "Which dataset"),
    (("mdms/table2", "--dataset", "mdms/2015"), "Did you mean mdms/2014?"),
    (("mdms/table2", "--dataset", "mdms/2014@9"), "no wave version"),
    (("other/table2",), "no study called other"),
]


@pytest.mark.parametrize(("args", "words"), BAD)
def test_refusals(desk: Desk, args: tuple[str, ...], words: str) -> None:
    define_analysis(desk.user, desk.study, "table2", spec=SPEC)
    code, out, err = _run(*args, "--json")
    assert code == 1
    assert words in err
    assert json.loads(out)["problems"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00k", None])
def test_unreadable_specifications(desk: Desk, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "spec.yaml"
    if content is not None:
        path.write_bytes(content)
    code, _, err = _run("--spec", str(path), "--dataset", "mdms/2014")
    assert code == 1
    assert "UTF-8" in err or "cannot be read" in err


@pytest.mark.parametrize("args", [(), ("--spec", "x"), ("mdms/a", "--spec", "x")])
def test_wrong_usage(desk: Desk, args: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as caught:
        _run(*args)
    assert caught.value.returncode == 2


def test_a_run_without_numbers_ends_with_exit_1(desk: Desk, tmp_path: Path) -> None:
    desk.corrected(x=[float(cell) + 10 for cell in desk.cells("y")])
    code, out, _ = _run("--spec", _spec(tmp_path, "kind: logit\nformula: y ~ x"), "--dataset", "mdms/2014")
    assert code == 1
    assert "failed" in out


def test_the_job(desk: Desk) -> None:
    analysis = define_analysis(desk.user, desk.study, "table2", spec=SPEC)
    job = ask_to_run(desk.user, analysis, desk.version)
    assert ask_to_run(desk.user, analysis, desk.version) == job
    claimed = claim("test")
    assert claimed is not None
    done = perform(claimed)
    assert done.state == "done", done.problems
    assert done.result["state"] == "done" and done.result_url.endswith(f"/{done.result['run']}/")


def test_a_running_job_is_not_joined(desk: Desk) -> None:
    """It may have read the specification before it was changed; the next one reads what is asked now."""
    analysis = define_analysis(desk.user, desk.study, "table2", spec=SPEC)
    job = ask_to_run(desk.user, analysis, desk.version)
    running = claim("test")
    assert running is not None and running.pk == job.pk
    define_analysis(desk.user, desk.study, "table2", spec="kind: logit\nformula: y ~ x\n")
    later = ask_to_run(desk.user, analysis, desk.version)
    assert later != job and ask_to_run(desk.user, analysis, desk.version) == later
    earlier = run_analysis(desk.user, SPEC, desk.version)
    again = ask_to_run_again(desk.user, earlier)
    assert claim("test", later.pk) is not None and claim("test", again.pk) is not None
    assert ask_to_run_again(desk.user, earlier) != again


def test_running_again_takes_the_version_in_force(desk: Desk) -> None:
    earlier = run_analysis(desk.user, SPEC, desk.version)
    later = desk.corrected(z=[1 - cell for cell in desk.cells("z")])
    ask_to_run_again(desk.user, earlier)
    claimed = claim("test")
    assert claimed is not None
    done = perform(claimed)
    assert done.state == "done", done.problems
    assert Run.objects.get(pk=done.result["run"]).wave_version == later


def test_a_page_does_not_run_on_a_dataset_that_no_longer_holds(desk: Desk) -> None:
    dataset = desk.dataset(items=["y", "x", "z"])
    earlier = run_analysis(desk.user, {"kind": "logit", "formula": "y ~ z"}, dataset.latest)
    desk.corrected(z=[1 - cell for cell in desk.cells("z")])
    with pytest.raises(Refused, match="Rebuild the dataset first"):
        ask_to_run_again(desk.user, earlier)
