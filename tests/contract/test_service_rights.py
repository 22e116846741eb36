"""The proof that the service user can do nothing but what is on the closed list: each is tried on a real Odoo, refused.

Posting, payments, taxes, bank accounts, users, rights, settings, programs, approved time, and our own door with kinds,
records, values and contexts that nobody offers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from app.odoo import queries
from app.odoo.commands import Change, OperationKind
from app.suggestions.proposal import KINDS
from tests.contract.asking import DE, apply, draft_of, invoice_named, lines_of, order_named, user_named
from tests.contract.peers import Peer

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(1800)]

EVERYTHING = {"allowed_company_ids": [DE]}


@dataclass(frozen=True)
class Books:
    """Records that an attempt is made on."""

    odoo: Peer
    draft: int
    draft_line: int
    posted: int
    order: int
    customer: int
    tax: int
    journal: int
    me: int
    clara: int
    timesheet: int
    accountants: int
    quotation: int
    settled_line: int
    open_line: int
    open_credit_line: int
    message: int
    own_message: int
    task: int

    def named(self, value: Any) -> Any:
        """The value with "@draft" and so on replaced by ids, at any depth."""
        if isinstance(value, str) and value.startswith("@"):
            return getattr(self, value[1:])
        if isinstance(value, list):
            return [self.named(v) for v in value]
        if isinstance(value, dict):
            return {k: self.named(v) for k, v in value.items()}
        return value


@pytest.fixture(scope="module")
def books(real_odoo: Peer) -> Iterator[Books]:
    odoo = real_odoo
    draft = draft_of(odoo, "Hafenwerk Logistik AG")

    def first(model: str, *domain: Any) -> int:
        found: int = odoo.as_administrator(model, "search", domain=list(domain), limit=1)[0]
        return found

    receivable = [["company_id", "=", DE], ["account_type", "=", "asset_receivable"], ["parent_state", "=", "posted"]]
    found = Books(
        odoo, draft.id, lines_of(odoo, draft)[0].id, invoice_named(odoo, "RE/2026/00009").id,
        order_named(odoo, "S00001").id, draft.customer_id, first("account.tax", ["company_id", "=", DE]),
        first("account.journal", ["company_id", "=", DE], ["type", "=", "bank"]), user_named(odoo, "countersign"),
        user_named(odoo, "clara.engel"), first("account.analytic.line", ["company_id", "=", DE]),
        first("res.groups", ["id", "in", _of_external_ids(odoo, "account", "group_account_manager")]),
        order_named(odoo, "S00013").id, first("account.move.line", *receivable, ["reconciled", "=", True]),
        first("account.move.line", *receivable, ["reconciled", "=", False], ["debit", ">", 0]),
        _open_credit(odoo, receivable),
        first("mail.message", ["model", "=", "account.move"], ["author_id.user_ids.login", "!=", "countersign"]),
        _own_message(odoo), first("project.task", ["company_id", "=", DE], ["project_id", "!=", False]),
    )  # fmt: skip
    before = _standing(found)
    yield found
    assert _standing(found) == before, "nothing of all that was tried has changed anything"


ATTEMPTS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "posting": [
        ("account.move", "action_post", {"ids": ["@draft"]}),
        ("account.move", "_post", {"ids": ["@draft"], "soft": False}),
        ("account.move", "write", {"ids": ["@draft"], "vals": {"state": "posted"}}),
        ("account.move", "write", {"ids": ["@draft"], "vals": {"auto_post": "at_date"}}),
        ("account.move", "button_draft", {"ids": ["@posted"]}),
        ("account.move", "button_cancel", {"ids": ["@draft"]}),
        ("account.move", "unlink", {"ids": ["@draft"]}),
        ("account.move", "copy", {"ids": ["@draft"]}),
        ("account.move", "create", {"vals_list": [{"move_type": "out_invoice", "partner_id": "@customer"}]}),
        ("account.move", "js_assign_outstanding_line", {"ids": ["@posted"], "line_id": 1}),
        ("account.move.reversal", "create", {"vals_list": [{"move_ids": [[6, 0, ["@posted"]]], "journal_id": 1}]}),
        ("validate.account.move", "create", {"vals_list": [{}]}),
        ("sale.order", "action_confirm", {"ids": ["@quotation"]}),
        ("sale.advance.payment.inv", "create", {"vals_list": [{"sale_order_ids": [[6, 0, ["@order"]]]}]}),
    ],
    "payments": [
        ("account.payment", "create", {"vals_list": [{"amount": 1.0, "partner_id": "@customer"}]}),
        ("account.payment", "search_read", {"domain": [], "fields": ["amount"]}),
        ("account.payment", "action_post", {"ids": [1]}),
        ("account.payment.register", "create", {"vals_list": [{"amount": 1.0}]}),
        ("account.payment.register", "action_create_payments", {"ids": [1]}),
        ("account.bank.statement.line", "create", {"vals_list": [{"journal_id": "@journal", "amount": 1.0}]}),
        ("account.move.line", "remove_move_reconcile", {"ids": ["@settled_line"]}),
        ("account.move.line", "reconcile", {"ids": ["@open_line", "@open_credit_line"]}),
        ("account.partial.reconcile", "create", {"vals_list": [{"amount": 1.0}]}),
        ("account.full.reconcile", "create", {
            "vals_list": [{"reconciled_line_ids": [[6, 0, ["@open_line"]]], "partial_reconcile_ids": [[6, 0, []]]}],
        }),
    ],
    "taxes": [
        ("account.tax", "write", {"ids": ["@tax"], "vals": {"amount": 0.0}}),
        ("account.tax", "create", {"vals_list": [{"name": "None", "amount": 0.0}]}),
        ("account.tax", "unlink", {"ids": ["@tax"]}),
        ("account.move.line", "write", {"ids": ["@draft_line"], "vals": {"tax_ids": [[5, 0, 0]]}}),
        ("account.move", "write", {"ids": ["@draft"], "vals": {"fiscal_position_id": 1}}),
        ("account.move", "write", {
            "ids": ["@draft"], "vals": {"invoice_line_ids": [[1, "@draft_line", {"tax_ids": [[6, 0, []]]}]]},
        }),
        ("account.fiscal.position", "write", {"ids": [1], "vals": {"name": "x"}}),
        ("account.tax.repartition.line", "create", {"vals_list": [{"tax_id": "@tax"}]}),
        ("product.template", "write", {"ids": [1], "vals": {"taxes_id": [[5, 0, 0]]}}),
        ("res.partner", "write", {"ids": ["@customer"], "vals": {"property_account_position_id": 1}}),
        ("res.company", "write", {"ids": [DE], "vals": {"account_sale_tax_id": 1}}),
    ],
    "bank accounts": [
        ("res.partner.bank", "create", {"vals_list": [{"acc_number": "DE89370400440532013000", "partner_id": 1}]}),
        ("res.partner.bank", "write", {"ids": [1], "vals": {"acc_number": "DE00"}}),
        ("account.move", "write", {"ids": ["@draft"], "vals": {"partner_bank_id": 1}}),
        ("account.journal", "write", {"ids": ["@journal"], "vals": {"bank_account_id": 1}}),
        ("res.partner", "write", {"ids": ["@customer"], "vals": {"bank_ids": [[0, 0, {"acc_number": "DE00"}]]}}),
        ("res.bank", "create", {"vals_list": [{"name": "Bank"}]}),
    ],
    "users and rights": [
        ("res.users", "create", {"vals_list": [{"name": "Eve", "login": "eve"}]}),
        ("res.users", "write", {"ids": ["@me"], "vals": {"group_ids": [[4, "@accountants"]]}}),
        ("res.users", "write", {"ids": ["@me"], "vals": {"company_ids": [[4, 1]]}}),
        ("res.users", "write", {"ids": ["@clara"], "vals": {"password": "x"}}),
        ("res.users", "action_reset_password", {"ids": ["@clara"]}),
        ("res.users", "unlink", {"ids": ["@clara"]}),
        ("res.groups", "write", {"ids": ["@accountants"], "vals": {"user_ids": [[4, "@me"]]}}),
        ("ir.model.access", "create", {"vals_list": [{"name": "x", "model_id": 1, "perm_write": True}]}),
        ("ir.model.access", "search_read", {"domain": [], "fields": ["name"]}),
        ("ir.rule", "create", {"vals_list": [{"name": "x", "model_id": 1}]}),
        ("res.users.apikeys", "create", {"vals_list": [{"name": "x", "user_id": "@clara"}]}),
        ("res.users.apikeys", "_generate", {"scope": None, "name": "x", "expiration_date": None}),
    ],
    "settings and programs": [
        ("ir.config_parameter", "set_param", {"key": "countersign.secret", "value": "x" * 32}),
        ("ir.config_parameter", "get_param", {"key": "database.secret"}),
        ("ir.config_parameter", "search_read", {"domain": [], "fields": ["value"]}),
        ("res.config.settings", "create", {"vals_list": [{}]}),
        ("ir.actions.server", "create", {"vals_list": [{"name": "x", "model_id": 1, "state": "code"}]}),
        ("ir.actions.server", "run", {"ids": [1]}),
        ("ir.cron", "method_direct_trigger", {"ids": [1]}),
        ("base.automation", "create", {"vals_list": [{"name": "x"}]}),
        ("ir.module.module", "button_immediate_install", {"ids": [1]}),
        ("ir.model.fields", "create", {"vals_list": [{"name": "x_evil", "model_id": 1, "ttype": "char"}]}),
        ("ir.ui.view", "create", {"vals_list": [{"name": "x", "model": "sale.order", "arch": "<form/>"}]}),
        ("ir.default", "set", {"model_name": "sale.order", "field_name": "note", "value": "x"}),
        ("ir.model.data", "search_read", {"domain": [], "fields": ["name"]}),
    ],
    "approved time": [
        ("account.analytic.line", "write", {"ids": ["@timesheet"], "vals": {"unit_amount": 99}}),
        ("account.analytic.line", "write", {"ids": ["@timesheet"], "vals": {"x_approved": True}}),
        ("account.analytic.line", "create", {"vals_list": [{"name": "x", "unit_amount": 1}]}),
        ("account.analytic.line", "unlink", {"ids": ["@timesheet"]}),
        ("project.milestone", "write", {"ids": [1], "vals": {"is_reached": True}}),
        ("hr.expense", "write", {"ids": [1], "vals": {"total_amount": 1}}),
    ],
    "what was said and done": [
        ("countersign.operation", "create", {"vals_list": [{"key": "x", "kind": "post_note"}]}),
        ("countersign.operation", "write", {"ids": [1], "vals": {"decided_by": "Somebody"}}),
        ("countersign.operation", "unlink", {"ids": [1]}),
        ("countersign.operation", "_apply", {"key": "x"}),
        ("countersign.operation", "_claim", {"values": {}}),
        ("countersign.operation", "_run", {}),
        ("mail.message", "unlink", {"ids": ["@message"]}),
        ("mail.message", "write", {"ids": ["@message"], "vals": {"body": "x"}}),
        ("mail.message", "unlink", {"ids": ["@own_message"]}),
        ("mail.message", "write", {"ids": ["@own_message"], "vals": {"body": "x"}}),
        ("account.move", "message_post", {"ids": ["@posted"], "body": "x", "partner_ids": ["@customer"]}),
        ("project.task", "message_post", {"ids": ["@task"], "body": "x"}),
        ("account.move.send.wizard", "create", {"vals_list": [{"move_id": "@posted"}]}),
        ("mail.mail", "create", {"vals_list": [{"email_to": "x@evil.example", "body_html": "x"}]}),
    ],
}  # fmt: skip
_ALL = [(what, *attempt) for what, attempts in ATTEMPTS.items() for attempt in attempts]


@pytest.mark.parametrize(("what", "model", "method", "arguments"), _ALL, ids=[f"{w}: {m}.{f}" for w, m, f, _ in _ALL])
def test_odoo_refuses(books: Books, what: str, model: str, method: str, arguments: dict[str, Any]) -> None:
    answer = books.odoo.raw(model, method, **books.named(arguments), context=EVERYTHING)
    assert answer.status_code in (403, 404), f"{what}: {answer.status_code} {answer.text[:300]}"


@pytest.mark.parametrize("mode", ["comment", "mass_mail"])
@pytest.mark.parametrize("subject", ["s", "{{ object.sudo().write({'ref': 'PWN'}) }}"])
def test_odoos_own_ways_to_send_mail_are_closed(books: Books, mode: str, subject: str) -> None:
    """Nor does a text that Odoo would fill in, with more rights than its writer has, reach a record."""
    wizard = {
        "composition_mode": mode, "model": "account.move", "res_ids": str([books.draft]), "subject": subject,
        "body": "<p>b</p>", "partner_ids": [[6, 0, [books.customer]]],
    }  # fmt: skip
    made = books.odoo.raw("mail.compose.message", "create", vals_list=[wizard])
    if made.status_code == 200:
        answer = books.odoo.raw("mail.compose.message", "action_send_mail", ids=made.json())
        assert answer.status_code == 403, answer.text[:300]
    [template] = books.odoo.as_administrator(
        "mail.template", "search", domain=[["model", "=", "account.move"]], limit=1
    )
    answer = books.odoo.raw("mail.template", "send_mail", ids=[template], res_id=books.posted)
    assert answer.status_code == 403


def test_every_field_that_approves_time_is_closed(books: Books) -> None:
    fields = books.odoo.as_administrator("account.analytic.line", "fields_get", attributes=["type", "readonly"])
    approving = [n for n in fields if "approv" in n or "validat" in n]
    assert "x_approved" in approving
    for name in approving:
        answer = books.odoo.raw("account.analytic.line", "write", ids=[books.timesheet], vals={name: True})
        assert answer.status_code == 403, name


CRAFTED: list[dict[str, Any]] = [
    {"kind": "post_invoice"},
    {"kind": "action_post"},
    {"kind": "__class__"},
    {"kind": ["set_customer_reference"]},
    {"kind": {"name": "set_customer_reference"}},
    {"kind": None},
    {"record": {"model": "account.payment", "id": 1, "company_id": DE}},
    {"record": {"model": "account.tax", "id": "@tax", "company_id": DE}},
    {"record": {"model": "res.users", "id": "@me", "company_id": DE}},
    {"record": {"model": "res.partner.bank", "id": 1, "company_id": DE}},
    {"record": {"model": "ir.config_parameter", "id": 1, "company_id": DE}},
    {"record": {"model": "countersign.operation", "id": 1, "company_id": DE}},
    {"record": {"model": "helpdesk.ticket", "id": 1, "company_id": DE}, "kind": "archive_created",
     "values": {"operation": "x"}},
    {"record": {"model": "account.move", "id": "@posted", "company_id": DE}},
    {"record": {"model": "account.move", "id": ["@draft"], "company_id": DE}},
    {"record": {"model": "account.move", "id": True, "company_id": DE}},
    {"record": {"model": "account.move", "id": "@draft", "company_id": 1}},
    {"record": {"model": "account.move", "id": "@draft", "company_id": 3}},
    {"record": {"model": "account.move", "id": "@draft"}},
    {"values": {"reference": "x", "state": "posted"}},
    {"values": {"reference": "x", "partner_bank_id": 1}},
    {"values": {"reference": "x", "tax_ids": []}},
    {"values": {"reference": ["x"]}},
    {"values": "state=posted"},
    {"expected": {"partner_bank_id": 1}},
    {"expected": {"commercial_partner_id.vat": "x"}},
    {"kind": "update_invoice_narrative", "values": {"lines": [{"line_id": "@draft_line", "name": "x", "tax_ids": []}]}},
    {"kind": "update_invoice_narrative",
     "values": {"lines": [{"line_id": "@draft_line", "name": "x", "price_unit": "1"}]}},
    {"kind": "update_invoice_narrative", "values": {"lines": [{"line_id": 1, "name": "x"}]}},
    {"kind": "update_billing_contact", "record": {"model": "res.partner", "id": "@customer", "company_id": DE},
     "values": {"bank_ids": [[0, 0, {"acc_number": "DE00"}]]}},
    {"kind": "update_billing_contact", "record": {"model": "res.partner", "id": "@customer", "company_id": DE},
     "values": {"vat": "DE000"}},
    {"kind": "update_billing_contact", "record": {"model": "res.partner", "id": "@customer", "company_id": DE},
     "values": {"name": "Another firm"}},
    {"kind": "draft_credit_note", "record": {"model": "account.move", "id": "@posted", "company_id": DE},
     "values": {"reason": "x", "whole": True, "state": "posted"}},
    {"kind": "draft_credit_note", "record": {"model": "account.move", "id": "@posted", "company_id": DE},
     "values": {"reason": "x", "lines": [{"line_id": 1, "amount": "1.00"}]}},
    {"kind": "restore_draft", "values": {"operation": "somebody-elses"}},
    {"kind": "archive_created", "record": {"model": "res.partner", "id": "@customer", "company_id": DE},
     "values": {"operation": "x"}},
    {"kind": "request_approval", "values": {"summary": "x", "user_id": 1}},
    {"mandate": {"decided_by": "", "rule": ""}},
    {"mandate": {"decided_by": "x", "rule": "y", "user_id": "1"}},
    {"mandate": {"decided_by": "x", "rule": "y", "link": "javascript:alert(1)"}},
    {"mandate": None},
    {"key": ""},
    {"key": "k" * 129},
    {"digest": "0" * 64},
]  # fmt: skip


@pytest.mark.parametrize("crafted", CRAFTED, ids=[str(c)[:90] for c in CRAFTED])
def test_our_own_door_opens_for_nothing_else(books: Books, crafted: dict[str, Any]) -> None:
    call: dict[str, Any] = {
        "key": f"crafted-{uuid4()}", "kind": "set_customer_reference", "values": {"reference": "x"}, "expected": {},
        "record": {"model": "account.move", "id": "@draft", "company_id": DE},
        "mandate": {"decided_by": "x", "rule": "y"},
    }  # fmt: skip
    answer = books.odoo.raw("countersign.operation", "apply", **books.named(call | crafted))
    assert answer.status_code in (403, 404, 422), answer.text[:300]


def test_a_context_gives_nothing_more(books: Books) -> None:
    """Default values, a posted state and switched-off checks in the caller's context have no effect."""
    odoo = books.odoo
    context = {
        "allowed_company_ids": [DE], "default_state": "sale", "default_bank_ids": [[0, 0, {"acc_number": "DE00"}]],
        "default_fiscal_position_id": 1, "default_website": "https://evil.example", "check_move_validity": False,
        "force_delete": True, "skip_readonly_check": True, "mail_notify_force_send": True,
    }  # fmt: skip
    answer = odoo.raw(
        "countersign.operation", "apply", key=f"context-{uuid4()}", kind="update_billing_contact", expected={},
        record={"model": "res.partner", "id": books.customer, "company_id": DE},
        values={"new_contact": True, "name": "Eve", "email": f"eve.{uuid4().hex[:6]}@hafenwerk.example"},
        mandate={"decided_by": "x", "rule": "y"}, context=context,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text[:300]
    made = answer.json()["result"]["id"]
    [contact] = odoo.as_administrator("res.partner", "read", ids=[made], fields=["bank_ids", "website"])
    assert contact == {"id": made, "bank_ids": [], "website": False}
    odoo.as_administrator("res.partner", "unlink", ids=[made])


def test_the_addons_list_is_the_products(books: Books) -> None:
    kinds = books.odoo.raw("countersign.operation", "about").json()["kinds"]
    assert kinds == sorted(kind.value for kind in OperationKind)
    assert set(KINDS) - set(kinds) == {"merge_with_case"}, "the one kind that never reaches Odoo"


def _standing(books: Books) -> dict[str, Any]:
    """What the attempts aimed at, as the administrator sees it."""
    ask = books.odoo.as_administrator
    found: dict[str, Any] = {
        model: sorted(ask(model, "search", domain=domain, context={"active_test": False}))
        for model, domain in (
            ("account.payment", []), ("res.partner.bank", []), ("res.users", []), ("ir.rule", []), ("ir.cron", []),
            ("ir.actions.server", []), ("ir.model.access", []), ("account.move", [["state", "=", "posted"]]),
            ("account.tax", []), ("mail.mail", []), ("sale.order", [["state", "=", "sale"]]),
            ("account.partial.reconcile", []),
        )
    }  # fmt: skip
    draft = ["state", "ref", "amount_total", "narration", "partner_bank_id", "fiscal_position_id", "auto_post"]
    for model, ids, fields in (
        ("account.move", [books.draft, books.posted], draft),
        ("account.move.line", [books.draft_line], ["name", "price_unit", "tax_ids"]),
        ("account.tax", [books.tax], ["name", "amount"]),
        ("res.users", [books.me, books.clara], ["group_ids", "company_ids", "login"]),
        ("account.analytic.line", [books.timesheet], ["unit_amount", "x_approved"]),
        ("res.partner", [books.customer], ["name", "vat", "email", "bank_ids"]),
    ):
        found[f"{model} read"] = ask(model, "read", ids=ids, fields=fields)
    return found


def _open_credit(odoo: Peer, receivable: list[Any]) -> int:
    """An unmatched credit on a customer's account, made for this."""
    ask = odoo.as_administrator
    found = ask("account.move.line", "search", domain=[*receivable, ["reconciled", "=", False], ["credit", ">", 0]])
    if not found:
        [journal] = ask(
            "account.journal", "search", domain=[["company_id", "=", DE], ["type", "=", "general"]], limit=1
        )
        [example] = ask(
            "account.move.line", "search_read", domain=receivable, fields=["account_id", "partner_id"], limit=1
        )
        billed = [["company_id", "=", DE], ["account_type", "=", "income"], ["display_type", "=", "product"]]
        [other] = ask("account.move.line", "search_read", domain=billed, fields=["account_id"], limit=1)
        partner = example["partner_id"][0]
        lines = [
            [0, 0, {"account_id": example["account_id"][0], "partner_id": partner, "credit": 1.0, "debit": 0.0}],
            [0, 0, {"account_id": other["account_id"][0], "partner_id": partner, "credit": 0.0, "debit": 1.0}],
        ]
        context = {"allowed_company_ids": [DE]}
        entry = {"move_type": "entry", "journal_id": journal, "line_ids": lines}
        moves = ask("account.move", "create", vals_list=[entry], context=context)
        ask("account.move", "action_post", ids=moves, context=context)
        found = ask("account.move.line", "search", domain=[["move_id", "in", moves], ["credit", ">", 0]])
    return int(found[0])


def _own_message(odoo: Peer) -> int:
    """A note that the service user wrote, through an operation."""
    order = order_named(odoo, "S00001")
    apply(odoo, Change(OperationKind.POST_NOTE, DE, "sale.order", order.id, {"body": "What was decided"}))
    return max(n.id for n in queries.notes(odoo.gateway, [DE], model="sale.order", record_id=order.id))


def _of_external_ids(odoo: Peer, module: str, name: str) -> list[int]:
    rows = odoo.as_administrator(
        "ir.model.data", "search_read", domain=[["module", "=", module], ["name", "=", name]], fields=["res_id"]
    )
    return [row["res_id"] for row in rows]
