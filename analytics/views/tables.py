"""Published tables as pasted: read, audited, and kept in a study."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics.core.audit import AuditFinding, audit
from analytics.core.audit.report import by_gravity
from analytics.core.targets import PublishedTable
from analytics.forms import TableForm, TargetForm
from analytics.models import Target
from analytics.policy import require_define
from analytics.selectors import audit_with_study
from analytics.services.targets import define_target
from surveys.core.problems import Problem, Refused
from surveys.models import Study, User
from surveys.selectors import study_named


@dataclass
class Read:
    """What became of a form: the table as understood with its audit, or every problem of it."""

    table: PublishedTable | None = None
    findings: tuple[AuditFinding, ...] | list[AuditFinding] = ()
    problems: tuple[Problem, ...] = ()


def audit_table(request: HttpRequest) -> HttpResponse:
    """A table is pasted; the page shows how it was understood and what its figures say of each other."""
    form = TableForm(request.POST or None, request.FILES or None, label_suffix="")
    read = _read(form) if request.method == "POST" and form.is_valid() else Read()
    context = {"form": form, "read": read, "table": read.table, "audit": read.findings}
    return render(request, "analytics/audit_table.html", context, status=_status(form, read))


@login_required
def new_target(request: HttpRequest, study: str) -> HttpResponse:
    """A table is pasted, shown as understood with its audit, and kept when the person says so."""
    here = study_named(request.user, study)
    require_define(request.user, here)
    form = TargetForm(request.POST or None, request.FILES or None, label_suffix="")
    read = _read(form, here) if request.method == "POST" and form.is_valid() else Read()
    if read.table is not None and "keep" in request.POST:
        try:
            return redirect("analytics:target", study, _keep(request.user, here, form, read.table).slug)
        except Refused as refused:
            read.problems = refused.problems
    context = {"study": here, "form": form, "read": read, "table": read.table, "audit": read.findings}
    return render(request, "analytics/new_target.html", context, status=_status(form, read))


def _read(form: TableForm, study: Study | None = None) -> Read:
    try:
        table = form.table()
    except Refused as refused:
        return Read(problems=refused.problems)
    form.keep_text()
    findings = audit_with_study(study, table) if study is not None else audit(table)
    return Read(table, by_gravity(findings))


def _keep(user: User, study: Study, form: TargetForm, table: PublishedTable) -> Target:
    given = form.cleaned_data
    return define_target(
        user,
        study,
        given["slug"],
        kind=table.kind,
        cells=[asdict(cell) for cell in table.cells],
        labels=form.labels(),
        citation=given["citation"],
        notes=table.notes,
        is_new=True,
    )


def _status(form: TableForm, read: Read) -> int:
    return 422 if read.problems or form.errors else 200
