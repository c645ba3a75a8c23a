"""Names of models and their fields as the admin shows them, in the language of the page.

Names that a model does not spell out come from its class, in English.  They are made translatable here, in
one place, so that a word for the admin is no matter for the database and needs no migration.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db.models import Field, Model
from django.utils.translation import pgettext_lazy

CONTEXT = "name in the admin"


def translate_names(rooms: Iterable[str]) -> None:
    """Models, their plurals and their fields under the context ``CONTEXT`` of the catalogue."""
    for room in rooms:
        for model in apps.get_app_config(room).get_models():
            _translate(model)


def _translate(model: type[Model]) -> None:
    meta = model._meta
    for attribute in ("verbose_name", "verbose_name_plural"):
        if isinstance(meta.original_attrs.get(attribute, ""), str):  # others are translated already
            setattr(meta, attribute, pgettext_lazy(CONTEXT, str(getattr(meta, attribute))))
    for field in meta.get_fields():
        if isinstance(field, Field) and isinstance(field.verbose_name, str):
            field.verbose_name = pgettext_lazy(CONTEXT, field.verbose_name)
