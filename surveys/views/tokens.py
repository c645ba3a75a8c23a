"""Tokens for programs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from surveys.core.problems import Problem, Refused
from surveys.forms import TokenForm
from surveys.services import tokens as services


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens, and a form for a new one, whose secret is shown once."""
    form, secret, made = TokenForm(request.POST or None, label_suffix=""), "", None
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = services.create_token(request.user, given["name"], given["days"])
        except Refused as refused:
            problems = refused.problems
        else:
            form = TokenForm(label_suffix="")
    context = {"form": form, "problems": problems, "secret": secret, "made": made}
    context["tokens"] = services.tokens_of(request.user)
    page = render(request, "surveys/tokens.html", context, status=422 if problems or form.errors else 200)
    page["Cache-Control"] = "no-store"
    return page


@login_required
@require_POST
def revoke_token(request: HttpRequest, token: str) -> HttpResponse:
    """Ends a token at once."""
    services.revoke_token(request.user, token)
    return redirect("surveys:tokens")
