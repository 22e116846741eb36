"""Ask a language model about every labelled message and keep what it says: `python -m evals.tasks.votes`.

The model is the one that the settings name. Its own words and the reason that it chooses are kept in a file that
training and `evals.cross_validate --votes` read; messages that stand in it are not asked about again. An answer that
does not fit counts as none, as it does in the product.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.config import load as load_settings
from app.llm.asking import Asker, Said
from app.llm.chat import Schema, Unanswered
from classifiers.llm.question import Question, contested, question
from classifiers.llm.triage_answer import contested_of
from classifiers.triage.labelled import Labelled, load_labelled
from classifiers.triage.votes import load_votes
from prompts.load import load
from workers.asking import Asking

MESSAGES = Path(__file__).parents[1] / "datasets" / "messages"
VOTES = Path(__file__).parents[1] / "votes"


@dataclass(frozen=True, slots=True)
class Collector:
    """Asks about one message at a time; used from several threads."""

    asker: Asker

    def line(self, message: Labelled) -> dict[str, Any]:
        """What the model says of a message, as it is kept."""
        put, first = question(message.reading), contested(message.reading)
        prompts = [load(one.prompt) for one in (first, put)]
        about = {"id": message.id, "model": self.asker.model, "prompts": [f"{p.id}/{p.version}" for p in prompts]}
        schema, limit = put.of_reason
        doubt = self._said(first, first.schema, first.max_tokens)
        said = self._said(put, schema, limit)
        return {
            **about,
            "contested": round(contested_of(doubt.content, doubt.likelihoods), 4) if doubt else None,
            "words": said.content["matter"] if said else "",
            "reason": said.content["reason"] if said else None,
        }

    def _said(self, put: Question, schema: Schema, limit: int) -> Said | None:
        try:
            return self.asker.ask(
                load(put.prompt), schema, put.outside, values=put.values, names=put.names, max_tokens=limit
            )
        except Unanswered:
            return None


def collect(messages: Sequence[Labelled], asker: Asker, file: Path, *, at_once: int = 2) -> int:
    """Ask about the messages that the file does not hold yet, adding a line for each; how many were asked about."""
    known = load_votes(file) if file.exists() else {}
    left = [message for message in messages if message.id not in known]
    file.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(at_once) as threads, file.open("a", encoding="utf-8") as kept:
        for number, line in enumerate(threads.map(Collector(asker).line, left), 1):
            kept.write(json.dumps(line, ensure_ascii=False) + "\n")
            kept.flush()
            sys.stderr.write(f"\r{number} of {len(left)}")
    return len(left)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=Path, default=MESSAGES, help="folder with labels.jsonl and its messages")
    parser.add_argument("--into", type=Path, help="file to add to (evals/votes/MODEL.jsonl else)")
    parser.add_argument("--first", type=Path, help="a file of ids, one a line, to begin with")
    parser.add_argument("--limit", type=int, help="ask about this many at most")
    chosen = parser.parse_args(arguments)
    messages = load_labelled(chosen.messages)
    if chosen.first:
        wanted = chosen.first.read_text(encoding="utf-8").split()
        messages.sort(key=lambda message: wanted.index(message.id) if message.id in wanted else len(wanted))
    with Asking(load_settings()) as asker:
        file = chosen.into or VOTES / f"{asker.model}.jsonl"
        asked = collect(messages[: chosen.limit], asker, file)
    sys.stdout.write(f"{asked} messages asked about, kept in {file}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
