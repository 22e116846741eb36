"""One question to the model from beginning to end: mask, fence, render the prompt, ask, put the masked values back.

What comes back fits the schema and is still only what a model claims: whoever asks looks for every claim in the sources
(`app.assessments.claims`) before a person sees it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.llm.chat import ChatModel, Message, Schema, Usage
from app.llm.fencing import Fence
from app.llm.masking import mask
from app.llm.metered import MeteredChat
from app.llm.usage import Tariff
from app.llm.waiting import ModelLoop

if TYPE_CHECKING:
    from app.db import Database
    from prompts.load import Prompt


@dataclass(frozen=True, slots=True)
class Outside:
    """A text that somebody else wrote (a mail, a timesheet's remark): `kind` is a plain word such as "new" or "table";
    `attributes` (a file's name) are outside text too."""

    kind: str
    text: str = field(repr=False)
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What the model answered, with masked values put back, and what the answer is recorded under.

    `fingerprint` is the SHA-256 of prompt, schema and model; `unknown` are placeholders in the answer that stand for
    nothing and were taken out; `likelihoods` are `Answer`'s.
    """

    content: dict[str, Any] = field(repr=False)
    prompt: str
    fingerprint: str
    model: str
    usage: Usage
    seconds: float
    is_from_cache: bool
    is_repaired: bool
    unknown: tuple[str, ...] = ()
    likelihoods: Mapping[str, float] = field(default_factory=dict)


class Asker:
    """The configured model, asked from any thread. With a database, answers are cached, counted and kept to a budget.

    `salt` makes the fence of the same texts the same, so that an answer is found again; it must be a secret.
    `deadline` is how many seconds one answer may take, waiting for a turn and repair included.
    """

    def __init__(
        self,
        chat: ChatModel,
        loop: ModelLoop,
        *,
        salt: bytes,
        deadline: float = 120.0,
        database: Database | None = None,
        tariff: Tariff | None = None,
        vat_ids: bool = True,
    ) -> None:
        self._chat = chat
        self._loop = loop
        self._salt = salt
        self._deadline = deadline
        self._database = database
        self._tariff = tariff or Tariff({}, "USD")
        self._vat_ids = vat_ids

    @property
    def model(self) -> str:
        """The model's name, as it is asked for."""
        return self._chat.name

    def fingerprint(self, prompt: Prompt, schema: Schema) -> str:
        """SHA-256 (hexadecimal) of prompt, schema and model: what an answer is recorded under."""
        return hashlib.sha256(f"{prompt.fingerprint(schema.definition)}\0{self.model}".encode()).hexdigest()

    def ask(
        self,
        prompt: Prompt,
        schema: Schema,
        outside: Sequence[Outside],
        *,
        values: Mapping[str, object] | None = None,
        names: Sequence[str] = (),
        max_tokens: int,
        case_id: int | None = None,
    ) -> Said:
        """Ask and wait for the answer.

        The template gets `texts` (the outside texts, masked and fenced), `opening` and `closing` (its marks) and
        `values`, which are ours: nothing that came from outside belongs there. `names` are people's, to be masked
        (`masking.people`).

        Raises:
            Unanswered: One of its kinds; see `app.llm.chat`.
        """
        flat = [text for one in outside for text in (one.text, *one.attributes.values())]
        masked = mask(flat, names=names, vat_ids=self._vat_ids)
        fence = Fence.around(masked.texts, salt=self._salt)
        left = iter(masked.texts)
        texts = []
        for one in outside:
            text = next(left)
            texts.append(fence.wrap(text, one.kind, {name: next(left) for name in one.attributes}))
        rendered = prompt.render(texts=texts, opening=fence.opening, closing=fence.closing, **(values or {}))
        messages = [Message("system", rendered.system), Message("user", rendered.user)]
        chat = self._metered(prompt, case_id)
        answer = self._loop.run(chat.answer(messages, schema=schema, max_tokens=max_tokens, deadline=self._deadline))
        content, unknown = masked.restore_all(answer.content)
        return Said(
            content, f"{prompt.id}/{prompt.version}", self.fingerprint(prompt, schema), answer.model, answer.usage,
            answer.seconds, answer.is_from_cache, answer.is_repaired, unknown, answer.likelihoods,
        )  # fmt: skip

    def _metered(self, prompt: Prompt, case_id: int | None) -> ChatModel:
        if self._database is None:
            return self._chat
        return MeteredChat(self._chat, self._database, self._tariff, purpose=prompt.id, case_id=case_id)
