"""Tax on the invoice against what the customer's place suggests. A hint for a tax specialist, never a correction."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.odoo.records import Invoice

REASONS = frozenset({"tax", "tax_mapping", "legal_form"})

EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
    "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """Tax charged although customer and entity are in different countries (business services: the customer's place).

    Source: Council Directive 2006/112/EC, articles 44 and 196; for third countries the service is outside the scope.
    """
    company = next((c for c in books.companies if c.id == invoice.company_id), None)
    customer = next((c for c in books.customers if c.id == invoice.customer_id), None)
    if company is None or customer is None or not company.country or not customer.country:
        return []
    lines = [line for line in books.invoice_lines if line.invoice_id == invoice.id]
    used = {t for line in lines for t in line.tax_ids}
    rates = sorted({t.rate for t in books.taxes if t.id in used and t.rate})
    own = (RecordRef("account.move", invoice.id, invoice.name), RecordRef("res.partner", customer.id, customer.name))
    percent = ", ".join(f"{(r * 100).normalize():f} %" for r in rates)
    rows = (
        ArithmeticRow(f"{invoice.name}, net", None, "", None, invoice.net, "first", own[:1]),
        ArithmeticRow(f"tax {percent or '0 %'}", None, "", None, invoice.tax, "plus"),
        ArithmeticRow("with tax", None, "", None, invoice.gross, "result"),
    )
    if company.country == customer.country:
        sentence = f"{invoice.name} carries {invoice.tax} tax; {customer.name} and we are both in {company.country}."
        return [
            Finding(
                "tax_domestic",
                sentence,
                "us" if rates else "nobody",
                None,
                rows=rows,
                records=own,
                invoice_id=invoice.id,
            )
        ]
    if not invoice.tax.amount:
        return [
            Finding(
                "tax_none",
                f"{invoice.name} carries no tax.",
                "nobody",
                None,
                rows=rows,
                records=own,
                invoice_id=invoice.id,
            )
        ]
    both_eu = {company.country, customer.country} <= EU
    rule = "reverse charge" if both_eu and customer.vat_id else "no tax of ours"
    sentence = (
        f"{invoice.name} carries {invoice.tax} ({percent}), though {customer.name} is in {customer.country} "
        f"and we are in {company.country}: {rule} would be usual."
    )
    return [
        Finding("tax_across_border", sentence, "customer", invoice.tax, rows=rows, records=own, invoice_id=invoice.id)
    ]
