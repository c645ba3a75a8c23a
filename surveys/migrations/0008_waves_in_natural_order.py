"""Waves that the study puts in no order stand as people count: w9 before w10."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from surveys.core.names import in_natural_order
from surveys.models.studies import NaturalOrder


def put_in_order(apps: Any, schema_editor: Any) -> None:
    waves = apps.get_model("surveys", "Wave").objects
    for pk, slug in list(waves.order_by("pk").values_list("pk", "slug")):
        waves.filter(pk=pk).update(slug_order=in_natural_order(slug))


class Migration(migrations.Migration):

    dependencies = [
        ("surveys", "0007_reasons_keep_their_sources"),
    ]

    operations = [
        migrations.AddField(
            model_name="wave",
            name="slug_order",
            field=NaturalOrder(default="", editable=False, max_length=120),
        ),
        migrations.RunPython(put_in_order, migrations.RunPython.noop),
        migrations.AlterModelOptions(
            name="wave",
            options={"ordering": ["study", "position", "slug_order", "slug"]},
        ),
    ]
