"""From a drafted text to the changes it proposes: a new text for each line, or one at the foot, on a draft only."""

from __future__ import annotations

from collections.abc import Sequence

from app.mirror.plain_text import plain
from app.narratives.drafting import Draft, LineDraft, Sentence
from app.narratives.gather import Live
from app.odoo.commands import Change, OperationKind
from app.odoo.records import InvoiceLine
from app.suggestions.figures import lines_guard, or_empty
from app.suggestions.proposal import Proposal, Shown

FIRST_RANK = 10
LONGEST_FOOT = 10_000
"""Characters that Odoo takes from us at the foot."""


def propose(draft: Draft, live: Live, *, earlier_foot: str = "") -> tuple[Proposal, ...]:
    """The changes that bring the draft's text into Odoo, one for each line so that each is decided by itself, and one
    for the foot; none where no line has a text, or all stand there already.

    What a reviewer saw is guarded: the state, and the line with its quantity, price and taxes, or for the foot all
    lines and the foot. `earlier_foot` is the text that we proposed for the foot before; a new one takes its place.
    """
    proposals: list[Proposal] = []
    now = {line.id: line for line in live.lines}
    if draft.profile.per == "line":
        for line in draft.offered:
            known = now.get(line.line.id)
            if known is not None and known.description != line.text:
                proposals.append(_line(draft, line, live, known, FIRST_RANK + len(proposals)))
    foot = _foot(draft, live, earlier_foot, FIRST_RANK + len(proposals))
    return (*proposals, foot) if foot is not None else tuple(proposals)


def _line(draft: Draft, line: LineDraft, live: Live, now: InvoiceLine, rank: int) -> Proposal:
    invoice = live.invoice
    return Proposal(
        kind="update_invoice_narrative", target_name=draft.invoice.name, risk="operational", rank=rank,
        shown=(Shown(what(line.line.subject, now.id), or_empty(now.description), line.text),),
        because=because((line,)), effect="Rewords one line of the draft invoice; amounts stay as they are.",
        change=Change(
            OperationKind.UPDATE_INVOICE_NARRATIVE, invoice.company_id, "account.move", invoice.id,
            values={"lines": [{"line_id": now.id, "name": line.text}]},
            expected={"state": invoice.state.value, "named_lines": lines_guard([now])},
        ),
        evidence=tuple(_evidence(now.id, s) for s in line.sentences if s.records),
    )  # fmt: skip


def _foot(draft: Draft, live: Live, earlier_foot: str, rank: int) -> Proposal | None:
    invoice = live.invoice
    before = plain(invoice.narration)
    kept = _without(before, earlier_foot)
    after = f"{draft.foot}\n{kept}".strip()[:LONGEST_FOOT] if draft.foot else kept
    if _plain(after) == _plain(before):
        return None
    return Proposal(
        kind="update_invoice_narrative", target_name=draft.invoice.name, risk="operational", rank=rank,
        shown=(Shown("Text at the foot", or_empty(before), or_empty(after)),),
        because=because(draft.offered) if draft.foot else "The lines have texts of their own by now.",
        effect="Rewords the foot of the draft invoice; amounts stay as they are.",
        change=Change(
            OperationKind.UPDATE_INVOICE_NARRATIVE, invoice.company_id, "account.move", invoice.id,
            values={"narration": after},
            expected={
                "state": invoice.state.value, "lines": lines_guard(live.lines), "narration": invoice.narration or None,
            },
        ),
        evidence=tuple(_evidence(line.line.id, s) for line in draft.offered for s in line.sentences if s.records),
    )  # fmt: skip


def what(subject: str, line_id: int) -> str:
    """How a line is called in the rows of before and after."""
    name = subject if len(subject) <= 60 else f"{subject[:59]}…"
    return f"{name or 'Line'} (line {line_id})"


def because(lines: Sequence[LineDraft]) -> str:
    """Why the reviewer may trust it, in two sentences."""
    entries = len({record for line in lines for s in line.sentences for record in s.records})
    said = (
        "It rests on 1 entry in Odoo, and what it states adds up to the line."
        if entries == 1
        else f"It rests on {entries} entries in Odoo, and what it states adds up to the line."
    )
    held = len({h for line in lines for h in line.held_back})
    if not held:
        return said
    back = "1 remark is held back." if held == 1 else f"{held} remarks are held back."
    return " ".join((said, back))


def _evidence(line_id: int, sentence: Sentence) -> dict[str, object]:
    return {
        "line_id": line_id, "text": sentence.text,
        "records": [{"model": model, "id": number} for model, number in sentence.records],
    }  # fmt: skip


def _without(text: str, foot: str) -> str:
    """The foot without what we put there before."""
    mine, lines = [_plain(line) for line in foot.splitlines()], text.splitlines()
    if mine and [_plain(line) for line in lines[: len(mine)]] == mine:
        return "\n".join(lines[len(mine) :]).strip()
    return text


def _plain(text: str) -> str:
    return " ".join(text.split())
