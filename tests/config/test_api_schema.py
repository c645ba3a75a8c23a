"""The API's description: complete, without warnings, and true about what is there."""

from __future__ import annotations

from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from surveys.http import Api


def test_the_schema_is_valid_and_has_no_warnings() -> None:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    schema = yaml.safe_load(out.getvalue())
    assert "/api/v1/waves/{study}/{wave}/v{number}/data.{extension}" in schema["paths"]
    assert set(schema["components"]["securitySchemes"]) >= {"token", "signed link"}


def _views(patterns: list[URLPattern | URLResolver]) -> list[type]:
    found: list[type] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += _views(pattern.url_patterns)
        else:
            found.append(pattern.callback.view_class)  # type: ignore[attr-defined]
    return found


def test_every_view_of_the_api_has_our_strict_root() -> None:
    api = next(p for p in get_resolver().url_patterns if str(p.pattern) == "api/v1/")
    others = [view.__name__ for view in _views(api.url_patterns) if not issubclass(view, Api)]  # type: ignore[union-attr]
    assert others == ["SpectacularAPIView", "SpectacularSwaggerView"]


@pytest.mark.django_db
def test_the_first_page_leads_everywhere(client: Client) -> None:
    for name, address in client.get("/api/v1/").json().items():
        expected = 401 if name == "tokens" else 200
        assert client.get(address).status_code == expected, name
