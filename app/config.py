"""Settings: one frozen object, built at the edge and passed down. Nothing else reads the environment."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import Misconfigured
from app.firm import Firm

SHORTEST_KEY = 32
"""Characters of the secret key, at least."""


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
    countersign_port: int = Field(default=8080, ge=1, le=65535)
    countersign_public_url: str = ""
    countersign_secret_key: SecretStr = SecretStr("")
    countersign_policy: Path | None = None
    countersign_watch: Path | None = None
    countersign_undo_seconds: int = Field(default=5, ge=0, le=60)
    countersign_max_upload_mb: int = Field(default=40, ge=1, le=512)
    countersign_narratives_at: str = Field(default="02:30", pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d$")

    odoo_url: str = ""
    odoo_db: str = ""
    odoo_api_key: SecretStr = SecretStr("")
    odoo_api_key_next: SecretStr = SecretStr("")
    odoo_api_key_file: Path | None = None
    odoo_calls_per_second: float = Field(default=20.0, gt=0, le=1000)
    countersign_odoo_secret: SecretStr = SecretStr("")
    countersign_odoo_secret_next: SecretStr = SecretStr("")

    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: str = ""
    countersign_llm_model: str = ""
    countersign_llm_file: Path | None = None
    countersign_llm_timeout_seconds: float = Field(default=60.0, gt=0, le=600)
    countersign_llm_deadline_seconds: float = Field(default=120.0, gt=0, le=150)
    countersign_llm_concurrency: int = Field(default=64, ge=1, le=256)
    countersign_llm_temperature: float | None = Field(default=0.0, ge=0, le=2)
    countersign_llm_currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    countersign_llm_prices: dict[str, tuple[Decimal, Decimal]] = Field(default_factory=dict)
    countersign_llm_budget_per_day: Decimal | None = Field(default=None, ge=0)
    countersign_llm_examples: bool = True

    firm_names: tuple[str, ...] = ()
    firm_domains: tuple[str, ...] = ()
    firm_invoice_prefixes: tuple[str, ...] = ()

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, url: SecretStr) -> SecretStr:
        scheme, _, rest = url.get_secret_value().partition("://")
        if url.get_secret_value() and scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise ValueError("it must look like postgresql://user:password@host/database; no other database will do")
        return SecretStr(f"postgresql://{rest}") if rest else url

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not url.get_secret_value().startswith(("redis://", "rediss://")):
            raise ValueError("it must look like redis://:password@host:6379/0")
        return url

    @field_validator("countersign_secret_key", "countersign_odoo_secret", "countersign_odoo_secret_next")
    @classmethod
    def _long_enough(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value() and len(key.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"it must have at least {SHORTEST_KEY} characters, chosen at random")
        return key

    @field_validator("openai_base_url")
    @classmethod
    def _endpoint(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("it must look like https://host/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("it must be an address only: the key has its own setting, OPENAI_API_KEY")
        return url.rstrip("/")

    @field_validator(
        "countersign_llm_temperature", "countersign_llm_budget_per_day", "countersign_llm_file", mode="before"
    )
    @classmethod
    def _empty_is_none(cls, given: object) -> object:
        return None if given == "" else given

    @field_validator("countersign_llm_prices")
    @classmethod
    def _no_negative_price(cls, prices: dict[str, tuple[Decimal, Decimal]]) -> dict[str, tuple[Decimal, Decimal]]:
        if any(price < 0 or not price.is_finite() for pair in prices.values() for price in pair):
            raise ValueError("a price cannot be negative")
        return prices

    @field_validator("countersign_llm_budget_per_day")
    @classmethod
    def _budget_needs_a_price(cls, budget: Decimal | None, known: ValidationInfo) -> Decimal | None:
        model = known.data.get("countersign_llm_model")
        if budget is not None and model and model not in known.data.get("countersign_llm_prices", {}):
            raise ValueError(f"to keep to it, COUNTERSIGN_LLM_PRICES must name the price of the model {model}")
        return budget

    @property
    def has_llm(self) -> bool:
        """Whether a language model may be asked: a file is set, or a model's name, and a key or an address. A key alone
        is not enough, since it may be in the environment for another program's sake."""
        if self.countersign_llm_file is not None:
            return True
        return bool(self.countersign_llm_model and (self.openai_api_key.get_secret_value() or self.openai_base_url))

    @property
    def questions_at_once(self) -> int:
        """How many questions to the model a process has under way: a model from a file answers one after the other."""
        return self.countersign_llm_concurrency if self.countersign_llm_file is None else 1

    @property
    def firm(self) -> Firm | None:
        """Who we are, or None when nothing was set (readers then infer it)."""
        if not (self.firm_names or self.firm_domains or self.firm_invoice_prefixes):
            return None
        return Firm(self.firm_names, tuple(d.casefold() for d in self.firm_domains), self.firm_invoice_prefixes)

    @property
    def odoo_secrets(self) -> tuple[str, ...]:
        """The secrets shared with Odoo that hold now: two while one replaces the other, none without a link."""
        both = (self.countersign_odoo_secret, self.countersign_odoo_secret_next)
        return tuple(s.get_secret_value() for s in both if s.get_secret_value())

    @property
    def public_url(self) -> str:
        return (self.countersign_public_url or f"http://{self.countersign_host}:{self.countersign_port}").rstrip("/")


ENGINES_FILE = "engines.json"


def known_engines(data: Path) -> dict[str, object]:
    """What `countersign up` remembers in its data folder: addresses, ports, passwords, the secret key; or nothing yet.

    Raises:
        Misconfigured: The file is there and cannot be read.
    """
    path = data / ENGINES_FILE
    try:
        known = json.loads(path.read_text()) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{path} cannot be read ({error}). Restore it: it holds the engines' passwords.") from None
    if not isinstance(known, dict):
        raise Misconfigured(f"{path} does not hold what it should. Restore it: it holds the engines' passwords.")
    return known


def load(*, with_engines: bool = True, **overrides: object) -> Settings:
    """Settings from the environment, then from the running engines' file for what the environment leaves open.

    `with_engines=False` leaves that file out: for whoever is about to start the engines.

    Raises:
        Misconfigured: A value cannot be read; the message names the setting.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    data = Path(str(overrides.get("countersign_data") or os.environ.get("COUNTERSIGN_DATA") or ".countersign"))
    known: dict[str, object] = {}
    if with_engines:
        known = {k: v for k, v in known_engines(data).items() if not os.environ.get(k.upper())}
    try:
        return Settings(**{**known, **overrides})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper()
        why = str(first["msg"]).removeprefix("Value error, ")
        raise Misconfigured(
            f"The setting {name} cannot be used: {why[0].lower() + why[1:]}. Correct it and start again."
        ) from None
    except SettingsError as error:  # a list or table that is no JSON
        name = str(error).split('"')[1].upper() if '"' in str(error) else "of a list"
        example = '{"model": ["0.40", "1.60"]}' if name == "COUNTERSIGN_LLM_PRICES" else '["example.com"]'
        raise Misconfigured(
            f"The setting {name} cannot be used: it must be JSON, such as {example}. Correct it and start again."
        ) from None
