"""The service user's API keys: two may overlap, so that one replaces the other while everything runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Sequence
from pathlib import Path

import httpx
from pydantic import SecretStr

log = logging.getLogger(__name__)


class ApiKeys(httpx.Auth):
    """Puts a key on the wire and nowhere else; when Odoo does not accept it, the next one is tried and then kept.

    `file` may hold keys too, one a line; it is read again when no known key is accepted, so that a new key needs no
    restart.
    """

    def __init__(self, keys: Sequence[SecretStr], file: Path | None = None) -> None:
        self._given = [key for key in keys if key.get_secret_value()]
        self._file = file
        self._lock = threading.Lock()
        self._keys = list(self._given) or self._from_file()

    @property
    def count(self) -> int:
        return len(self._keys)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        tried: list[str] = []
        while True:
            key = self._untried(tried)
            if key is None:
                if not tried:
                    yield request
                return
            tried.append(key.get_secret_value())
            request.headers["Authorization"] = f"bearer {tried[-1]}"
            answer = yield request
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                self._prefer(key, had_to=len(tried) > 1)
                return

    def _untried(self, tried: Sequence[str]) -> SecretStr | None:
        with self._lock:
            for key in self._keys:
                if key.get_secret_value() not in tried:
                    return key
            fresh = [key for key in self._from_file() if key.get_secret_value() not in tried]
            self._keys += fresh
        return fresh[0] if fresh else None

    def _prefer(self, key: SecretStr, *, had_to: bool) -> None:
        if not had_to:
            return
        with self._lock:
            self._keys.sort(key=lambda k: k is not key)
        log.warning("Odoo no longer accepts the API key used until now; another one that is set works and is used.")

    def _from_file(self) -> list[SecretStr]:
        if self._file is None:
            return []
        try:
            lines = self._file.read_text().splitlines()
        except OSError as error:
            log.warning("the file of Odoo's API keys cannot be read (%s)", error.strerror)
            return []
        return [SecretStr(line.strip()) for line in lines if line.strip()]
