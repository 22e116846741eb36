"""The answers we already have: the same prompt, schema and model are asked once.

Only answers that were whole and fitted are kept, without the prompt. They may hold customers' data, so `forget` them
as the documents are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.llm.chat import Answer, Message, Schema, Usage
from app.llm.checking import Unfit, content_of
from app.llm.models import LlmAnswer


def key_of(model: str, messages: Sequence[Message], schema: Schema | None) -> str:
    """The SHA-256 of model, messages and schema, in hexadecimal. Key order in the schema counts: models see it."""
    form = [schema.name, dict(schema.definition), *([schema.weighs] if schema.weighs else [])] if schema else None
    asked = [model, [[m.role, m.text] for m in messages], form]
    return hashlib.sha256(json.dumps(asked, ensure_ascii=True).encode()).hexdigest()


def find(session: Session, key: str, schema: Schema | None) -> Answer | None:
    """The answer we have, or None; one that no longer passes the checks is none."""
    row = session.get(LlmAnswer, key)
    if row is None:
        return None
    try:
        content = content_of(row.text, row.finish_reason, schema)
    except Unfit:
        return None
    return Answer(
        row.text, content, row.model, Usage(), 0.0, 0, row.finish_reason, is_from_cache=True,
        likelihoods=row.likelihoods,
    )  # fmt: skip


def keep(session: Session, key: str, answer: Answer, *, at: datetime) -> None:
    """Keep an answer; whoever answered the same question last is kept."""
    values = {
        "model": answer.model, "text": answer.text, "finish_reason": answer.finish_reason, "made_at": at,
        "likelihoods": dict(answer.likelihoods),
    }  # fmt: skip
    session.execute(
        insert(LlmAnswer).values(key=key, **values).on_conflict_do_update(index_elements=["key"], set_=values)
    )


def forget(session: Session, before: datetime) -> int:
    """Remove answers made before a moment; how many there were."""
    done = session.execute(delete(LlmAnswer).where(LlmAnswer.made_at < before))
    return done.rowcount if isinstance(done, CursorResult) else 0
