"""Sentences that remember their template: English to everybody, another language to a page that asks."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.core.problems import Problem, problem_from_json
from surveys.core.said import (
    Said,
    alternatives,
    both,
    in_a_row,
    restored,
    retold,
    say,
    sentence,
    with_sources,
    without_sources,
)

CHINESE = {
    "{n:,} rows were declared, {there} are there.": "声明 {n} 行，实有 {there} 行。",
    "Codes without a label: {codes}.": "没有标签的编码：{codes}。",
    "It is damaged: {why}.": "已损坏：{why}。",
    "it ends early": "提前结束",
    "{one} or {other}": "{one}或{other}",
    "{names} and {last}": "{names}和{last}",
    "{first} {second}": "{first}{second}",
    "Write {{a: 1}}.": "请写 {{a: 1}}。",
    "Did you mean {near}?": "是否想写{near}？",
    "{where}: {message}": "{where}：{message}",
    ", ": "、",
}


def chinese(said: str) -> str:
    return retold(said, lambda template: CHINESE.get(template, template))


def test_it_is_the_english_text_to_everybody() -> None:
    said = say("{n:,} rows were declared, {there} are there.", n=1200, there=7)
    plain = "1,200 rows were declared, 7 are there."
    assert said == plain and hash(said) == hash(plain) and str(said) == plain
    assert {said: 1}[plain] == 1 and json.dumps(said) == json.dumps(plain)
    assert chinese(said) == "声明 1,200 行，实有 7 行。"


def test_lists_sentences_and_alternatives_are_translated_inside() -> None:
    assert chinese(say("Codes without a label: {codes}.", codes=[1, 2.5, 9])) == "没有标签的编码：1、2.5、9。"
    assert chinese(say("It is damaged: {why}.", why=say("it ends early"))) == "已损坏：提前结束。"
    assert (alternatives(["a", "b", "c"]), chinese(alternatives("abc"))) == ("a or b or c", "a或b或c")
    assert (in_a_row(["a", "b", "c"]), chinese(in_a_row("abc"))) == ("a, b and c", "a、b和c")
    assert chinese(both("Write {a: 1}.", say("it ends early"))) == "请写 {a: 1}。提前结束"


def test_what_was_put_in_is_never_taken_for_a_sentence() -> None:
    said = say("It is damaged: {why}.", why="it ends early")
    assert chinese(said) == "已损坏：it ends early。"
    assert chinese(say("It is damaged: {why}.", why="{n} and {0}")) == "已损坏：{n} and {0}。"
    assert chinese("it ends early") == "it ends early" and chinese(sentence("it ends early")) == "提前结束"


def test_copies_keep_the_source() -> None:
    said = say("It is damaged: {why}.", why=say("it ends early"))
    for one in (copy.copy(said), copy.deepcopy(said), pickle.loads(pickle.dumps(said)), say(said)):  # noqa: S301
        assert isinstance(one, Said) and chinese(one) == "已损坏：提前结束。"
    assert isinstance(asdict(Problem("code", said))["message"], Said)


def test_a_stored_problem_comes_back_with_its_sentences() -> None:
    problem = Problem(
        "damaged",
        say("It is damaged: {why}.", why=say("it ends early")),
        hint=say("Codes without a label: {codes}.", codes=(1, 2)),
        near=("a", "b"),
        position=(1, 2),
    )
    stored = json.loads(json.dumps(with_sources(problem.as_json())))
    assert without_sources(stored) == problem.as_json()
    again = problem_from_json(stored)
    assert again == problem and chinese(again.message) == "已损坏：提前结束。"
    assert chinese(again.sentence()) == "已损坏：提前结束。是否想写a或b？没有标签的编码：1、2。"
    assert (
        again.sentence() == "It is damaged: it ends early. Did you mean a or b? Codes without a label: 1, 2."
    )


def test_documents_without_sources_stay_as_they_are() -> None:
    old = {"code": "damaged", "message": "It is damaged: it ends early."}
    assert restored(old) == old and with_sources(old) == old
    other = {**old, "said": {"message": {"template": "it ends early", "values": {}}}}
    assert restored(other) == old, "a source that gives another text is not believed"


def test_a_template_needs_all_its_values() -> None:
    with pytest.raises(KeyError):
        say("It is damaged: {why}.")


@settings(max_examples=60)
@given(st.lists(st.text(max_size=12), max_size=4), st.integers(), st.floats(allow_nan=False), st.text())
def test_it_says_what_format_says(names: list[str], n: int, share: float, text: str) -> None:
    said = say("{names}: {n:,} of {share:.3f} {{{text}}}", names=names, n=n, share=share, text=text)
    assert said == f"{', '.join(names)}: {n:,} of {share:.3f} {{{text}}}"
    assert restored(json.loads(json.dumps(with_sources({"message": said})))) == {"message": said}
    assert retold(said, lambda template: template) == said
    assert sentence(text) == text and retold(sentence(text), lambda template: template) == text
