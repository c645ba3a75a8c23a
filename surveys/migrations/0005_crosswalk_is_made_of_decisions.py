"""The crosswalk's entries become the first decisions; from now on each change is a row of its own."""

from django.db import migrations, models
import django.db.models.deletion


def name_kinds(apps, schema_editor):
    """Says of each entry there is what somebody decided by it."""
    Decision = apps.get_model("surveys", "CrosswalkDecision")
    for one in Decision.objects.select_related("item"):
        if one.status == "impossible":
            one.kind = "not_comparable"
        elif one.status == "undetermined":
            one.kind = "undetermined"
        elif one.code_map:
            one.kind = "map"
        elif one.variable != one.item.name:
            one.kind = "rename"
        else:
            continue
        one.save(update_fields=["kind"])


KINDS = [
    ("same", "the same"),
    ("map", "codes mapped"),
    ("rename", "renamed"),
    ("not_comparable", "not comparable"),
    ("undetermined", "left open"),
    ("undo", "undone"),
]
STATUSES = [
    ("complete", "complete"),
    ("partial", "partial"),
    ("impossible", "impossible"),
    ("undetermined", "undetermined"),
]


class Migration(migrations.Migration):

    dependencies = [
        ("surveys", "0004_no_intents"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="crosswalkentry", name="one_entry_per_item_and_wave"),
        migrations.RenameModel(old_name="CrosswalkEntry", new_name="CrosswalkDecision"),
        migrations.AlterField(
            model_name="crosswalkdecision",
            name="item",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="surveys.item"),
        ),
        migrations.AlterField(
            model_name="crosswalkdecision",
            name="wave",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="surveys.wave"),
        ),
        migrations.AlterField(
            model_name="crosswalkdecision",
            name="status",
            field=models.CharField(choices=STATUSES, default="complete", max_length=12),
        ),
        migrations.AddField(
            model_name="crosswalkdecision",
            name="kind",
            field=models.CharField(choices=KINDS, default="same", max_length=16),
        ),
        migrations.AddField(model_name="crosswalkdecision", name="missing_map", field=models.JSONField(default=list)),
        migrations.AddField(model_name="crosswalkdecision", name="note", field=models.TextField(blank=True)),
        migrations.AddField(
            model_name="crosswalkdecision",
            name="since",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="crosswalkdecision",
            name="compared",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="crosswalkdecision",
            name="undoes",
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="undone_by", to="surveys.crosswalkdecision"),
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
        migrations.AlterModelOptions(name="crosswalkdecision", options={"ordering": ["id"]}),
        migrations.AddIndex(
            model_name="crosswalkdecision",
            index=models.Index(fields=["wave", "item"], name="decisions_of_a_wave"),
        ),
        migrations.AddConstraint(
            model_name="crosswalkdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "undo"), ("undoes__isnull", False))
                | (~models.Q(("kind", "undo")) & models.Q(("undoes__isnull", True))),
                name="an_undo_names_what_it_undoes",
            ),
        ),
    ]
