"""From a drafted text to the one change it proposes: new names of lines, or a text at the foot, on a draft only."""

from __future__ import annotations

from app.mirror.plain_text import plain
from app.narratives.drafting import Draft, Sentence
from app.narratives.gather import Live
from app.odoo.commands import Change, Json, OperationKind
from app.suggestions.figures import lines_guard, or_empty
from app.suggestions.proposal import Proposal, Shown

LONGEST_FOOT = 10_000
"""Characters that Odoo takes from us at the foot."""


def propose(draft: Draft, live: Live, *, earlier_foot: str = "") -> Proposal | None:
    """The change that brings the draft's text into Odoo; None where no line has a text, or all stand there already.

    What a reviewer saw is guarded: state, lines with quantities and prices, and the foot where it is written.
    `earlier_foot` is the text that we proposed for the foot before; a new one takes its place.
    """
    invoice = live.invoice
    now = {line.id: line for line in live.lines}
    names: list[dict[str, Json]] = []
    shown: list[Shown] = []
    if draft.profile.per == "line":
        for line in draft.offered:
            known = now.get(line.line.id)
            if known is not None and known.description != line.text:
                names.append({"line_id": known.id, "name": line.text})
                shown.append(Shown(what(line.line.subject, known.id), or_empty(known.description), line.text))
    before = plain(invoice.narration)
    kept = _without(before, earlier_foot)
    after = f"{draft.foot}\n{kept}".strip()[:LONGEST_FOOT] if draft.foot else kept
    writes_foot = _plain(after) != _plain(before)
    values: dict[str, Json] = {}
    expected: dict[str, Json] = {"state": invoice.state.value, "lines": lines_guard(live.lines)}
    if names:
        values["lines"] = names
    if writes_foot:
        values["narration"] = after
        expected["narration"] = invoice.narration or None
        shown.append(Shown("Text at the foot", or_empty(before), or_empty(after)))
    if not values:
        return None
    return Proposal(
        kind="update_invoice_narrative", target_name=draft.invoice.name, shown=tuple(shown), risk="operational",
        rank=10, because=because(draft), effect="Rewords the draft invoice; amounts stay as they are.",
        change=Change(
            OperationKind.UPDATE_INVOICE_NARRATIVE, invoice.company_id, "account.move", invoice.id, values=values,
            expected=expected,
        ),
        evidence=tuple(_evidence(line.line.id, s) for line in draft.offered for s in line.sentences if s.records),
    )  # fmt: skip


def what(subject: str, line_id: int) -> str:
    """How a line is called in the rows of before and after."""
    name = subject if len(subject) <= 60 else f"{subject[:59]}…"
    return f"{name or 'Line'} (line {line_id})"


def because(draft: Draft) -> str:
    """Why the reviewer may trust it, in two sentences."""
    entries = {record for line in draft.offered for s in line.sentences for record in s.records}
    many = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    said = f"It rests on {many} in Odoo, and what it states adds up to the line."
    held = len(draft.held_back)
    if held:
        said += f" {held} remark{' is' if held == 1 else 's are'} held back."
    return said


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
