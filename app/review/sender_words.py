"""Who a mail is from, as the source pane says it."""

from __future__ import annotations

from dataclasses import dataclass

from app.review.languages import Words
from app.senders.checked import Checked
from app.senders.words import HEADLINE_WORDS, SIGN_SENTENCES, Facts

_HEADLINES = Words(HEADLINE_WORDS)
_SENTENCES = Words(SIGN_SENTENCES)
_SAID_ABOVE = ("answers_elsewhere",)
"""What the head of the mail says already."""


@dataclass(frozen=True, slots=True)
class SenderLines:
    """A headline, what failed, and what else there is to know, a sentence each."""

    verdict: str
    headline: str
    failed: tuple[str, ...]
    others: tuple[str, ...]


def sender_lines(checked: Checked | None) -> SenderLines | None:
    """What was checked of the sender, in words; None where nothing was."""
    if checked is None:
        return None
    told = [
        (s.level, _SENTENCES[s.code].format_map(Facts(s.facts))) for s in checked.signs if s.code not in _SAID_ABOVE
    ]
    return SenderLines(
        checked.verdict, _HEADLINES[checked.verdict], tuple(text for level, text in told if level == "failed"),
        tuple(text for level, text in told if level != "failed"),
    )  # fmt: skip
