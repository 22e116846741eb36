"""A person's edit of a suggestion: the same change with some of its values replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from app.errors import Refused
from app.money import Money
from app.odoo.commands import Attachment, Change, OperationKind
from app.suggestions import by_mail, papers
from app.suggestions.figures import plain
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal, Shown

EDITABLE = {
    "set_customer_reference": ("reference",),
    "draft_credit_note": ("quantity", "amount", "reason"),
    "post_note": ("body",),
    "draft_reply": ("subject", "body", "papers", "to"),
    "schedule_activity": ("summary", "due_on"),
    "create_ticket": ("name", "description"),
    "request_approval": ("summary",),
    "update_invoice_narrative": ("narration",),
    "update_billing_contact": ("name", "email"),
    "mark_disputed": ("reason",),
}
"""What a person may change of each kind before confirming; anything else is done in Odoo by hand."""
_PLAIN_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
NARRATIVE, LINE, LONGEST_LINE = "update_invoice_narrative", "line_", 2000


def edited(suggestion: Suggestion, values: Mapping[str, str]) -> Proposal:
    """The suggestion with these values replaced, as a proposal that needs its own decision.

    For a credit note, `quantity` and `amount` (net) are those of its one line; the amount at stake follows. For a
    reply, `papers` are the names of what goes with it, a line each, of those that were proposed, and `to` is one of the
    addresses it could go to (empty: to nobody, it is kept).

    Raises:
        Refused: A value may not be edited here, or is not a number where one is needed.
    """
    proposal = as_proposal(suggestion)
    allowed = tuple(editable_values(suggestion)) if suggestion.kind == NARRATIVE else EDITABLE.get(suggestion.kind, ())
    unknown = set(values) - set(allowed)
    if unknown:
        raise Refused(
            f"{', '.join(sorted(unknown))} cannot be edited on {suggestion.kind.replace('_', ' ')}. "
            + (f"You can change {', '.join(allowed)}." if allowed else "Reject it and do it in Odoo."),
        )
    if suggestion.kind == "draft_credit_note":
        return _credit(proposal, values)
    if suggestion.kind == NARRATIVE and proposal.change is not None:
        return _narrative(proposal, proposal.change, values)
    if "papers" in values:
        proposal, values = _ticked(proposal, values)
    if "to" in values:
        proposal, values = _addressed(proposal, values)
    if suggestion.kind == "draft_reply" and "body" in values:
        proposal = replace(proposal, within={k: v for k, v in proposal.within.items() if k != "wording"})
    if proposal.change is None:
        reply = {**dict(proposal.within.get("reply", {})), **values}
        return replace(proposal, within={**proposal.within, "reply": reply}, shown=_shown(proposal, values))
    change = replace(proposal.change, values={**proposal.change.values, **values})
    return replace(proposal, change=change, shown=_shown(proposal, values), effect=proposal.effect)


def editable_values(suggestion: Suggestion) -> dict[str, str]:
    """What a person may change of this suggestion, by name, with its value as text; nothing where it cannot be edited.

    Of the text of an invoice, each line that is reworded is one value, `line_` with its id in Odoo. A credit on one
    line is edited by its amount, and by its quantity where it has one; one on several lines is not.
    """
    names = EDITABLE.get(suggestion.kind, ())
    body = suggestion.command.get("odoo")
    values = dict(body["values"]) if body else dict(suggestion.command.get("within", {}).get("reply", {}))
    if suggestion.kind == NARRATIVE:
        texts = {f"{LINE}{line['line_id']}": str(line["name"]) for line in values.get("lines") or ()}
        return texts | ({"narration": str(values["narration"] or "")} if "narration" in values else {})
    if suggestion.kind == "draft_credit_note":
        lines = values.get("lines") or []
        if len(lines) != 1:
            return {}
        names = tuple(n for n in names if n != "quantity" or "quantity" in lines[0])
        values["quantity"] = lines[0].get("quantity", "")
        values["amount"] = f"{suggestion.amount.normalize():f}" if suggestion.amount is not None else ""
    if "papers" in names:
        found = papers.of_json(suggestion.command.get("within", {}))
        names = tuple(n for n in names if n != "papers" or found)
        values["papers"] = "\n".join(p.name for p in found if p.is_ticked)
    if "to" in names:
        mail = by_mail.of_json(suggestion.command.get("within", {}))
        names = tuple(n for n in names if n != "to" or (mail is not None and mail.choices))
        values["to"] = mail.to if mail is not None else ""
    return {name: str(values.get(name) or "") for name in names}


def as_proposal(suggestion: Suggestion) -> Proposal:
    """A stored suggestion as the proposal it was frozen from (attachments by name and SHA-256 stay as they were)."""
    body = suggestion.command.get("odoo")
    change = (
        Change(
            OperationKind(body["kind"]), body["company_id"], body["model"], body["record_id"], values=body["values"],
            expected=body["expected"], attachments=tuple(_Named(a["name"], a["sha256"]) for a in body["attachments"]),
        )
        if body
        else None
    )  # fmt: skip
    amount = (
        Money(suggestion.amount, suggestion.currency) if suggestion.amount is not None and suggestion.currency else None
    )
    return Proposal(
        kind=suggestion.kind, target_name=suggestion.target_name,
        shown=tuple(Shown(r["what"], r["now"], r["after"]) for r in suggestion.before), because=suggestion.because,
        effect=suggestion.effect, risk=suggestion.risk, change=change, within=suggestion.command.get("within", {}),
        amount=amount, rank=suggestion.rank, evidence=tuple(suggestion.evidence),
    )  # fmt: skip


class _Named(Attachment):
    """An attachment known by name and SHA-256 only; its bytes stay in the documents' store."""

    __slots__ = ("_sha256",)

    def __init__(self, name: str, sha256: str) -> None:
        super().__init__(name, b"")
        object.__setattr__(self, "_sha256", sha256)

    @property
    def sha256(self) -> str:
        return str(self._sha256)  # type: ignore[attr-defined]


