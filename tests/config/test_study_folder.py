"""Study folders: loaded once, loaded again, mended, dumped and loaded back."""

from __future__ import annotations

import json
import os
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from django.core.management import call_command

from config.study_folder import dump_study, load_study, loading_measures
from config.study_folder.contents import MeasureEntry
from config.study_folder.loading_measures import in_order, unpublished
from config.study_folder.reading import read_folder
from config.study_folder.stored import stored_contents
from config.study_folder.writing import write_folder
from measures.models import Measure, MeasureVersion
from measures.services.rules import discard_draft, publish, retire, save_draft
from surveys.core.problems import Refused
from surveys.core.reading.options import ReadOptions
from surveys.models import AuditEntry, CrosswalkDecision, Study, User, WaveVersion
from surveys.services.waves import import_wave
from tests.conftest import ROOT
from tests.factories import make_user

STUDIES = ROOT / "studies"
FILES = {
    "study.yaml": """
title: {en: A small study, zh: 小型调查}
languages: [en, zh]
citation: Nobody (2020)
is_open: true
waves:
  "2020":
    title: First round
    key: id
    files:
      - file: waves/first.csv
        note: as it came
""",
    "waves/first.csv": "id,gender,union,party,town\n1,1,0,0,10\n2,2,1,0,10\n3,2,0,0,20\n4,1,0,1,20\n",
    "crosswalk/items.yaml": """
items:
  sex:
    labels: {en: Sex, zh: 性别}
    waves:
      "2020": {variable: gender, codes: [[1, 1], [2, 0]], missing: [[9, refused]], note: as printed}
""",
    "context/towns.csv": "town,people,post\n10,2.5,0012\n20,7,0034\n",
    "context/towns.yaml": """
labels: {en: Towns}
columns:
  people: {labels: {en: Inhabitants in millions}, source: made up}
  post: {type: text}
""",
    "measures/all_members.yaml": "labels: {en: In both}\nrule: any_member == 1 and union == 1\n",
    "measures/any_member.yaml": """
labels: {en: Member of any, zh: 任一组织成员}
concept: membership
rule: any_of(union == 1, party == 1)
value_labels:
  - {value: 1, labels: {en: "yes", zh: 是}}
examples:
  - {given: {union: 1, party: 0}, then: 1}
""",
    "measures/people.yaml": """
rule: lookup(towns.people, key=town)
draft:
  rule: log10(lookup(towns.people, key=town))
""",
    "datasets/all.yaml": """
labels: {en: Everyone}
recipe: {wave: "2020", key: id, items: [sex, town], measures: [any_member, people]}
""",
    "hypotheses/work.yaml": """
labels: {en: What the work says, zh: 文献的假设}
level: 0.1
hypotheses:
  H1:
    text: {en: members differ, zh: 成员不同}
    term: any_member
    sign: "-"
    published: supported
    tested: {logit: "table1#model1"}
""",
    "analyses/table1.yaml": """
labels: {en: First table}
spec: {kind: descriptives, dataset: all, variables: [any_member, people], targets: paper/table1}
""",
    "targets/paper/table1.csv": "column,term,statistic,printed,label\nall,any_member,percent,50.0,Member\n",
    "targets/paper/table1.yaml": "kind: descriptives\ncitation: Nobody (2020), Table 1\nnotes: {n: 4}\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "small"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.fixture
def boss(db: None) -> User:
    return make_user("boss", is_superuser=True, is_staff=True)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[tuple[str, str]]:
    return {(problem.where.split(":")[0], problem.code) for problem in refused.value.problems}


@pytest.mark.parametrize("name", ["mdms", "fuzhou", "community"])
def test_shipped_folders_read_and_say_that_they_are_synthetic(name: str) -> None:
    contents = read_folder(STUDIES / name)
    assert contents.fields["is_synthetic"]
    assert all(wave.fields["is_synthetic"] for wave in contents.waves)
    for texts in (contents.fields["labels"], *(wave.fields["labels"] for wave in contents.waves)):
        assert "synthetic" in texts["en"]
        assert "模拟数据" in texts["zh"]


@pytest.mark.parametrize("name", ["mdms", "fuzhou", "community"])
def test_shipped_folders_survive_being_written(name: str, tmp_path: Path) -> None:
    contents = read_folder(STUDIES / name)
    written, removed = write_folder(contents, tmp_path / name)
    assert read_folder(tmp_path / name) == contents
    assert removed == []
    assert len(written) == len(set(written))


def test_every_construct_of_the_tables_has_a_measure() -> None:
    contents = read_folder(STUDIES / "mdms")
    named = {measure.name for measure in contents.measures}
    printed = {
        cell["term"] for target in contents.targets if target.kind != "claims" for cell in target.cells
    }
    parts = {part for term in printed for part in term.split(":")}
    assert parts - named == {"constant", "vocation", "n", "loglik", "aic", "bic", "icc"}


def test_a_folder_is_loaded_once_and_then_left_alone(folder: Path, boss: User) -> None:
    first = load_study(boss, folder)
    assert first.changed == first.left == []
    assert "wave version small/2020@1" in first.created
    assert "measure any_member@1" in first.created
    assert "measure people@draft" in first.created
    again = load_study(boss, folder)
    assert again.created == again.changed == []
    assert len(again.left) == len(first.created) - 1  # a measure and its draft are one line
    assert AuditEntry.objects.filter(action="load").count() == 2


def test_a_wave_with_a_correction_is_loaded_once(folder: Path, boss: User) -> None:
    first = (folder / "waves/first.csv").read_text()
    (folder / "waves/second.csv").write_text(first.replace("4,1,0,1,20", "4,1,1,1,20"))
    edit(folder, "study.yaml", "note: as it came", "note: as it came\n      - {file: waves/second.csv}")
    load_study(boss, folder)
    again = load_study(boss, folder)
    assert again.created == again.changed == []
    wave = Study.objects.get(slug="small").waves.get()
    assert [version.original_name for version in wave.versions.all()] == ["first.csv", "second.csv"]
    (folder / "waves/third.csv").write_text(first.replace("1,1,0,0,10", "1,1,1,1,10"))
    edit(
        folder,
        "study.yaml",
        "- {file: waves/second.csv}",
        "- {file: waves/second.csv}\n      - {file: waves/third.csv}",
    )
    assert load_study(boss, folder).created == ["wave version small/2020@3"]


def test_decisions_of_every_version_are_dumped_and_loaded(folder: Path, boss: User, tmp_path: Path) -> None:
    first = (folder / "waves/first.csv").read_text()
    (folder / "waves/second.csv").write_text(first.replace("gender", "sex2"))
    edit(folder, "study.yaml", "note: as it came", "note: as it came\n      - {file: waves/second.csv}")
    later = "note: as printed, later: [{variable: sex2, since: 2}]}"
    edit(folder, "crosswalk/items.yaml", "note: as printed}", later)
    load_study(boss, folder)
    assert load_study(boss, folder).changed == []
    study = Study.objects.get(slug="small")
    assert CrosswalkDecision.objects.count() == 2
    dump_study(boss, study, tmp_path / "copy")
    assert read_folder(tmp_path / "copy") == stored_contents(study)
    edit(
        folder,
        "crosswalk/items.yaml",
        "{variable: sex2, since: 2}",
        "{variable: sex2, since: 2, reason: new}",
    )
    assert load_study(boss, folder).changed == ["item sex"]
    assert load_study(boss, folder).changed == [] and CrosswalkDecision.objects.count() == 3
    edit(folder, "crosswalk/items.yaml", ", later: [{variable: sex2, since: 2, reason: new}]", "")
    assert load_study(boss, folder).changed == ["item sex"]
    assert load_study(boss, folder).changed == []
    edit(folder, "crosswalk/items.yaml", "note: as printed}", "later: [{variable: sex2}]}")
    with pytest.raises(Refused, match="must follow each other"):
        load_study(boss, folder)


def test_a_correction_that_the_folder_does_not_know_is_not_taken_back(folder: Path, boss: User) -> None:
    load_study(boss, folder)
    corrected = folder / "corrected.csv"
    corrected.write_text((folder / "waves/first.csv").read_text().replace("4,1,0,1,20", "4,1,1,1,20"))
    import_wave(boss, "small", "2020", corrected, original_name="corrected.csv", options=ReadOptions())
    assert load_study(boss, folder).created == []
    assert Study.objects.get(slug="small").waves.get().versions.count() == 2


def test_cells_may_hold_line_breaks_and_other_files_are_left_alone(
    folder: Path, boss: User, tmp_path: Path
) -> None:
    (folder / "context/towns.csv").write_text('town,people,post\n10,2.5,"00\n12"\n20,7,"a\u2028b"\n', "utf-8")
    load_study(boss, folder)
    kept = [
        folder / name for name in ("measures/my_notes.csv", "context/old/data.csv", "targets/readme.yaml")
    ]
    for path in kept:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (folder / "datasets/gone.yaml").write_text("mine")
    outcome = dump_study(boss, Study.objects.get(slug="small"), folder)
    assert {path.read_text() for path in kept} == {"mine"}
    assert "datasets/gone.yaml" in outcome["removed"]
    assert load_study(boss, folder).changed == []


def test_a_study_that_an_import_made_can_be_dumped_and_loaded(boss: User, tmp_path: Path) -> None:
    file = tmp_path / "survey.csv"
    file.write_text("id,x\n1,2\n2,3\n")
    import_wave(boss, "adhoc", "2020", file, original_name="survey.csv", options=ReadOptions())
    dump_study(boss, Study.objects.get(slug="adhoc"), tmp_path / "dumped")
    assert load_study(boss, tmp_path / "dumped").changed == []


def test_what_was_dumped_loads_as_the_same(folder: Path, boss: User, tmp_path: Path) -> None:
    load_study(boss, folder)
    study = Study.objects.get(slug="small")
    before = stored_contents(study)
    dumped = dump_study(boss, study, tmp_path / "copy")
    assert "waves/2020/1/first.csv" in dumped["written"]
    read = read_folder(tmp_path / "copy")
    assert read == before
    assert read.contexts[0].rows == [[10, 2.5, "0012"], [20, 7, "0034"]]
    again = load_study(boss, tmp_path / "copy")
    assert again.created == again.changed == []


def test_a_measure_whose_only_draft_was_discarded_is_left_out(
    folder: Path, boss: User, tmp_path: Path
) -> None:
    load_study(boss, folder)
    study = Study.objects.get(slug="small")
    draft = save_draft(boss, study, "given_up", rule="1")
    kept = save_draft(boss, study, "begun", rule="2")
    discard_draft(boss, draft.measure)
    dump_study(boss, study, tmp_path / "copy")
    names = {measure.name for measure in read_folder(tmp_path / "copy").measures}
    assert "given_up" not in names and kept.measure.name in names
    assert load_study(boss, tmp_path / "copy").created == []


SECOND_WAVE = """
  "2022":
    title: Second round
    key: id
    files:
      - file: waves/later.csv
"""
LATER_DECISIONS = """
      "2022": {variable: sex3, codes: [[1, 1]], status: partial, reason: "Codes without a counterpart: 2."}
  union:
    waves:
      "2022": {variable: member, status: undetermined, reason: asked otherwise}
  faith:
    waves:
      "2022": {status: impossible, reason: not asked}
"""


def test_a_whole_study_comes_back_elsewhere_with_the_same_hashes_and_decisions(
    folder: Path, boss: User, tmp_path: Path
) -> None:
    first = (folder / "waves/first.csv").read_text()
    (folder / "waves/second.csv").write_text(first.replace("gender", "sex2").replace("4,1,0", "4,1,1"))
    (folder / "waves/later.csv").write_text(
        "id,sex3,member,party,town\n11,1,1,0,10\n12,2,0,1,20\n13,2,1,0,\n"
    )
    edit(folder, "study.yaml", "note: as it came", "note: as it came\n      - {file: waves/second.csv}")
    with (folder / "study.yaml").open("a") as file:
        file.write(SECOND_WAVE.removeprefix("\n"))
    edit(
        folder, "crosswalk/items.yaml", "note: as printed}\n",
        "note: as printed, later: [{variable: sex2, since: 2}]}" + LATER_DECISIONS,
    )  # fmt: skip
    load_study(boss, folder)
    study = Study.objects.get(slug="small")
    dump_study(boss, study, tmp_path / "copy")
    edit(tmp_path / "copy", "study.yaml", "slug: small", "slug: elsewhere")
    load_study(boss, tmp_path / "copy")
    other = Study.objects.get(slug="elsewhere")
    assert hashes(study) == hashes(other) and len(hashes(study)) == 3
    assert decisions(study) == decisions(other) and len(decisions(study)) == 5
    assert load_study(boss, tmp_path / "copy").changed == []


def hashes(study: Study) -> list[tuple[str, int, str, str]]:
    """Content and codebook of every wave version."""
    waves = WaveVersion.objects.filter(wave__study=study).order_by("wave__slug", "number")
    return [(v.wave.slug, v.number, v.content_hash, v.codebook_hash) for v in waves]


def decisions(study: Study) -> list[tuple[Any, ...]]:
    told = ("item__name", "wave__slug", "kind", "variable", "code_map", "missing_map", "status", "reason",
            "note", "since")  # fmt: skip
    standing = CrosswalkDecision.objects.filter(item__study=study).order_by("item__name", "wave__slug", "id")
    return list(standing.values_list(*told))


def test_a_changed_rule_is_published_as_the_next_version(folder: Path, boss: User) -> None:
    load_study(boss, folder)
    edit(folder, "measures/any_member.yaml", "any_of(union == 1, party == 1)", "union == 1 and party == 0")
    again = load_study(boss, folder)
    assert again.created == []
    assert again.changed == ["measure any_member@2"]
    assert Measure.objects.get(name="any_member").published.number == 2
    assert load_study(boss, folder).changed == []


def test_measures_of_the_same_waves_are_tried_on_one_connection(
    folder: Path, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, connect = [], duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *a, **how: opened.append(connect(*a, **how)) or opened[-1])
    load_study(boss, folder)
    assert MeasureVersion.objects.filter(state="published").count() == 3 and len(opened) == 1
    with pytest.raises(duckdb.ConnectionException):
        opened[0].execute("SELECT 1")


def test_versions_published_elsewhere_are_kept(folder: Path, boss: User, tmp_path: Path) -> None:
    load_study(boss, folder)
    measure = Measure.objects.get(name="any_member")
    save_draft(boss, measure.study, "any_member", rule="party == 1", note="only parties")
    publish(boss, measure, acknowledge_changes=True)
    dump_study(boss, measure.study, tmp_path / "copy")
    written = yaml.safe_load((tmp_path / "copy/measures/any_member.yaml").read_text("utf-8"))
    assert [version["rule"] for version in written["versions"]] == [
        "any_of(union == 1, party == 1)",
        "party == 1",
    ]
    assert load_study(boss, tmp_path / "copy").changed == []
    shutil.rmtree(folder)


def test_a_retired_version_keeps_its_number_and_its_reason(folder: Path, boss: User, tmp_path: Path) -> None:
    load_study(boss, folder)
    measure = Measure.objects.get(name="any_member")
    save_draft(boss, measure.study, "any_member", rule="party == 1", note="only parties")
    publish(boss, measure, acknowledge_changes=True)
    retire(boss, measure.versions.get(number=1), "unions were counted twice")
    dump_study(boss, measure.study, tmp_path / "copy")
    assert load_study(boss, tmp_path / "copy").changed == []
    edit(tmp_path / "copy", "study.yaml", "slug: small", "slug: again")
    load_study(boss, tmp_path / "copy")
    told = {
        version.number: (version.state, version.rule, version.retired_because)
        for version in Measure.objects.get(study__slug="again", name="any_member").versions.all()
    }
    assert told == {
        1: ("retired", "any_of(union == 1, party == 1)", "unions were counted twice"),
        2: ("published", "party == 1", ""),
    }
    edit(
        tmp_path / "copy",
        "measures/any_member.yaml",
        "  note: only parties",
        "  note: only parties\n  retired: no longer asked",
    )
    assert load_study(boss, tmp_path / "copy").changed == ["measure any_member@2 retired"]


def test_a_folder_loaded_again_leaves_what_somebody_works_on_or_published(folder: Path, boss: User) -> None:
    load_study(boss, folder)
    study = Study.objects.get(slug="small")
    measure = save_draft(boss, study, "any_member", rule="party == 1").measure
    assert load_study(boss, folder).changed == []
    assert measure.draft is not None and measure.draft.rule == "party == 1"
    publish(boss, measure, acknowledge_changes=True)
    loaded = load_study(boss, folder)
    assert loaded.changed == []
    assert (
        "measure any_member (the file ends with any_member@1; any_member@2 is in force and stays)"
        in loaded.left
    )
    assert measure.published is not None and measure.published.rule == "party == 1"


def test_a_draft_that_somebody_works_on_is_not_written_over(folder: Path, boss: User) -> None:
    load_study(boss, folder)
    study = Study.objects.get(slug="small")
    save_draft(boss, study, "any_member", rule="party == 1")
    edit(folder, "measures/any_member.yaml", "any_of(union == 1, party == 1)", "union == 1")
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    assert codes(refused) == {("measures/any_member.yaml", "draft_in_the_way")}
    assert Measure.objects.get(name="any_member").draft.rule == "party == 1"


def test_a_measure_that_cannot_be_published_leaves_no_draft(folder: Path, boss: User) -> None:
    edit(folder, "measures/any_member.yaml", "then: 1", "then: 0")
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    assert ("measures/any_member.yaml", "example_fails") in codes(refused)
    assert Measure.objects.get(name="any_member").draft is None
    edit(folder, "measures/any_member.yaml", "then: 0", "then: 1")
    assert "measure any_member@1" in load_study(boss, folder).created


def test_a_bug_while_publishing_leaves_the_draft_to_be_looked_at(
    folder: Path, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(loading_measures, "publish", crash)
    with pytest.raises(ZeroDivisionError):
        load_study(boss, folder)
    assert Measure.objects.get(name="any_member").draft is not None
    monkeypatch.undo()
    assert "measure any_member@1" in load_study(boss, folder).created


def test_every_problem_of_a_folder_is_told_at_once(folder: Path) -> None:
    edit(folder, "study.yaml", "waves/first.csv", "waves/../../secret.csv")
    edit(folder, "study.yaml", "is_open: true", "is_opne: true")
    edit(folder, "measures/any_member.yaml", "any_of(union", "any_of((union")
    edit(folder, "measures/any_member.yaml", "concept:", "level: ordnal\nconcept:")
    edit(folder, "datasets/all.yaml", "measures:", "measure:")
    edit(folder, "analyses/table1.yaml", "descriptives", "descriptive")
    edit(folder, "targets/paper/table1.csv", "50.0", "50.0,more")
    edit(folder, "crosswalk/items.yaml", "[2, 0]", "2")
    (folder / "measures/people.yaml").write_text("rule: [", "utf-8")
    with pytest.raises(Refused) as refused:
        read_folder(folder)
    told = {place.split(".yaml")[0].split(".csv")[0] for place, _ in codes(refused)}
    assert told == {
        "study",
        "measures/any_member",
        "measures/people",
        "datasets/all",
        "analyses/table1",
        "targets/paper/table1",
        "crosswalk/items",
    }
    near = [problem.near for problem in refused.value.problems if problem.code == "unknown_field"]
    assert ("is_open",) in near


def test_an_analysis_that_names_what_is_not_there_is_told_with_near_misses(folder: Path, boss: User) -> None:
    edit(folder, "analyses/table1.yaml", "[any_member, people]", "[any_membr, people, id, sex]")
    edit(folder, "analyses/table1.yaml", "paper/table1", "paper/table2")
    model = "kind: linear, dataset: all, formula: people ~ twon"
    (folder / "analyses/model.yaml").write_text(f"spec: {{{model}}}\n", "utf-8")
    elsewhere = "kind: descriptives, dataset: al, variables: [people]"
    (folder / "analyses/other.yaml").write_text(f"spec: {{{elsewhere}}}\n", "utf-8")
    on_a_wave = 'kind: descriptives, dataset: "2020", variables: [gendre], targets: "paper/table1#all"'
    (folder / "analyses/wave.yaml").write_text(f"spec: {{{on_a_wave}}}\n", "utf-8")
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    assert codes(refused) == {
        ("analyses/table1.yaml", "unknown_variable"),
        ("analyses/table1.yaml", "unknown_target"),
        ("analyses/model.yaml", "unknown_variable"),
        ("analyses/other.yaml", "unknown_dataset"),
        ("analyses/wave.yaml", "unknown_variable"),
    }
    near = {problem.near for problem in refused.value.problems}
    assert near == {("any_member",), ("paper/table1",), ("town",), ("all",), ("gender",)}
    assert not Study.objects.get(slug="small").analyses.exists()


def test_an_analysis_left_as_it_was_is_told_when_its_column_is_gone(folder: Path, boss: User) -> None:
    load_study(boss, folder)
    edit(folder, "datasets/all.yaml", ", people]", "]")
    with pytest.raises(Refused, match="no variable people"):
        load_study(boss, folder)
    edit(folder, "datasets/all.yaml", "measures: [any_member]", "measures: [any_member, peple]")
    with pytest.raises(Refused) as refused:  # the recipe is told, and what the analysis loses by it
        load_study(boss, folder)
    assert {place for place, _ in codes(refused)} == {"datasets/all.yaml", "analyses/table1.yaml"}


def test_a_file_that_is_not_the_one_of_its_checksum_is_refused(folder: Path) -> None:
    (folder / "waves/first.csv.sha256").write_text("0" * 64 + "  first.csv\n", "utf-8")
    with pytest.raises(Refused) as refused:
        read_folder(folder)
    assert codes(refused) == {("study.yaml.waves.2020.files[1].file", "wrong_checksum")}


def test_a_folder_without_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read_folder(tmp_path)
    assert refused.value.problems[0].code == "no_study"


def test_dumping_needs_the_right_to_microdata_and_an_own_folder(
    folder: Path, boss: User, tmp_path: Path
) -> None:
    load_study(boss, folder)
    study = Study.objects.get(slug="small")
    with pytest.raises(Refused) as refused:
        dump_study(make_user("reader"), study, tmp_path / "copy")
    assert refused.value.problems[0].code == "not_allowed"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(Refused) as refused:
        dump_study(boss, study, tmp_path / "mine")
    assert refused.value.problems[0].code == "folder_not_empty"


def test_dumping_again_removes_what_is_no_longer_so(folder: Path, boss: User) -> None:
    load_study(boss, folder)
    study = Study.objects.get(slug="small")
    study.analyses.all().delete()
    outcome = dump_study(boss, study, folder)
    assert outcome["removed"] == ["analyses/table1.yaml", "crosswalk/items.yaml"]
    assert load_study(boss, folder).changed == []


def test_measures_are_published_after_those_they_speak_of() -> None:
    def entry(name: str, rule: str) -> MeasureEntry:
        return MeasureEntry(name, "", ({"rule": rule},))

    entries = [entry("a", "b + c"), entry("b", "c + 1"), entry("c", "x"), entry("d", "e"), entry("e", "d")]
    names = [one.name for one in in_order(entries)]
    assert names[:3] == ["c", "b", "a"]
    assert set(names[3:]) == {"d", "e"}


def test_only_wordings_after_the_one_in_force_are_new() -> None:
    one, two, three = ({"rule": rule} for rule in ("1", "2", "3"))
    entry = MeasureEntry("m", "", (one, two, three))
    assert unpublished(entry, None) == [one, two, three]
    assert unpublished(entry, MeasureEntry("m", "", (one,))) == [two, three]
    assert unpublished(entry, MeasureEntry("m", "", (one, two, three))) == []
    other = {"rule": "other"}
    assert unpublished(entry, MeasureEntry("m", "", (other,))) == [three]
    assert unpublished(entry, MeasureEntry("m", "", (one, two, three, other))) == []
    assert unpublished(entry, MeasureEntry("m", "", (one, two, three, two))) == []
    assert unpublished(entry, MeasureEntry("m", "", (one, two, one))) == [three]
    assert unpublished(MeasureEntry("m", "", (one, two, one)), MeasureEntry("m", "", (one, two))) == [one]


def test_commands_print_json_and_refuse_with_exit_one(folder: Path, db: None, tmp_path: Path) -> None:
    out = StringIO()
    call_command("load_study", str(folder), "--json", stdout=out, stderr=StringIO())
    assert "study small" in json.loads(out.getvalue())["created"]
    out = StringIO()
    call_command("dump_study", "small", str(tmp_path / "copy"), "--json", stdout=out)
    assert "study.yaml" in json.loads(out.getvalue())["written"]
    out, told = StringIO(), StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("load_study", str(tmp_path), "--json", stdout=out, stderr=told)
    assert left.value.code == 1
    assert json.loads(out.getvalue())["problems"][0]["code"] == "no_study"
    assert "study.yaml" in told.getvalue()


def test_what_is_no_file_in_a_folder_is_told_of(folder: Path, boss: User) -> None:
    """A measure that is silently not there would be missed by whatever speaks of it."""
    os.mkfifo(folder / "measures" / "pipe.yaml")
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    assert ("no_file", "measures/pipe.yaml") in [(one.code, one.where) for one in refused.value.problems]


def test_a_name_that_no_disk_holds_is_refused_with_a_sentence(tmp_path: Path, boss: User) -> None:
    with pytest.raises(Refused) as refused:
        load_study(boss, tmp_path / ("a" * 300))
    assert refused.value.problems[0].code == "not_readable"


def test_links_checksums_and_folders_that_are_none_are_told_of(folder: Path, boss: User) -> None:
    wave = min((folder / "waves").glob("*.csv"))
    loop = folder / "waves" / "loop.csv"
    loop.symlink_to(loop)
    text = (folder / "study.yaml").read_text("utf-8")
    (folder / "study.yaml").write_text(text.replace(wave.name, loop.name), "utf-8")
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    told = {(one.code, one.message) for one in refused.value.problems}
    assert any(code == "no_file" and "loop.csv is a link that leads nowhere" in text for code, text in told)
    (folder / "study.yaml").write_text(text, "utf-8")
    beside = wave.with_name(wave.name + ".sha256")
    beside.write_bytes(b"\xff\xfe checksum")
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    assert "wrong_checksum" in {one.code for one in refused.value.problems}
    beside.unlink()
    beside.mkdir()
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    assert f"{beside.name} is not a file." in {one.message for one in refused.value.problems}


def test_a_file_in_the_place_of_a_folder_is_told_of(folder: Path, boss: User) -> None:
    shutil.rmtree(folder / "measures")
    (folder / "measures").write_text("no folder", "utf-8")
    with pytest.raises(Refused) as refused:
        load_study(boss, folder)
    assert ("no_folder", "measures") in {(one.code, one.where) for one in refused.value.problems}
