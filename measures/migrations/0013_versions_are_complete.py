"""A dataset version says how many columns it has, so that the database refuses any other.

The new column of committed versions is filled here: no guard holds it yet, for each holds the columns that were
there when it was laid, and all are laid again after the migrations.
"""

from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact


def _count_columns(apps, _editor):
    for version in apps.get_model("measures", "DatasetVersion").objects.all():
        type(version).objects.filter(pk=version.pk).update(width=version.columns.count())


class Migration(migrations.Migration):
    dependencies = [("measures", "0012_warnings_of_builds")]
    operations = [
        migrations.AddField("datasetversion", "width", models.PositiveIntegerField(default=0), preserve_default=False),
        migrations.RunPython(_count_columns, migrations.RunPython.noop),
        migrations.AddConstraint(
            "datasetcolumn",
            models.UniqueConstraint(fields=("version", "position"), name="column_position_in_version"),
        ),
        migrations.AddConstraint(
            "measureversion",
            models.CheckConstraint(
                condition=Q(state="draft") | Q(Exact(Length("fingerprint"), 64)) & Q(number__gte=1),
                name="published_means_fingerprinted",
            ),
        ),
    ]
