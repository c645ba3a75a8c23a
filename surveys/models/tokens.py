"""Names of the API's tokens; the tokens themselves are kept hashed by knox."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.models.people import User


class ApiToken(models.Model):
    """One person's named token; deleting the hashed token deletes its name with it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    token = models.OneToOneField("knox.AuthToken", models.CASCADE, related_name="named")
    name = models.CharField(_("name"), max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="token_name_of_person")]

    def __str__(self) -> str:
        return self.name

    @property
    def expires_at(self) -> object:
        """When it stops working."""
        return self.token.expiry
