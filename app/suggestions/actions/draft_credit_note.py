"""Draft a credit note for what the customer is right about: whole, hours × rate, or an amount on a line.

It stays a draft in Odoo; accounting posts it. Undone by deleting the draft while nobody has touched it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from app.assessments.findings import Finding
from app.assessments.reconcile import credits
from app.money import Money
from app.odoo.commands import Change, Json, OperationKind
from app.odoo.records import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from app.suggestions import advised
from app.suggestions.figures import lines_guard, plain, quantity
from app.suggestions.proposal import Proposal, Shown, Situation

_WHOLE = "duplicate_invoice_found"


@dataclass(frozen=True, slots=True)
class _Part:
    """What of one line is credited, and why."""

    line: InvoiceLine
    values: dict[str, Json]
    net: Money
    finding: Finding


def propose(situation: Situation) -> list[Proposal]:
    """One for each posted invoice with findings that support the customer; never for more than is open on it."""
    if situation.advice is not None and situation.reason not in advised.CREDITED:
        return []
    found: list[Proposal] = []
    for invoice in situation.books.books.invoices:
        findings = [f for f in situation.books.findings if f.says == "customer" and f.invoice_id == invoice.id]
        if findings and invoice.kind is InvoiceKind.INVOICE and invoice.state is InvoiceState.POSTED:
            proposal = _of_invoice(situation, invoice, findings)
            found += [proposal] if proposal is not None else []
    return found


def _of_invoice(situation: Situation, invoice: Invoice, findings: list[Finding]) -> Proposal | None:
    books = situation.books.books
    lines = [line for line in books.invoice_lines if line.invoice_id == invoice.id]
    left = credits.still_open(invoice, books)
    by_rule = situation.advice is not None
    if by_rule and is_drafted(situation, invoice):
        return None
    if by_rule:
        findings = [replace(f, sentence=advised.dated(f.sentence, situation)) for f in findings]
    whole = next((f for f in findings if f.code == _WHOLE or (by_rule and _is_all_of(invoice, f))), None)
    if whole is not None:
        return _whole(invoice, lines, whole) if invoice.gross <= left else None
    parts: dict[int, _Part] = {}
    for part in (p for p in (_part(f, lines, by_rule=by_rule) for f in findings) if p is not None):
        parts.setdefault(part.line.id, part)
    if not parts:
        return None
    gross = sum((credits.with_tax(p.net, p.line) for p in parts.values()), Money.zero(invoice.currency))
    return _partial(invoice, lines, list(parts.values()), gross) if gross <= left else None


def is_drafted(situation: Situation, invoice: Invoice) -> bool:
    """Whether draft credit notes wait in Odoo that take back what a rule of ours found."""
    amount = next((f.amount for f in situation.books.findings if f.invoice_id == invoice.id), None)
    drafts = [n.net for n in credits.notes(invoice, situation.books.books) if n.is_draft]
    total = sum(drafts, Money.zero(invoice.currency))
    return amount is not None and bool(drafts) and (amount <= total or amount in drafts)


def _is_all_of(invoice: Invoice, finding: Finding) -> bool:
    """Whether a rule found that the invoice as a whole should not be there."""
    return finding.line_id is None and finding.amount == invoice.net


def _only_line(finding: Finding, lines: list[InvoiceLine]) -> int | None:
    """The line that a rule must mean: the only one it rests on, else the only one there is."""
    named = {r.id for r in finding.records if r.model == "account.move.line"} & {line.id for line in lines}
    meant = named or {line.id for line in lines}
    return meant.pop() if len(meant) == 1 else None


def _part(finding: Finding, lines: list[InvoiceLine], *, by_rule: bool) -> _Part | None:
    line_id = _only_line(finding, lines) if by_rule and finding.line_id is None else finding.line_id
    line = next((known for known in lines if known.id == line_id), None)
    if line is None or not (by_rule or finding.code in credits.ABOUT_MONEY_BACK):
        return None
    if finding.amount is None or not 0 < finding.amount.amount <= line.net.amount:
        return None
    hours = finding.quantity if by_rule or finding.code == "hours_over_approved" else None
    net = (line.net * (hours / line.quantity)).rounded() if hours and 0 < hours <= line.quantity else None
    if hours is not None and net is not None and (not by_rule or net == finding.amount.rounded()):
        return _Part(line, {"line_id": line.id, "quantity": plain(hours)}, net, finding)
    net = finding.amount.rounded()
    return _Part(line, {"line_id": line.id, "amount": plain(net.amount)}, net, finding)


def _partial(invoice: Invoice, lines: list[InvoiceLine], parts: list[_Part], gross: Money) -> Proposal:
    net = sum((p.net for p in parts), Money.zero(invoice.currency))
    shown = []
    for part in parts:
        line = part.line
        what = line.description.splitlines()[0] if line.description else "Line"
        if "quantity" in part.values:
            left = line.quantity - Decimal(str(part.values["quantity"]))
            shown.append(Shown(f"{what}, {line.unit or 'quantity'}", quantity(line.quantity), quantity(left)))
        else:
            shown.append(Shown(f"{what}, net", str(line.net), str(line.net - part.net)))
    because = " ".join(p.finding.sentence for p in parts)
    return _proposal(invoice, lines, net, gross, shown, because, {"lines": [p.values for p in parts]})


def _whole(invoice: Invoice, lines: list[InvoiceLine], finding: Finding) -> Proposal:
    return _proposal(invoice, lines, invoice.net, invoice.gross, [], finding.sentence, {"whole": True})


def _proposal(
    invoice: Invoice, lines: list[InvoiceLine], net: Money, gross: Money, shown: list[Shown], because: str,
    values: dict[str, Json],
) -> Proposal:  # fmt: skip
    rows = [
        *shown,
        Shown("Invoice net, after posting", str(invoice.net), str(invoice.net - net)),
        Shown("Tax, after posting", str(invoice.tax), str(invoice.tax - (gross - net))),
        Shown("Open balance, after posting", str(invoice.open_amount), str(invoice.open_amount - gross)),
    ]
    return Proposal(
        kind="draft_credit_note", target_name=invoice.name, risk="financial", rank=1, shown=tuple(rows), amount=net,
        because=because,
        effect=f"Drafts a credit of {net} net ({gross} with tax) for {invoice.name}; accounting posts it in Odoo.",
        change=Change(
            OperationKind.DRAFT_CREDIT_NOTE, invoice.company_id, "account.move", invoice.id,
            values={"reason": because[:480], **values},
            expected={
                "state": invoice.state.value, "amount_total": plain(invoice.gross.amount),
                "amount_residual": plain(invoice.open_amount.amount), "lines": lines_guard(lines),
            },
        ),
        evidence=({"field": "amount_disputed"}, {"field": "quantity_disputed"}, {"field": "invoice_refs"}),
    )  # fmt: skip
