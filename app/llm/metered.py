"""A `ChatModel` that remembers its answers, keeps to the day's budget and records what every question cost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.clock import now
from app.db import Database
from app.llm import answers, usage
from app.llm.chat import Answer, BudgetSpent, ChatModel, Message, Schema, Unanswered


class MeteredChat:
    """Asks `model` for one purpose and case; cheap to make, one for each. The database is used in threads beside the
    event loop, and no transaction is open while the model is asked.

    `purpose` names the prompt. `is_cached` False asks anew, and keeps the new answer.
    """

    def __init__(
        self,
        model: ChatModel,
        database: Database,
        tariff: usage.Tariff,
        *,
        purpose: str,
        case_id: int | None = None,
        is_cached: bool = True,
    ) -> None:
        self._model = model
        self._database = database
        self._tariff = tariff
        self._question = usage.Question(model.name, purpose, case_id)
        self._is_cached = is_cached

    @property
    def name(self) -> str:
        return self._model.name

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        """See `ChatModel.answer`; what comes from the cache costs nothing, and is given even when the budget is spent.

        Raises:
            BudgetSpent: Nothing was sent.
        """
        key = answers.key_of(self.name, messages, schema)
        most = usage.most_of(messages, schema, max_tokens)
        begun = await asyncio.to_thread(self._begin, key, schema, most)
        if isinstance(begun, Answer):
            return begun
        try:
            answer = await self._model.answer(messages, schema=schema, max_tokens=max_tokens, deadline=deadline)
        except Unanswered as problem:
            await self._end(begun, most, problem.outcome, problem)
            raise
        await self._end(begun, most, "from_cache" if answer.is_from_cache else "answered", answer, keep_as=key)
        return answer

    def _begin(self, key: str, schema: Schema | None, most: usage.Most) -> Answer | int:
        """The answer that we have, or the id of what was put aside for the question."""
        with self._database.transaction() as session:
            known = answers.find(session, key, schema) if self._is_cached else None
            if known is not None:
                usage.note_free(session, self._tariff, self._question, outcome="from_cache", at=now())
                return known
            try:
                return usage.reserve(session, self._tariff, self._question, most=most, at=now()).id
            except BudgetSpent as error:
                spent = error
                usage.note_free(session, self._tariff, self._question, outcome="budget_spent", at=now())
        raise spent

    async def _end(
        self, call_id: int, most: usage.Most, outcome: str, told: Answer | Unanswered, keep_as: str | None = None
    ) -> None:
        def settle() -> None:
            with self._database.transaction() as session:
                usage.settle(
                    session, call_id, self._tariff, outcome=outcome, usage=told.usage, attempts=told.attempts,
                    seconds=told.seconds, most=most,
                )  # fmt: skip
                if keep_as is not None and isinstance(told, Answer):
                    answers.keep(session, keep_as, told, at=now())

        await asyncio.to_thread(settle)
