"""What is told where Spark, Java or the master is missing; none of it needs Spark."""

from __future__ import annotations

from pathlib import Path

import pytest

from measures.core.engine import Plan, Rule, spark_sessions
from measures.core.engine.spark import SparkEngine, _address
from measures.core.masters import is_master
from surveys.core.problems import Refused
from tests.measures.small_survey import rule, store


def refusal(path: Path, master: str = "local[1]") -> str:
    plan = Plan(store(path / "wave.parquet", {"a": [1]}), (Rule("a", rule("a")),))
    with pytest.raises(Refused) as refused:
        SparkEngine(master).derive(plan, path)
    return refused.value.problems[0].sentence()


def test_without_pyspark_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_sessions, "find_spec", lambda name: None)
    told = refusal(tmp_path)
    assert "not installed here" in told and "requirements-spark.txt" in told and "Java 17" in told


def test_without_java_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_sessions, "find_spec", lambda name: "there")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "there is no Java here" in refusal(tmp_path)


def test_a_session_that_does_not_start_tells_no_address() -> None:
    def start() -> None:
        raise RuntimeError("sc://host/;token=secret")

    with pytest.raises(Refused, match="it reports RuntimeError") as refused:
        spark_sessions._started(start)
    assert refused.value.__context__ is None and "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("local[*]", True),
        ("local[2]", True),
        ("spark://head:7077", True),
        ("spark://one:7077,two:7077", True),
        ("yarn", True),
        ("k8s://https://host:443", True),
        ("sc://host:15002/;token=abc", True),
        ("local[0]", False),
        ("spark", False),
        ("http://head:7077", False),
        ("", False),
    ],
)
def test_masters_are_told_from_other_words(text: str, is_one: bool) -> None:
    assert is_master(text) is is_one


def test_no_sign_in_a_path_is_a_pattern() -> None:
    assert _address(Path("/a b/[1]*{x}")) == r"file:///a b/\[1\]\*\{x\}"