def _ticked(proposal: Proposal, values: Mapping[str, str]) -> tuple[Proposal, dict[str, str]]:
    """The reply with exactly these papers, and the other values. Papers that were not proposed are refused."""
    known = papers.of_json(proposal.within)
    names = [name.strip() for name in values["papers"].splitlines() if name.strip()]
    unknown = [name for name in names if name not in {p.name for p in known}]
    if unknown:
        raise Refused(f"“{unknown[0]}” is not among the papers proposed for this reply. Attach it in Odoo by hand.")
    now = papers.ticked(known, names)
    others = tuple(row for row in proposal.shown if row.what not in {p.name for p in known})
    changed = replace(proposal, within={**proposal.within, **papers.as_json(now)}, shown=(*others, *papers.rows(now)))
    return changed, {name: value for name, value in values.items() if name != "papers"}


def _addressed(proposal: Proposal, values: Mapping[str, str]) -> tuple[Proposal, dict[str, str]]:
    """The reply to this address, and the other values. Addresses that are not among those known here are refused."""
    address = values["to"].strip()
    now = by_mail.sent_to(proposal, address)
    if now is None:
        raise Refused(
            f"“{address[:100]}” is not among the addresses that this reply can go to. Send it from your own mailbox."
        )
    return now, {name: value for name, value in values.items() if name != "to"}


def _narrative(proposal: Proposal, change: Change, values: Mapping[str, str]) -> Proposal:
    new: dict[str, Any] = dict(change.values)
    for name, value in values.items():
        if name == "narration":
            new["narration"] = value
        elif not value.strip():
            raise Refused("The text of a line cannot be empty: Odoo prints it on the invoice. Reject the step instead.")
        elif len(value) > LONGEST_LINE:
            raise Refused(f"The text of a line has {len(value)} characters; Odoo takes {LONGEST_LINE} from us.")
    edits = {int(name.removeprefix(LINE)): value for name, value in values.items() if name.startswith(LINE)}
    if edits:
        lines: list[dict[str, Any]] = list(new.get("lines") or ())
        new["lines"] = [{**line, "name": edits.get(int(line["line_id"]), line["name"])} for line in lines]
    shown = tuple(replace(row, after=_edited_text(row, edits, values)) for row in proposal.shown)
    return replace(proposal, change=replace(change, values=new), shown=shown)


def _edited_text(row: Shown, edits: Mapping[int, str], values: Mapping[str, str]) -> str:
    line = next((text for number, text in edits.items() if row.what.endswith(f"(line {number})")), None)
    if line is not None:
        return line
    return values["narration"] if "narration" in values and row.what == "Text at the foot" else row.after


def _credit(proposal: Proposal, values: Mapping[str, str]) -> Proposal:
    change = proposal.change
    if change is None or proposal.amount is None:
        raise Refused("This credit has no amount to edit. Reject it and credit in Odoo by hand.")
    new: dict[str, Any] = dict(change.values)
    amount = proposal.amount
    if "reason" in values:
        new["reason"] = values["reason"]
    if "quantity" in values or "amount" in values:
        lines = list(new.get("lines") or ())
        if len(lines) != 1:
            raise Refused("Only a credit on one line can be edited here. Reject it and credit in Odoo by hand.")
        line = dict(lines[0])
        if "amount" in values:
            amount = Money(_number(values["amount"]), amount.currency).rounded()
            line = {"line_id": line["line_id"], "amount": plain(amount.amount)}
        else:
            if "quantity" not in line:
                raise Refused("This credit is by amount: edit amount, not quantity.")
            quantity = _number(values["quantity"])
            amount = (amount * (quantity / Decimal(str(line["quantity"])))).rounded()
            line = {**line, "quantity": plain(quantity)}
        new["lines"] = [line]
    effect = f"Drafts a credit of {amount} net for {proposal.target_name}; accounting posts it in Odoo."
    shown = (Shown("Credit, net", str(proposal.amount), str(amount)),)
    return replace(proposal, change=replace(change, values=new), amount=amount, effect=effect, shown=shown)


def _number(text: str) -> Decimal:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise Refused(f"“{text}” is no number. Write it with a decimal point: 900.00.")
    number = Decimal(text)
    if number <= 0:
        raise Refused(f"“{text}” is no amount above zero.")
    return number


def _shown(proposal: Proposal, values: Mapping[str, str]) -> tuple[Shown, ...]:
    """The rows with the edited values: by name where a row has it, else the only row, else a row of their own."""
    rows = list(proposal.shown)
    for name, value in values.items():
        place = next((i for i, row in enumerate(rows) if row.what.casefold().startswith(name[:5].casefold())), None)
        if place is None and len(rows) == 1:
            place = 0
        if place is None:
            rows.append(Shown(name.replace("_", " ").capitalize(), "", value))
        else:
            rows[place] = replace(rows[place], after=value)
    return tuple(rows)
