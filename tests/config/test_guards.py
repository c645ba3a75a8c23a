"""The database refuses to change or delete what is immutable, even for those who go round the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from config import guards
from config.guards import GUARDS, Guard, lay_guards, lift_guards, told
from config.problems import ProblemMiddleware, api_problem
from measures.models import DerivedColumn, Measure, MeasureVersion
from measures.services.comparing import moves
from measures.services.rules import discard_draft, new_version, publish, retire, save_draft
from surveys.models import AuditEntry, StoredFile, Study, User
from surveys.services.crosswalk import decide, save_item
from surveys.services.studies import save_context
from tests.pages.conftest import Library, build_library

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(db: None) -> Library:
    return build_library()


def raw(statement: str, *values: Any) -> None:
    """As somebody at the database's own terminal would."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# What a table holds once everything was built, and a column that nobody may change there.
KEPT = (
    ("surveys_waveversion", "rows = rows + 1"),
    ("surveys_variable", "name = 'other'"),
    ("surveys_storedfile", "size = size + 1"),
    ("surveys_auditentry", "actor = 'somebody else'"),
    ("measures_measureversion", "rule = '2'"),
    ("measures_measureversion", "labels = '{}'"),
    ("measures_measureversion", "published_at = created_at"),
    ("measures_derivedcolumn", "rows = rows + 1"),
    ("measures_datasetversion", "note = 'other'"),
    ("measures_datasetversion_wave_versions", "waveversion_id = waveversion_id"),
    ("measures_datasetcolumn", "name = 'other'"),
    ("analytics_run", "result = '{}'"),
    ("analytics_targetcell", "printed = '9'"),
)
GONE = tuple(
    dict.fromkeys(
        table
        for table, _ in KEPT
        if table not in ("surveys_storedfile", "measures_derivedcolumn", "analytics_targetcell")
    )
)


@pytest.mark.parametrize(("table", "change"), KEPT, ids=lambda text: text.partition(" ")[0])
def test_raw_sql_changes_nothing_that_was_committed(library: Library, table: str, change: str) -> None:
    condition = " WHERE state <> 'draft'" if table == "measures_measureversion" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}{condition}")
        assert cursor.fetchone()[0], "nothing is there that could be refused"
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(f"UPDATE {table} SET {change}{condition}")


@pytest.mark.parametrize("table", GONE)
def test_raw_sql_deletes_nothing_that_was_committed(library: Library, table: str) -> None:
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", GONE)
def test_no_table_is_emptied_or_its_rows_replaced(library: Library, table: str) -> None:
    if connection.vendor == "postgresql":
        raw("SET CONSTRAINTS ALL IMMEDIATE")  # else rows just written hinder it before any guard does
        statement = f"TRUNCATE {table} CASCADE"
    else:
        statement = f"REPLACE INTO {table} SELECT * FROM {table}"
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(statement)


# A key of each table, other than its own, by which SQLite replaces a row.
SHARED = {
    "surveys_waveversion": "wave_id, number",
    "surveys_variable": "version_id, name",
    "measures_measureversion": "measure_id, number",
    "measures_datasetversion": "dataset_id, number",
    "measures_datasetversion_wave_versions": "datasetversion_id, waveversion_id",
    "measures_datasetcolumn": "version_id, name",
    "analytics_run": "key, dataset_version_id, analysis_id",
}


