"""Pass-through costs: billed though the contract excludes or limits them, or approved and allowed but never billed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from app.assessments.findings import RecordRef
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import ZERO, Ledger, first_line, line_ref, order_ref
from app.detectors.stating import row, state
from app.detectors.words.expense_kinds import kinds_of
from app.detectors.words.expense_terms import ExpenseTerms, read_terms
from app.detectors.words.figures import count_in
from app.detectors.words.folding import fold
from app.detectors.words.periods import last_day, month_of
from app.mirror.models import OdooExpense, OdooInvoice, OdooInvoiceLine, OdooOrder

NOT_ALLOWED, NOT_BILLED = "expense_eligibility.not_allowed", "expense_eligibility.not_billed"
_BILLABLE = frozenset({"approved", "posted", "in_payment", "paid", "done"})
_NIGHTS = r"nights?|nacht\w*|nuit\w*|noches?|notti?\b|notte|nocleg\w*|noc\w*|doby|doba|noites?"
_ALIKE = 60.0


def find(ledger: Ledger) -> Iterator[Discrepancy]:
    """One discrepancy per invoice line that is not allowed, and per expense that no invoice carries."""
    terms = {order.id: read_terms(order.note) for order in ledger.orders.values() if order.note}
    billed = _pairs(ledger)
    expense_of = {line: ledger.expenses[expense] for expense, line in billed.items()}
    for order_id, found in terms.items():
        if not (found.excluded or found.limits):
            continue
        order = ledger.orders[order_id]
        for invoice in ledger.invoices_of_order.get(order_id, ()):
            for line in ledger.part_for(invoice, order):
                if line.net > 0 and (line.id in expense_of or _is_cost(ledger, line)):
                    discrepancy = _not_allowed(ledger, order, invoice, line, expense_of.get(line.id), found)
                    if discrepancy is not None:
                        yield discrepancy
    for expense in ledger.expenses.values():
        order_or_none = ledger.orders.get(expense.order_id or 0)
        if expense.id in billed or order_or_none is None or expense.state not in _BILLABLE or expense.amount <= 0:
            continue
        discrepancy = _not_billed(ledger, order_or_none, expense, terms.get(order_or_none.id, ExpenseTerms()))
        if discrepancy is not None:
            yield discrepancy


def _is_cost(ledger: Ledger, line: OdooInvoiceLine) -> bool:
    """Whether a line bills a cost on: a product for expenses, or an order line that Odoo made from an expense."""
    product = ledger.products.get(line.product_id or 0)
    if product is not None and (product.is_expensable or product.expense_policy in ("cost", "sales_price")):
        return True
    return any(ledger.order_lines[k].is_expense for k in line.order_line_ids if k in ledger.order_lines)


def _pairs(ledger: Ledger) -> dict[int, int]:
    """Expense -> the invoice line that bills it: same customer, same amount or (marked up) near words, each once."""
    by_customer: dict[tuple[int, int], list[OdooInvoiceLine]] = defaultdict(list)
    wanted = {
        (e.company_id, ledger.orders[e.order_id].customer_id)
        for e in ledger.expenses.values()
        if e.order_id and e.order_id in ledger.orders
    }
    for line in ledger.invoice_lines.values():
        invoice = ledger.invoices.get(line.invoice_id)
        if invoice is not None and (invoice.company_id, invoice.customer_id) in wanted and line.net > 0:
            by_customer[invoice.company_id, invoice.customer_id].append(line)
    priced = {who: sorted(_prices(lines)) for who, lines in by_customer.items()}
    scored = []
    for expense in ledger.expenses.values():
        order = ledger.orders.get(expense.order_id or 0)
        if order is None:
            continue
        who = (expense.company_id, order.customer_id)
        for line in _candidates(ledger, expense, order, priced.get(who, [])):
            score = _score(ledger, expense, order, line)
            if score:
                scored.append((-score, expense.id, line.id))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, expense_id, line_id in sorted(scored):
        if expense_id not in found and line_id not in taken:
            found[expense_id] = line_id
            taken.add(line_id)
    return found


def _prices(lines: Iterable[OdooInvoiceLine]) -> Iterator[tuple[Decimal, int]]:
    """(amount, line) for each line's net and gross."""
    for line in lines:
        yield line.net, line.id
        yield line.gross, line.id


