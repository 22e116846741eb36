"""The opening of a brief in a model's words, or our own where they do not stand."""

from __future__ import annotations

from dataclasses import replace

from app.drafts.brief import Brief, Lead
from app.drafts.wording import Statement, Worded, statements

MOST_SENTENCES = 4


def to_word(brief: Brief) -> tuple[Statement, ...]:
    """What the opening may say: our own opening, which it must say, and the points for either side."""
    points = [p.text for side in (brief.for_customer, brief.for_us, brief.open_points) for p in side[:2]]
    said = " ".join(brief.lead.sentences)
    return statements([*((s, True) for s in brief.lead.sentences), *((p, False) for p in points if p not in said)])


def worded(brief: Brief, said: Worded, *, model: str, prompt: str) -> Brief:
    """The brief with the model's opening where it stands whole and stays short; else with the reason it does not."""
    because = said.because or ("its opening was too long" if len(said.sentences) > MOST_SENTENCES else "")
    if because:
        return unworded(brief, because)
    left = f"{len(said.dropped)} of its sentences left out." if said.dropped else ""
    return replace(brief, lead=Lead(tuple(s.text for s in said.sentences), f"{model} ({prompt})", left))


def unworded(brief: Brief, because: str) -> Brief:
    """The brief with its own opening, and why the model's is not used."""
    return replace(brief, lead=replace(brief.lead, because=f"Our own words: {because}."))