@pytest.mark.parametrize("table", SHARED)
@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="only SQLite replaces rows")
def test_no_row_takes_the_place_of_another_of_the_same_key(library: Library, table: str) -> None:
    with connection.cursor() as cursor:
        columns = [c.name for c in connection.introspection.get_table_description(cursor, table)]
        cursor.execute(f"SELECT COUNT(*) FROM {table} WHERE {SHARED[table].split(', ')[-1]} IS NOT NULL")
        assert cursor.fetchone()[0]
    values = ", ".join("id + 900000" if name == "id" else f'"{name}"' for name in columns)
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(f"REPLACE INTO {table} SELECT {values} FROM {table}")


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="only SQLite replaces rows")
def test_no_draft_is_numbered_over_a_published_version(library: Library) -> None:
    version = Measure.objects.get(name="fsp").published
    draft = new_version(library.owner, Measure.objects.get(name="fsp"))
    assert version is not None and version.number == 1
    change = "SET number = 1, state = 'published', rule = '2', published_at = created_at, published_by_id = 1"
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(f"UPDATE OR REPLACE measures_measureversion {change} WHERE id = %s", draft.pk)
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(f"UPDATE OR REPLACE measures_measureversion SET id = {version.pk} WHERE id = %s", draft.pk)
    raw("UPDATE measures_measureversion SET rule = '2' WHERE id = %s", draft.pk)


@pytest.fixture
def more(library: Library) -> Library:
    """What the library has not: a context table, a signed decision, a comparison that was counted."""
    owner, study = library.owner, library.study
    columns = [{"name": "town", "labels": {}}, {"name": "people", "labels": {}}]
    save_context(owner, study, "towns", columns=columns, rows=[[1, 2.5]])
    item = save_item(owner, study, "union")
    decide(owner, item, library.wave, variable="q_union", kind="rename", reason="the same question")
    save_draft(owner, study, "fsp", rule="q_union")
    publish(owner, library.measure, acknowledge_changes=True)
    before, after = library.measure.versions.order_by("number")
    assert moves(owner, before, after)
    return library


@pytest.mark.parametrize(
    ("statement", "is_refused"),
    [
        ("DELETE FROM surveys_contextversion", True),
        ("UPDATE surveys_contextversion SET note = 'other'", True),
        ("DELETE FROM surveys_crosswalkdecision", True),
        ("UPDATE surveys_crosswalkdecision SET variable = 'other'", True),
        ("UPDATE measures_transition SET changes = '{}'", True),
        ("DELETE FROM measures_transition", False),
    ],
)
def test_what_other_services_committed(more: Library, statement: str, is_refused: bool) -> None:
    """What was counted may go: it is counted again when somebody asks."""
    if not is_refused:
        raw(statement)
        return
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(statement)


# What committed rows hang on, and a column of it that names them.
HOLDS = (
    ("surveys_study", "slug = 'other'"),
    ("surveys_wave", "study_id = study_id + 1"),
    ("measures_measure", "name = 'other'"),
    ("measures_measure", "study_id = study_id + 1"),
    ("measures_dataset", "slug = 'other'"),
    ("surveys_contexttable", "slug = 'other'"),
    ("measures_derivedcolumn", "key = 'other'"),
)


@pytest.fixture
def unconnected(db: None) -> Iterator[None]:
    """As a program that does not know foreign keys, or has them switched off."""
    if connection.vendor == "postgresql":
        raw("SET CONSTRAINTS ALL DEFERRED")
        yield
        return
    raw("PRAGMA defer_foreign_keys = ON")  # inside a transaction they cannot be switched off
    yield


@pytest.mark.parametrize(("table", "change"), HOLDS, ids=lambda text: text.partition(" =")[0])
def test_what_committed_rows_hang_on_keeps_its_name_and_stays(
    more: Library, unconnected: None, table: str, change: str
) -> None:
    statements = [f"UPDATE {table} SET {change}", f"DELETE FROM {table}"]
    if table == "measures_derivedcolumn":  # another worker brought it meanwhile
        DerivedColumn.objects.bulk_create(list(DerivedColumn.objects.all()), ignore_conflicts=True)
    elif connection.vendor == "sqlite":
        statements.append(f"REPLACE INTO {table} SELECT * FROM {table}")
    for statement in statements:
        with pytest.raises(DatabaseError, match=r"(is|are) immutable once"):
            raw(statement)


