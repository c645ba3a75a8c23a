"""What the admin shows of libraries: nothing that has a page of its own here."""

from __future__ import annotations

from django.contrib import admin
from knox.models import AuthToken

admin.site.unregister(AuthToken)  # a person's tokens are made and ended on the page of tokens
