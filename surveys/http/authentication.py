"""Who asks: a token in a header, or a short-lived signed address."""

from __future__ import annotations

from typing import Any

from django.core import signing
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from surveys.models import User
from surveys.services.tokens import note_use

LINK_SECONDS = 15 * 60
_LINK_SALT = "wavebook.download"


class TokenAuthentication(KnoxTokenAuthentication):
    """A token in the header ``Authorization: Token …``; its last use is remembered."""

    def authenticate(self, request: Request) -> Any:
        found = super().authenticate(request)
        if found is not None:
            note_use(found[1])
        return found


class LinkAuthentication(BaseAuthentication):
    """A short-lived signed address, for programs that can send no header; good for its own path only."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        signature = request.query_params.get("signature")
        if signature is None:
            return None
        try:
            path, user_id = signing.loads(signature, salt=_LINK_SALT, max_age=LINK_SECONDS)
        except signing.BadSignature:
            raise AuthenticationFailed("This link is not valid any more; ask for a new one.") from None
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None or path != request.path:
            raise AuthenticationFailed("This link is not valid for this file.")
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return "Token"


def signed(path: str, user: User) -> str:
    """``path`` with a signature that lets ``user`` in for a quarter of an hour, whoever holds it."""
    return f"{path}?signature={signing.dumps([path, user.pk], salt=_LINK_SALT, compress=True)}"


class _TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`Token SECRET`, made on the page of tokens.",
        }  # fmt: skip


class _LinkScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = LinkAuthentication
    name = "signed link"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "query",
            "name": "signature",
            "description": "Short-lived; see exports.",
        }