def test_what_nothing_committed_hangs_on_is_free(more: Library) -> None:
    raw("UPDATE measures_measure SET concept = 'a wording', concepts = '{}'")
    raw("UPDATE surveys_study SET licence = 'CC0', is_open = is_open")
    more.wave.save()  # a whole row with its name as it was
    draft = save_draft(more.owner, more.study, "later", rule="1")
    raw("UPDATE measures_measure SET name = 'soon' WHERE id = %s", draft.measure_id)
    draft.delete()
    raw("DELETE FROM measures_measure WHERE name = 'soon'")
    study = Study.objects.create(slug="empty")
    raw("UPDATE surveys_study SET slug = 'other' WHERE id = %s", study.pk)
    raw("DELETE FROM surveys_study WHERE id = %s", study.pk)


@pytest.mark.parametrize(
    ("table", "given"),
    [
        ("surveys_variable", {"name": "'smuggled'", "position": "position + 900"}),
        ("measures_datasetcolumn", {"name": "'smuggled'", "position": "position + 900"}),
        ("measures_datasetversion_wave_versions", {"waveversion_id": "waveversion_id + 900"}),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_nothing_is_added_to_what_was_committed(
    library: Library, unconnected: None, table: str, given: dict[str, str]
) -> None:
    with connection.cursor() as cursor:
        names = [c.name for c in connection.introspection.get_table_description(cursor, table)]
    given = {"id": "id + 900000"} | given
    values = ", ".join(given.get(name, f'"{name}"') for name in names)
    into = ", ".join(f'"{name}"' for name in names)
    with pytest.raises(DatabaseError, match="is immutable once it is committed"):
        raw(f"INSERT INTO {table} ({into}) SELECT {values} FROM {table} ORDER BY id LIMIT 1")


@pytest.mark.parametrize(
    ("fingerprint", "number"), [("'x'", 9), ("''", 9), ("rule", 9), (f"'{'0' * 64}'", 0)]
)
def test_no_draft_is_called_published_without_what_publishing_sets(
    library: Library, fingerprint: str, number: int
) -> None:
    draft = new_version(library.owner, Measure.objects.get(name="fsp"))
    signed = "published_at = created_at, published_by_id = created_by_id"
    with pytest.raises(IntegrityError, match="published_means"):
        raw(
            f"UPDATE measures_measureversion SET state = 'published', number = {number}, {signed}, "
            f"fingerprint = {fingerprint} WHERE id = %s",
            draft.pk,
        )


def test_a_migration_may_remake_a_table_that_a_guard_looks_into(db: None) -> None:
    """The guards that look into other tables are away while migrations run."""
    lift_guards()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            for name, text in cursor.fetchall():
                assert "surveys_waveversion AS made" not in text, name
    lay_guards()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'surveys_variable_complete'")
            assert cursor.fetchone() == (1,)


def test_every_guard_is_tried_here() -> None:
    tables = {guard.meta.db_table for guard in GUARDS}
    untried = tables - {table for table, _ in (*KEPT, *HOLDS)}
    elsewhere = {
        "surveys_contextversion",
        "surveys_crosswalkdecision",
        "measures_proposal",
        "measures_columnfalls",
        "measures_transition",
    }
    assert untried == elsewhere, "each tried below, or with its service"
    stay = {guard.meta.db_table for guard in GUARDS if guard.stays}
    assert stay - untried == {*GONE} | {table for table, _ in HOLDS}


def test_the_refusal_says_what_and_what_to_do(library: Library) -> None:
    with pytest.raises(DatabaseError) as caught:
        raw("UPDATE measures_measureversion SET rule = '1' WHERE state = 'published'")
    assert "A published measure version is immutable once it is committed." in str(caught.value)
    assert "Publish the next version of the measure, or retire this one." in str(caught.value)


def test_a_draft_is_written_and_thrown_away(library: Library) -> None:
    measure = Measure.objects.get(name="fsp")
    draft = new_version(library.owner, measure)
    raw("UPDATE measures_measureversion SET rule = '2' WHERE id = %s", draft.pk)
    discard_draft(library.owner, measure)
    save_draft(library.owner, library.study, "fsp", rule="3")
    raw("DELETE FROM measures_measureversion WHERE state = 'draft'")
    assert measure.draft is None and measure.published is not None


def test_retiring_happens_once_and_is_not_taken_back(library: Library) -> None:
    version = Measure.objects.get(name="fsp").published
    assert version is not None
    for change in ("state = 'draft'", "state = 'draft', number = NULL", "retired_because = 'no reason'"):
        with pytest.raises(DatabaseError, match=r"immutable|published_means_signed"):
            raw(f"UPDATE measures_measureversion SET {change} WHERE id = %s", version.pk)
    retire(library.owner, version, "It counts members twice.")
    for change in ("state = 'published'", "retired_because = 'another reason'"):
        with pytest.raises(DatabaseError, match="immutable"):
            raw(f"UPDATE measures_measureversion SET {change} WHERE id = %s", version.pk)


def test_a_run_is_withdrawn_once(library: Library) -> None:
    raw("UPDATE analytics_run SET withdrawn_because = 'small groups'")
    with pytest.raises(DatabaseError, match="withdraw this run"):
        raw("UPDATE analytics_run SET withdrawn_because = ''")


def test_the_audit_trail_forgets_a_study_and_takes_no_other(library: Library) -> None:
    raw("UPDATE surveys_auditentry SET study_id = NULL")
    with pytest.raises(DatabaseError, match="The audit trail is immutable"):
        raw("UPDATE surveys_auditentry SET study_id = %s", library.study.pk)


def test_laying_twice_is_safe() -> None:
    lay_guards()
    lay_guards()
    assert len({guard.model for guard in GUARDS}) == len(GUARDS)


def test_a_guard_that_has_changed_takes_the_place_of_the_one_that_was_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    StoredFile.objects.create(sha256="a" * 64, size=1)
    other = Guard("surveys.StoredFile", "It is immutable.", "Leave it.", free=("size",))
    monkeypatch.setattr(guards, "GUARDS", (other,))
    lay_guards()
    StoredFile.objects.update(size=2)
    monkeypatch.undo()
    lay_guards()
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        StoredFile.objects.update(size=3)


def _error(change: Callable[[], object]) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        change()
    return caught.value


def test_a_page_and_the_api_would_tell_it_in_words(library: Library) -> None:
    """No page of ours comes to it: a page of somebody else's would not break."""
    error = _error(lambda: AuditEntry.objects.update(actor="somebody else"))
    request = RequestFactory().get("/")
    request.user = library.owner
    page = ProblemMiddleware(lambda request: None).process_exception(request, error)  # type: ignore[arg-type, return-value]
    assert page is not None and page.status_code == 409
    assert "The audit trail is immutable once it is committed." in page.content.decode()
    answer = api_problem(error, {})
    assert answer is not None and answer.status_code == 409
    assert answer.data["problems"][0]["code"] == "immutable"
    other = _error(lambda: User.objects.create(username=library.owner.username))
    assert told(other) is None, "an error of another kind is a bug, and crashes"


def test_the_admin_has_no_door_to_it(library: Library, client: Client) -> None:
    """An administrator may do everything, and is offered neither to change nor to delete."""
    boss = User.objects.create(username="boss", is_superuser=True, is_staff=True)
    client.force_login(boss)
    guarded = {guard.meta.model for guard in GUARDS}
    shown = [model for model in guarded if model in site._registry]
    assert MeasureVersion in shown
    for model in shown:
        row = model._default_manager.first()
        if row is None:
            continue
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for address in (reverse(f"{names}_delete", args=[row.pk]), reverse(f"{names}_changelist")):
            data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
            answer = client.post(address, data)
            assert answer.status_code < 500
        assert model._default_manager.filter(pk=row.pk).exists()