def _candidates(
    ledger: Ledger, expense: OdooExpense, order: OdooOrder, priced: list[tuple[Decimal, int]]
) -> list[OdooInvoiceLine]:
    """Lines of the customer at this amount, and every cost billed on the expense's own order."""
    near = ledger.limits(expense.company_id).amount_tolerance
    start = bisect_left(priced, (expense.amount - near, 0))
    found: dict[int, OdooInvoiceLine] = {}
    while start < len(priced) and priced[start][0] <= expense.amount + near:
        found[priced[start][1]] = ledger.invoice_lines[priced[start][1]]
        start += 1
    for invoice in ledger.invoices_of_order.get(order.id, ()):
        for line in ledger.lines_of_invoice.get(invoice.id, ()):
            if line.net > 0 and _is_cost(ledger, line):
                found[line.id] = line
    return list(found.values())


def _score(ledger: Ledger, expense: OdooExpense, order: OdooOrder, line: OdooInvoiceLine) -> float:
    """0 where the line does not bill the expense; its own order, its words and its amount count."""
    near = ledger.limits(expense.company_id).amount_tolerance
    same_amount = min(abs(line.net - expense.amount), abs(line.gross - expense.amount)) <= near
    invoice = ledger.invoices[line.invoice_id]
    if not same_amount and not _is_cost(ledger, line):
        return 0.0
    from rapidfuzz import fuzz

    alike = float(fuzz.token_set_ratio(_folded(expense.name), _folded(line.description)))
    if not (same_amount and (alike >= _ALIKE or _is_cost(ledger, line))) and alike < 90:
        return 0.0
    of_order = order in ledger.orders_of_invoice[invoice.id]
    return 100.0 * same_amount + alike + (50.0 if of_order else 0.0)


@lru_cache(maxsize=20_000)
def _folded(words: str) -> str:
    return fold(words)


def _not_allowed(
    ledger: Ledger, order: OdooOrder, invoice: OdooInvoice, line: OdooInvoiceLine, expense: OdooExpense | None,
    terms: ExpenseTerms,
) -> Discrepancy | None:  # fmt: skip
    words = f"{line.description} {expense.name if expense else ''}"
    kinds = kinds_of(words)
    says = terms.excludes(kinds)
    allowed = ZERO
    if says is None:
        limited = _over_limit(terms, kinds, words, line, invoice.currency)
        if limited is None:
            return None
        allowed, says = limited
    net = line.net - allowed
    if net <= ledger.limits(invoice.company_id).amount_tolerance or ledger.is_made_good(invoice, net):
        return None
    amount = ledger.money(net, invoice.currency)
    name, what = ledger.title_of(invoice), first_line(line.description)
    refs = [ledger.invoice_ref(invoice), line_ref(line)]
    if expense is not None:
        refs.append(RecordRef("hr.expense", expense.id, expense.name))
    rows = [row(f"“{what}” on {name}", ledger.money(line.net, invoice.currency), "first", records=refs)]
    rows.append(
        row("allowed by the terms", ledger.money(allowed, invoice.currency), "minus", records=[order_ref(order)])
    )
    rows.append(row("Not allowed", amount, "result"))
    is_draft = invoice.state == "draft"
    return state(
        ledger, NOT_ALLOWED, (line.id,),
        company_id=invoice.company_id, customer=(invoice.customer_id, invoice.customer_name),
        title=f"{name} {invoice.customer_name}: “{what}” is not allowed by the contract",
        sentence=f"{name} bills “{what}”, {ledger.money(line.net, invoice.currency)}; the terms of {order.name} "
                 f"say “{says.strip()}”: "
        f"{amount} {'above the limit' if allowed else 'is not to be billed'}.",
        amount=amount, rows=rows, records=[*refs, order_ref(order)], order=order, invoice=invoice, says="customer",
        step=("Take it off the draft" if not allowed else "Reduce it on the draft to the limit") + "." if is_draft
        else f"Credit {amount} net.",
        explains="A cost billed on that the terms of the order exclude, or that is above the limit they set",
        since=expense.spent_on if expense else invoice.invoiced_on, line_id=line.id,
    )  # fmt: skip


