"""The opening of a brief in a model's words, or our own where they do not stand."""

from __future__ import annotations

from app.drafts.brief import Brief, Lead
from app.drafts.wording import Statement, Worded, statements

MOST_SENTENCES = 4


def to_word(brief: Brief) -> tuple[Statement, ...]:
    """What the opening may say: our own opening, which it must say, and the points for either side."""
    points = [p.text for side in (brief.for_customer, brief.for_us, brief.open_points) for p in side[:2]]
    said = " ".join(brief.lead.own)
    return statements([*((s, True) for s in brief.lead.own), *((p, False) for p in points if p not in said)])


def worded(brief: Brief, said: Worded, *, model: str, prompt: str) -> Lead:
    """The model's opening where it stands, shortened where it is long; else our own, with the reason."""
    if said.because:
        return in_our_words(brief, said.because)
    core = {s.id for s in to_word(brief) if s.is_core}
    kept = said.sentences
    if len(kept) > MOST_SENTENCES:
        kept = tuple(s for s in kept if core & set(s.facts))
    left = f"{len(said.dropped)} of its sentences left out." if said.dropped else ""
    return Lead(tuple(s.text for s in kept), brief.lead.own, f"{model} ({prompt})", left)


def in_our_words(brief: Brief, because: str) -> Lead:
    """Our own opening, and why the model's is not used."""
    return Lead(brief.lead.own, brief.lead.own, because=f"Our own words: {because}.")
