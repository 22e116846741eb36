"""Makes what asks the language model, from the settings: one client and one event loop for each process."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from decimal import Decimal
from typing import TYPE_CHECKING

from app.llm.asking import Asker, Said
from app.llm.chat import Message, Schema
from app.llm.guarded import Guarded
from app.llm.usage import Tariff
from app.llm.waiting import ModelLoop

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.config import Settings
    from app.db import Database
    from app.llm.local import LocalModel
    from app.llm.openai_chat import OpenAiChat
    from classifiers.llm.question import Question

_READY = Schema("check", {
    "type": "object", "properties": {"state": {"enum": ["ready"]}}, "required": ["state"],
    "additionalProperties": False,
})  # fmt: skip


class Asking:
    """The model that the settings name and what it needs to be asked; a context manager, or call `close`.

    With a database answers are cached, counted and kept to the day's budget. Without one nothing is kept.

    Raises:
        Misconfigured: The file that is set is no model, or the extra that runs one is not installed.
    """

    def __init__(self, settings: Settings, database: Database | None = None) -> None:
        self._loop = ModelLoop()
        self._local: LocalModel | None = None
        self._chat = self._client(settings)
        self.asker = Asker(
            Guarded(self._chat),
            self._loop,
            salt=_salt(settings),
            deadline=settings.countersign_llm_deadline_seconds,
            database=database,
            tariff=tariff(settings),
        )

    def __enter__(self) -> Asker:
        return self.asker

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self) -> float:
        """Ask for two words, without record; how many seconds it took.

        Raises:
            Unanswered: One of its kinds: the message says what is wrong.
        """
        question = [Message("user", 'Answer with this JSON and nothing else: {"state": "ready"}')]
        return self._loop.run(self._chat.answer(question, schema=_READY, max_tokens=32, deadline=30.0)).seconds

    def close(self) -> None:
        """Give connections, thread and a loaded model back."""
        self._loop.run(self._chat.aclose())
        self._loop.close()
        if self._local is not None:
            self._local.close()

    def _client(self, settings: Settings) -> OpenAiChat:
        from app.llm.openai_chat import OpenAiChat

        timeout = settings.countersign_llm_timeout_seconds
        if settings.countersign_llm_file is not None:
            from app.llm.local import LocalModel

            self._local = LocalModel(settings.countersign_llm_file)
            return self._local.chat(timeout=settings.countersign_llm_deadline_seconds)
        return OpenAiChat(
            settings.countersign_llm_model,
            settings.openai_api_key,
            base_url=settings.openai_base_url,
            timeout=timeout,
            concurrency=settings.countersign_llm_concurrency,
            temperature=settings.countersign_llm_temperature,
        )


def about_messages(asker: Asker, case_id: int | None = None) -> Callable[[Question], Said]:
    """How `classifiers.assess.assess` asks about a message: by the newest version of a prompt, on a case's account."""
    from prompts.load import load

    def ask(question: Question) -> Said:
        return asker.ask(
            load(question.prompt), question.schema, question.outside, values=question.values, names=question.names,
            max_tokens=question.max_tokens, case_id=case_id,
        )  # fmt: skip

    return ask


def tariff(settings: Settings) -> Tariff:
    """Prices and the day's budget; a model from a file costs nothing that is counted."""
    prices = dict(settings.countersign_llm_prices)
    if settings.countersign_llm_file is not None:
        prices.setdefault(settings.countersign_llm_file.stem, (Decimal(0), Decimal(0)))
    return Tariff.of(prices, settings.countersign_llm_currency, settings.countersign_llm_budget_per_day)


def _salt(settings: Settings) -> bytes:
    """Of the secret key, so that the same texts are fenced alike in every process; by chance where there is none."""
    key = settings.countersign_secret_key.get_secret_value()
    return hmac.digest(key.encode(), b"fences of outside text", hashlib.sha256) if key else secrets.token_bytes(32)
