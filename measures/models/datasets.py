"""Derived columns under their keys, datasets, and the immutable versions built of them."""

from __future__ import annotations

from django.db import models

from measures.models.rules import MeasureVersion
from surveys.core.codebook import Codebook, text_in, variable_from_json
from surveys.core.codebook import Variable as CodebookVariable
from surveys.models import StoredFile, Study, User, WaveVersion


class DerivedColumn(models.Model):
    """A column that was computed once: the same key never needs computing again.

    ``key`` is taken over the rule, the crosswalk, the hashes of the input columns, the filter and the
    engine's semantics; ``content_hash`` over the values and absences that came out.
    """

    key = models.CharField(max_length=64, primary_key=True)
    content_hash = models.CharField(max_length=64, db_index=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")  # Parquet: value, reason
    rows = models.PositiveIntegerField()
    type = models.CharField(max_length=10)
    tally = models.JSONField()  # {"valid": n, reason: n, …}; adds up to rows
    left_out = models.JSONField(default=dict)  # rows its filter dropped, {reason: n}
    frequencies = models.JSONField(default=dict)
    fitted = models.JSONField(default=dict)  # means, SDs, loadings, weights of data-dependent rules
    inputs = models.JSONField(default=list)  # [{"item", "wave_version", "variable", "hash"}, …]
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key[:12]


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, user: User) -> DatasetQuerySet:
        return self.filter(study__in=Study.objects.visible_to(user))


class Dataset(models.Model):
    """A recipe: which wave, which measures, which carried items, which rows."""

    study = models.ForeignKey(Study, models.CASCADE, related_name="datasets")
    slug = models.SlugField(max_length=60)
    labels = models.JSONField(default=dict)
    description = models.JSONField(default=dict)
    recipe = models.JSONField(default=dict)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["study", "slug"]
        constraints = [models.UniqueConstraint(fields=["study", "slug"], name="dataset_slug_in_study")]

    def __str__(self) -> str:
        return f"{self.study.slug}/{self.slug}"

    def title(self, language: str = "en") -> str:
        return text_in(self.labels, language) or self.slug

    @property
    def latest(self) -> DatasetVersion | None:
        if "versions" in getattr(self, "_prefetched_objects_cache", {}):  # a list of datasets brought them
            return max(self.versions.all(), key=lambda version: version.number, default=None)
        return self.versions.order_by("-number").first()


class DatasetVersionQuerySet(models.QuerySet["DatasetVersion"]):
    def visible_to(self, user: User) -> DatasetVersionQuerySet:
        return self.filter(dataset__study__in=Study.objects.visible_to(user))


class DatasetVersion(models.Model):
    """One immutable result of a recipe; printed as ``integration@3``."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    recipe = models.JSONField()  # frozen: every wave version and measure version by number
    rows = models.PositiveIntegerField()
    width = models.PositiveIntegerField()  # how many columns it has: no other may come in, see config.guarded
    rows_left_out = models.JSONField(default=dict)  # {reason in words: n} of the recipe's filter
    wave_versions = models.ManyToManyField(WaveVersion, related_name="dataset_versions")
    note = models.TextField(blank=True)
    environment = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)  # [Problem as JSON]: what its build had to say of its rules
    is_synthetic = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}@{self.number}"

    @property
    def study(self) -> Study:
        return self.dataset.study

    @property
    def data_hash(self) -> str:
        """Over names, values and absences alone: what a file of it gives when it is read back.

        ``content_hash`` is over this and the codebook.
        """
        from surveys.core.hashing import table_hash  # hashing loads polars, which few who read models need

        if "columns" in getattr(self, "_prefetched_objects_cache", {}):
            found = [(c.position, c.name, c.derived.content_hash) for c in self.columns.all()]
        else:
            found = list(self.columns.values_list("position", "name", "derived__content_hash"))
        return table_hash([(name, hashed) for _position, name, hashed in sorted(found)], self.rows)

    def codebook(self) -> Codebook:
        """The codebook of exactly these columns."""
        return Codebook(
            variables=tuple(column.as_core() for column in self.columns.all()),
            labels=self.dataset.labels,
        )


class DatasetColumn(models.Model):
    """One column of a dataset version: what it is called here, and where it came from."""

    class Kind(models.TextChoices):
        KEY = "key"
        ITEM = "item"
        MEASURE = "measure"

    version = models.ForeignKey(DatasetVersion, models.CASCADE, related_name="columns")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    measure_version = models.ForeignKey(
        MeasureVersion, models.PROTECT, null=True, blank=True, related_name="dataset_columns"
    )
    derived = models.ForeignKey(DerivedColumn, models.PROTECT, related_name="dataset_columns")
    codebook = models.JSONField()  # surveys.core.codebook.Variable

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="column_name_in_dataset_version"),
            models.UniqueConstraint(fields=["version", "position"], name="column_position_in_version"),
            models.CheckConstraint(
                condition=models.Q(kind="measure", measure_version__isnull=False)
                | models.Q(kind__in=["key", "item"], measure_version__isnull=True),
                name="measure_columns_name_their_rule",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_core(self) -> CodebookVariable:
        return variable_from_json(self.codebook)