def _over_limit(
    terms: ExpenseTerms, kinds: frozenset[str], words: str, line: OdooInvoiceLine, currency: str
) -> tuple[Decimal, str] | None:
    """(what the limit allows, its words) where a cost is above it; a hotel's limit is for a night."""
    for kind in sorted(kinds & set(terms.limits)):
        most, in_currency, says = terms.limits[kind]
        if in_currency not in ("", currency):
            continue
        times = Decimal(1)
        if kind == "hotel":
            times = Decimal(count_in(fold(words), _NIGHTS) or 0) or max(line.quantity, Decimal(1))
        if line.net > most * times:
            return most * times, says
    return None


def _not_billed(ledger: Ledger, order: OdooOrder, expense: OdooExpense, terms: ExpenseTerms) -> Discrepancy | None:
    kinds = kinds_of(expense.name)
    product = ledger.products.get(expense.product_id or 0)
    reinvoiced = product is not None and product.expense_policy in ("cost", "sales_price")
    if terms.speak:
        if not terms.allows(kinds):
            return None
    elif not reinvoiced:
        return None
    if not _is_due(ledger, order, expense):
        return None
    amount = expense.amount
    kind = next((k for k in sorted(kinds & set(terms.limits))), None)
    if kind is not None and terms.limits[kind][1] in ("", expense.currency):
        nights = count_in(fold(expense.name), _NIGHTS) if kind == "hotel" else None
        amount = min(amount, terms.limits[kind][0] * (nights or 1))
    money = ledger.money(amount, expense.currency)
    ref = RecordRef("hr.expense", expense.id, expense.name)
    on = f" of {expense.spent_on}" if expense.spent_on else ""
    basis = "the terms allow it" if terms.speak else "its category is billed on"
    limits = ledger.limits(order.company_id)
    return state(
        ledger, NOT_BILLED, (expense.id,),
        company_id=order.company_id, customer=(order.customer_id, order.customer_name),
        title=f"{order.name} {order.customer_name}: “{first_line(expense.name, 50)}” not billed",
        sentence=f"“{expense.name}” of {expense.employee}{on} is approved for {order.name}, {basis}, and no invoice "
        f"carries it: {money}.",
        amount=money,
        rows=[row(f"“{first_line(expense.name)}”{on}", ledger.money(expense.amount, expense.currency), records=[ref]),
              row("Not billed", money, "result")],
        records=[ref, order_ref(order)], order=order, about=order_ref(order), since=expense.spent_on,
        step="Add the expense to the next invoice of the order.",
        explains="An approved expense of an order whose terms allow it (or, where they are silent, whose category "
                 "is billed "
        f"on), on no invoice although one of a later day exists or {limits.expense_days} days have passed",
    )  # fmt: skip


def _is_due(ledger: Ledger, order: OdooOrder, expense: OdooExpense) -> bool:
    """Whether it should have been billed: an invoice of its month or later is there, or it waits too long."""
    if expense.spent_on is None:
        return True
    if expense.spent_on < ledger.today - timedelta(days=ledger.limits(order.company_id).expense_days):
        return True
    end = last_day(month_of(expense.spent_on))
    lines = {line.id for line in ledger.lines_of_order.get(order.id, ())}
    reach = [ledger.billed_until[k] for k in lines if k in ledger.billed_until]
    dates = [i.invoiced_on for i in ledger.invoices_of_order.get(order.id, ()) if i.invoiced_on]
    return any(day >= expense.spent_on for day in reach) or any(day >= end for day in dates)
