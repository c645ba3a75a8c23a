"""Commands: what they print, and how they end."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from measures.management.commands.check_rule import marked
from measures.models import Measure
from measures.services.rules import save_draft
from tests.measures.conftest import Room


def run(*arguments: str) -> tuple[int, Any, str]:
    """(exit code, what --json printed, talk)."""
    out, talk = StringIO(), StringIO()
    try:
        call_command(*arguments, "--json", stdout=out, stderr=talk)
    except SystemExit as end:
        return int(end.code or 0), json.loads(out.getvalue()), talk.getvalue()
    return 0, json.loads(out.getvalue()), talk.getvalue()


def test_check_rule_prints_sentence_type_coverage_and_tally(room: Room) -> None:
    code, said, _ = run("check_rule", "any_of(q_union, q_party)", "--wave", "mdms/2014")
    assert code == 0 and said["type"] == "integer" and said["is_covered"]
    assert said["tally"] == {"valid": 6, "refused": 1, "dont_know": 1}
    assert set(said["sentence"]) == {"en", "zh"} and said["coverage"]


def test_check_rule_names_every_mistake_and_ends_with_one(room: Room) -> None:
    code, said, talk = run("check_rule", "any_of(q_unoin, q_party)", "--wave", "mdms/2014")
    assert code == 1 and said["problems"][0]["position"] == [7, 14]
    assert "q_union" in said["problems"][0]["near"]
    assert "       ^^^^^^^\n" in talk


def test_check_rule_on_an_unknown_wave(room: Room) -> None:
    code, said, _ = run("check_rule", "1", "--wave", "mdms/2041")
    assert code == 1 and said["problems"][0]["code"] == "not_found"


def test_the_mark_stands_under_its_line() -> None:
    assert marked("a +\nbcd", (4, 7)) == "    bcd\n    ^^^"
    assert marked("a", (1, 1)) == "    a\n     ^"
    long = "a + " * 50_000
    assert len(marked(long, (0, len(long)))) < 500
    assert marked(long + "bcd", (len(long), len(long) + 3)).endswith("^^^")
    assert "bcd\n" in marked(long + "bcd", (len(long), len(long) + 3))


def test_a_rule_may_begin_with_a_minus(room: Room) -> None:
    for rule in ("-q_income+q_sex", "-q_income"):
        code, said, _ = run("check_rule", rule, "--wave", "mdms/2014")
        assert code == 0 and said["type"] == "decimal"


def test_publish_measure(room: Room, fsp: Measure) -> None:
    save_draft(room.user, room.study, "fsp", rule="q_union")
    room.dataset(measures=["fsp"])
    code, said, talk = run("publish_measure", "mdms/fsp")
    assert code == 1 and said["problems"][0]["code"] == "changes_not_seen" and "2 of 8 rows" in talk
    code, said, talk = run("publish_measure", "mdms/fsp", "--acknowledge-changes")
    assert "The dataset mdms/integration would change in fsp." in talk and "measure_impact mdms/fsp" in talk
    assert code == 0 and said["measure_version"] == "mdms/fsp@2" and said["changed_rows"] == 2
    assert len(said["fingerprint"]) == 64
    code, said, talk = run("publish_measure", "mdms/fsp")
    assert code == 0 and not said["is_new"] and "Nothing changed" in talk
    code, said, _ = run("publish_measure", "mdms/fps")
    assert code == 1 and said["problems"][0]["near"] == ["fsp"]


def test_build_dataset(room: Room, fsp: Measure) -> None:
    room.dataset(measures=["fsp"])
    code, said, _ = run("build_dataset", "mdms/integration", "--note", "first")
    assert code == 0 and said["dataset_version"] == "mdms/integration@1"
    assert [set(column) - {"name", "hash", "tally"} for column in said["columns"]] == [{"computed"}] * 2
    assert all(sum(column["tally"].values()) == said["rows"] for column in said["columns"])
    again = run("build_dataset", "mdms/integration")[1]
    assert again["content_hash"] == said["content_hash"]
    assert [set(column) - {"name", "hash", "tally"} for column in again["columns"]] == [{"reused"}] * 2
    code, said, _ = run("build_dataset", "mdms/integratoin")
    assert code == 1 and said["problems"][0]["near"] == ["integration"]


@pytest.mark.parametrize("command", ["check_rule", "publish_measure", "build_dataset"])
def test_people_get_lines_and_strangers_nothing(room: Room, fsp: Measure, command: str) -> None:
    room.dataset(measures=["fsp"])
    names = {"check_rule": ["fsp + 1", "--wave", "mdms/2014"], "publish_measure": ["mdms/fsp"]}
    out = StringIO()
    call_command(
        command,
        *names.get(command, ["mdms/integration"]),
        "--as",
        "researcher",
        stdout=out,
        stderr=StringIO(),
    )
    assert out.getvalue()
    with pytest.raises(SystemExit):
        call_command(
            command,
            *names.get(command, ["mdms/integration"]),
            "--as",
            "nobody",
            stdout=out,
            stderr=StringIO(),
        )


@pytest.mark.parametrize(
    "arguments", [("--engine", "polars"), ("--engine", "spark", "--master", "http://x"), ("--master", "yarn")]
)
def test_an_engine_that_is_none_is_wrong_usage(room: Room, fsp: Measure, arguments: tuple[str, ...]) -> None:
    room.dataset("one", measures=["fsp"])
    with pytest.raises(CommandError, match=r"--(engine|master)"):
        call_command("build_dataset", "mdms/one", *arguments)
