"""What a search looks through moves from each variable to one slim row for each wave version."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from surveys.core.codebook import variable_from_json
from surveys.core.search import grams, page_of


def gather(apps: Any, schema_editor: Any) -> None:
    search_text = apps.get_model("surveys", "SearchText")
    for version in apps.get_model("surveys", "WaveVersion").objects.only("pk"):
        stored = version.variables.order_by("position").values_list("codebook", flat=True)
        page = page_of([variable_from_json(codebook) for codebook in stored])
        search_text.objects.create(
            version=version,
            names=page.names.text,
            labels=page.labels.text,
            rest=page.rest.text,
            grams=grams(page),
        )


class Migration(migrations.Migration):

    dependencies = [
        ("surveys", "0005_crosswalk_is_made_of_decisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("version", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="search_text", serialize=False, to="surveys.waveversion")),
                ("grams", models.BinaryField()),
                ("names", models.TextField()),
                ("labels", models.TextField()),
                ("rest", models.TextField()),
            ],
        ),
        migrations.RunPython(gather, migrations.RunPython.noop),
        migrations.RemoveField(model_name="variable", name="search_text"),
    ]
