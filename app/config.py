"""Settings: one frozen object, built at the edge and passed down. Nothing else reads the environment."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import Misconfigured
from app.firm import Firm


class Settings(BaseSettings):
    """Everything that can be set, by environment variables of the same name (see docs/settings.md).

    Without `DATABASE_URL` and `REDIS_URL` the addresses of the engines that `countersign up` started are read from
    `engines.json` in the data folder.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="")

    countersign_data: Path = Path(".countersign")
    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    countersign_host: str = "127.0.0.1"
    countersign_port: int = 8080
    countersign_public_url: str = ""
    countersign_secret_key: SecretStr = SecretStr("")
    countersign_policy: Path | None = None
    countersign_watch: Path | None = None
    countersign_undo_seconds: int = Field(default=5, ge=0, le=60)
    countersign_max_upload_mb: int = Field(default=40, ge=1, le=512)

    odoo_url: str = ""
    odoo_db: str = ""
    odoo_api_key: SecretStr = SecretStr("")

    firm_names: tuple[str, ...] = ()
    firm_domains: tuple[str, ...] = ()
    firm_invoice_prefixes: tuple[str, ...] = ()

    @property
    def firm(self) -> Firm | None:
        """Who we are, or None when nothing was set (readers then infer it)."""
        if not (self.firm_names or self.firm_domains or self.firm_invoice_prefixes):
            return None
        return Firm(self.firm_names, tuple(d.casefold() for d in self.firm_domains), self.firm_invoice_prefixes)

    @property
    def public_url(self) -> str:
        return (self.countersign_public_url or f"http://{self.countersign_host}:{self.countersign_port}").rstrip("/")


ENGINES_FILE = "engines.json"


def load(*, with_engines: bool = True, **overrides: object) -> Settings:
    """Settings from the environment, then from the running engines' file for what the environment leaves open.

    `with_engines=False` leaves that file out: for whoever is about to start the engines.

    Raises:
        Misconfigured: A value cannot be read; the message names the setting.
    """
    from pydantic import ValidationError

    data = Path(str(overrides.get("countersign_data") or os.environ.get("COUNTERSIGN_DATA") or ".countersign"))
    known: dict[str, object] = {}
    engines = data / ENGINES_FILE
    if with_engines and engines.exists():
        known = {k: v for k, v in json.loads(engines.read_text()).items() if not os.environ.get(k.upper())}
    try:
        return Settings(**{**known, **overrides})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(p) for p in first["loc"]).upper()
        raise Misconfigured(f"The setting {name} cannot be used: {first['msg']}. Correct it and start again.") from None
