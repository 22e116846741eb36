"""Access tokens for mailboxes (OAuth 2, RFC 6749): got when they are needed, kept until they run out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import CLIENT_SECRET, REFRESH_TOKEN, OAuth, is_loopback
from app.mailboxes.words import said, without

WITHIN = 20.0
"""Seconds that the server of tokens may take."""
_LONGEST = 256 * 1024
"""Bytes of an answer that are read."""
_EARLY = 120.0
"""Seconds before its end that a token is no longer used."""


@dataclass
class AccessTokens:
    """Hands out an access token that holds now. Where the server gives a new refresh token it replaces the old one
    here, and `keep` is told, so that it is sealed again: the old one may be void."""

    oauth: OAuth
    credentials: Mapping[str, str] = field(repr=False)
    keep: Callable[[str], None] | None = None
    _refresh: str = field(default="", repr=False)
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def get(self, *, anew: bool = False) -> str:
        """A token; `anew`: the one we had was refused.

        Raises:
            MailboxFails: The server does not answer, or gives none (step sign_in).
        """
        if anew or not self._token or time.monotonic() > self._until:
            given = self._ask()
            self._token = str(given["access_token"])
            self._until = time.monotonic() + max(0.0, _seconds(given.get("expires_in")) - _EARLY)
            refresh = given.get("refresh_token")
            if isinstance(refresh, str) and refresh and refresh != self._refresh_token:
                self._refresh = refresh
                if self.keep is not None:
                    self.keep(refresh)
        return self._token

    @property
    def _refresh_token(self) -> str:
        return self._refresh or self.credentials.get(REFRESH_TOKEN, "")

    def _ask(self) -> dict[str, Any]:
        import httpx

        address = urlsplit(self.oauth.token_url)
        if address.scheme != "https" and not (address.scheme == "http" and is_loopback(address.hostname or "")):
            raise MailboxFails(
                "The address of the token server must begin with https://. Correct it in the mailbox's settings.",
                step="sign_in",
            )
        form = {"grant_type": self.oauth.grant, "client_id": self.oauth.client_id}
        if self.oauth.scope:
            form["scope"] = self.oauth.scope
        if secret := self.credentials.get(CLIENT_SECRET, ""):
            form["client_secret"] = secret
        if self.oauth.grant == "refresh_token":
            form["refresh_token"] = self._refresh_token
        try:
            status, given = _asked(self.oauth.token_url, form)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise MailboxFails(
                f"The token server {address.hostname} does not answer ({said(error)}). It is asked again by itself.",
                step="sign_in",
            ) from None
        if status != 200 or not given.get("access_token"):
            words = str(given.get("error_description") or given.get("error") or f"status {status}")
            for name in (CLIENT_SECRET, REFRESH_TOKEN):
                words = without(words, self.oauth.client_id, form.get(name, ""))
            why = said(words)
            raise MailboxFails(
                f"The token server {address.hostname} gives no access: {why}. Check client id, secret and scope, or "
                "give consent again and enter the new refresh token.",
                step="sign_in", status=status,
            )  # fmt: skip
        return given


def _asked(url: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer; nothing where it is no JSON, or longer than any such answer."""
    import httpx

    deadline, content = time.monotonic() + WITHIN, b""
    headers = {"accept": "application/json"}
    with httpx.stream("POST", url, data=form, timeout=WITHIN, headers=headers) as answer:
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _LONGEST or time.monotonic() > deadline:
                return answer.status_code, {}
        status = answer.status_code
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        return status, {}
    return status, given if isinstance(given, dict) else {}


def _seconds(given: object) -> float:
    try:
        return float(str(given))
    except ValueError:
        return 3600.0
