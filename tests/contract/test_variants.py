"""Tickets, approvals and documents by the modules that an Odoo has: real ones of the OCA, stand-ins of Enterprise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from app.errors import Refused
from app.odoo import queries
from app.odoo.commands import Attachment, Change, Json, OperationKind
from app.odoo.gateway import Receipt
from app.odoo.records import Project
from tests.contract.asking import DE, apply, draft_of, newest_note, order_named, undo, user_named
from tests.contract.peers import Peer

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(1800)]
HERE = {"allowed_company_ids": [DE]}


class VariantsContract:
    """What holds for every helpdesk. A subclass supplies `odoo` and the name of the team's model."""

    team_model = ""

    @pytest.fixture
    def team(self, odoo: Peer) -> int:
        """The team that tickets go to, as an administrator names it."""
        [found] = odoo.as_administrator(
            self.team_model, "create", vals_list=[{"name": "Billing questions", "company_id": DE}]
        )
        parameter(odoo, "countersign.helpdesk_team_id", str(found))
        return int(found)

    def test_a_question_becomes_a_ticket_of_the_named_team(self, odoo: Peer, team: int) -> None:
        receipt = ask_delivery(odoo, "Were these hours <b>worked</b>?")
        assert receipt.result["model"] == "helpdesk.ticket"
        [ticket] = read(
            odoo, receipt, ["name", "team_id", "description", "partner_id", "message_partner_ids", "active"]
        )
        assert (ticket["name"], ticket["team_id"][0]) == ("Were these hours <b>worked</b>?", team)
        project = project_of(odoo)
        assert project.name in ticket["description"]
        assert "Clara Engel" in newest_note(odoo, DE, "helpdesk.ticket", receipt.result["id"])
        assert "Were these hours" in newest_note(odoo, DE, "project.project", project.id)

    def test_the_customer_is_told_nothing(self, odoo: Peer, team: int) -> None:
        receipt = ask_delivery(odoo, "Who ordered this?")
        followers = odoo.as_administrator(
            "mail.followers",
            "search_read",
            domain=[["res_model", "=", "helpdesk.ticket"], ["res_id", "=", receipt.result["id"]]],
            fields=["partner_id"],
        )
        customer = project_of(odoo).customer_id
        assert customer not in [f["partner_id"][0] for f in followers]
        mails = odoo.as_administrator(
            "mail.mail",
            "search_read",
            domain=[["model", "=", "helpdesk.ticket"], ["res_id", "=", receipt.result["id"]]],
            fields=["email_to", "recipient_ids"],
        )
        told = {partner for mail in mails for partner in mail["recipient_ids"]}
        assert not [mail for mail in mails if mail["email_to"]]
        if told:  # who is asked may hear of it; they are one of us
            users = odoo.as_administrator(
                "res.users", "search_read", domain=[["partner_id", "in", sorted(told)]], fields=["partner_id"]
            )
            assert {user["partner_id"][0] for user in users} == told
        assert customer not in told

    def test_a_ticket_is_archived_while_nobody_worked_on_it(self, odoo: Peer, team: int) -> None:
        receipt = ask_delivery(odoo, "Taken back")
        undo(odoo, receipt, DE)
        [ticket] = read(odoo, receipt, ["active"])
        assert ticket["active"] is False
        worked_on = ask_delivery(odoo, "Worked on")
        odoo.as_administrator(
            "helpdesk.ticket", "message_post", ids=[worked_on.result["id"]], body="On it", message_type="comment"
        )
        with pytest.raises(Refused) as caught:
            undo(odoo, worked_on, DE)
        assert caught.value.facts["reason"] == "touched"

    def test_a_firm_can_have_tasks_all_the_same(self, odoo: Peer, team: int) -> None:
        parameter(odoo, "countersign.helpdesk_team_id", "none")
        receipt = ask_delivery(odoo, "As a task")
        assert receipt.result["model"] == "project.task"
        undo(odoo, receipt, DE)

    def test_without_a_named_team_the_companys_first_one_gets_it(self, odoo: Peer, team: int) -> None:
        parameter(odoo, "countersign.helpdesk_team_id", "")
        [ticket] = read(odoo, ask_delivery(odoo, "For whom?"), ["team_id", "company_id"])
        assert ticket["company_id"][0] == DE


class TestOca(VariantsContract):
    team_model = "helpdesk.ticket.team"

    @pytest.fixture
    def odoo(self, odoo_with_oca: Peer) -> Iterator[Peer]:
        return odoo_with_oca

    def test_the_portal_would_show_a_ticket_to_its_contact_so_it_has_none(self, odoo: Peer, team: int) -> None:
        receipt = ask_delivery(odoo, "Between us")
        [ticket] = read(odoo, receipt, ["partner_id", "description"])
        assert ticket["partner_id"] is False
        assert "Hafenwerk Logistik AG" in ticket["description"]

    def test_a_draft_invoice_with_a_tier_is_sent_to_its_reviewers(self, odoo: Peer) -> None:
        clara = user_named(odoo, "clara.engel")
        tier_on(odoo, "account.move", clara, [["move_type", "=", "out_invoice"]])
        invoice = draft_of(odoo, "Hafenwerk Logistik AG")
        receipt = apply(odoo, approval("account.move", invoice.id, user_named(odoo, "tom.ashworth")))
        assert receipt.result["approval"]["model"] == "tier.review"
        [review] = odoo.as_administrator(
            "tier.review", "read", ids=receipt.result["approval"]["ids"], fields=["status", "reviewer_ids", "res_id"]
        )
        assert (review["status"], review["reviewer_ids"], review["res_id"]) == ("pending", [clara], invoice.id)
        assert "Clara Engel" in newest_note(odoo, DE, "account.move", invoice.id)
        undo(odoo, receipt, DE)
        assert odoo.as_administrator("tier.review", "search_count", domain=[["res_id", "=", invoice.id]]) == 0
        with pytest.raises(Refused) as caught:
            undo(odoo, receipt, DE)
        assert caught.value.facts["reason"] == "touched"

    def test_an_answered_review_is_not_taken_back(self, odoo: Peer) -> None:
        admin = odoo.as_administrator("res.users", "context_get")["uid"]
        tier_on(odoo, "sale.order", admin, [["client_order_ref", "=", "TIER-1"]])
        order = order_named(odoo, "S00013")
        apply(odoo, Change(OperationKind.SET_CUSTOMER_REFERENCE, DE, "sale.order", order.id, {"reference": "TIER-1"}))
        receipt = apply(odoo, approval("sale.order", order.id, user_named(odoo, "tom.ashworth")))
        assert receipt.result["approval"]["model"] == "tier.review"
        odoo.as_administrator("sale.order", "validate_tier", ids=[order.id])
        with pytest.raises(Refused) as caught:
            undo(odoo, receipt, DE)
        assert caught.value.facts["reason"] == "touched"

    def test_a_record_without_a_tier_gets_an_activity(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00001")
        receipt = apply(odoo, approval("sale.order", order.id, user_named(odoo, "tom.ashworth")))
        assert receipt.result["approval"]["model"] == "mail.activity"
        undo(odoo, receipt, DE)

    def test_a_file_goes_into_the_named_folder_too_and_out_again(self, odoo: Peer) -> None:
        [storage] = odoo.as_administrator(
            "dms.storage",
            "create",
            vals_list=[{"name": f"Papers {uuid4()}", "save_type": "database", "company_id": DE}],
        )
        group = access_group(odoo)
        [folder] = odoo.as_administrator(
            "dms.directory",
            "create",
            vals_list=[
                {"name": "Billing", "is_root_directory": True, "storage_id": storage, "group_ids": [[6, 0, [group]]]}
            ],
        )
        parameter(odoo, "countersign.documents_folder_id", str(folder))
        paper = Attachment("order.pdf", b"%PDF-1.7 of the case " + uuid4().bytes)
        receipts = [apply(odoo, evidence(order_named(odoo, "S00001").id, paper)) for _ in range(2)]
        held = [r.result["documents"][0] for r in receipts]
        assert [d["model"] for d in held] == ["dms.file", "dms.file"]
        names = [
            d["name"] for d in odoo.as_administrator("dms.file", "read", ids=[d["id"] for d in held], fields=["name"])
        ]
        assert len(set(names)) == 2
        assert all(name.startswith("order") for name in names)
        for receipt in receipts:
            undo(odoo, receipt, DE)
        assert odoo.as_administrator("dms.file", "search_count", domain=[["directory_id", "=", folder]]) == 0
        parameter(odoo, "countersign.documents_folder_id", "")

    def test_what_dms_files_by_itself_is_named(self, odoo: Peer) -> None:
        [model] = odoo.as_administrator("ir.model", "search", domain=[["model", "=", "sale.order"]])
        [storage] = odoo.as_administrator(
            "dms.storage",
            "create",
            vals_list=[
                {
                    "name": f"Orders {uuid4()}", "save_type": "attachment", "model_ids": [[6, 0, [model]]],
                    "include_message_attachments": True,
                }
            ],
        )  # fmt: skip
        group = access_group(odoo)
        odoo.as_administrator(
            "dms.directory",
            "create",
            vals_list=[
                {
                    "name": "Orders", "is_root_directory": True, "storage_id": storage, "model_id": model,
                    "group_ids": [[6, 0, [group]]],
                }
            ],
        )  # fmt: skip
        receipt = apply(
            odoo, evidence(order_named(odoo, "S00003").id, Attachment("po.pdf", b"%PDF-1.7 " + uuid4().bytes))
        )
        [held] = receipt.result["documents"]
        assert held["model"] == "dms.file"
        undo(odoo, receipt, DE)
        assert odoo.as_administrator("dms.file", "search_count", domain=[["id", "=", held["id"]]]) == 0


class TestEnterprise(VariantsContract):
    """Against stand-ins that have the documented fields; Enterprise itself is not there to be tested."""

    team_model = "helpdesk.team"

    @pytest.fixture
    def odoo(self, odoo_with_stand_ins: Peer) -> Iterator[Peer]:
        return odoo_with_stand_ins

    def test_the_ticket_names_the_customer(self, odoo: Peer, team: int) -> None:
        [ticket] = read(odoo, ask_delivery(odoo, "About whom?"), ["partner_id"])
        assert ticket["partner_id"][0] == project_of(odoo).customer_id

    def test_an_approval_is_asked_in_the_named_category_and_taken_back_until_it_is_answered(self, odoo: Peer) -> None:
        order, admin = order_named(odoo, "S00001"), odoo.as_administrator("res.users", "context_get")["uid"]
        parameter(odoo, "countersign.approval_category_id", "")
        receipt = apply(odoo, approval("sale.order", order.id, admin))
        assert receipt.result["approval"]["model"] == "mail.activity"
        undo(odoo, receipt, DE)
        [category] = odoo.as_administrator(
            "approval.category", "create", vals_list=[{"name": "Limits of orders", "company_id": DE}]
        )
        parameter(odoo, "countersign.approval_category_id", str(category))
        receipt = apply(odoo, approval("sale.order", order.id, admin))
        asked = receipt.result["approval"]
        assert asked["model"] == "approval.request"
        fields = ["name", "category_id", "reference", "request_status", "reason"]
        [request] = odoo.as_administrator("approval.request", "read", ids=asked["ids"], fields=fields)
        assert (request["category_id"][0], request["reference"]) == (category, "S00001")
        assert (request["request_status"], request["name"]) == ("pending", "Extend the ceiling?")
        undo(odoo, receipt, DE)
        [request] = odoo.as_administrator("approval.request", "read", ids=asked["ids"], fields=fields)
        assert request["request_status"] == "cancel"
        answered = apply(odoo, approval("sale.order", order.id, admin))
        odoo.as_administrator("approval.request", "action_approve", ids=answered.result["approval"]["ids"])
        with pytest.raises(Refused) as caught:
            undo(odoo, answered, DE)
        assert caught.value.facts["reason"] == "touched"

    def test_a_file_is_a_document_in_the_named_folder(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00001")
        paper = Attachment("order.pdf", b"%PDF-1.7 " + uuid4().bytes)
        parameter(odoo, "countersign.documents_folder_id", "")
        assert apply(odoo, evidence(order.id, paper)).result["documents"] == []
        [folder] = odoo.as_administrator(
            "documents.document", "create", vals_list=[{"name": "Billing", "type": "folder"}]
        )
        parameter(odoo, "countersign.documents_folder_id", str(folder))
        receipt = apply(odoo, evidence(order.id, paper))
        [held] = receipt.result["documents"]
        fields = ["folder_id", "attachment_id"]
        [document] = odoo.as_administrator("documents.document", "read", ids=[held["id"]], fields=fields)
        assert document["folder_id"][0] == folder
        assert document["attachment_id"][0] == receipt.result["attachment_ids"][0]
        undo(odoo, receipt, DE)
        assert odoo.as_administrator("documents.document", "search_count", domain=[["folder_id", "=", folder]]) == 0


def project_of(odoo: Peer) -> Project:
    return next(p for p in queries.projects(odoo.gateway, [DE]) if p.name.startswith("S00001"))


def parameter(odoo: Peer, name: str, value: str) -> None:
    odoo.as_administrator("ir.config_parameter", "set_param", key=name, value=value)


def access_group(odoo: Peer) -> int:
    """A group of dms in which the administrator may do everything."""
    admin = odoo.as_administrator("res.users", "context_get")["uid"]
    rights = {f"perm_{right}": True for right in ("create", "write", "unlink")}
    [group] = odoo.as_administrator(
        "dms.access.group",
        "create",
        vals_list=[{"name": f"All {uuid4()}", "explicit_user_ids": [[6, 0, [admin]]], **rights}],
    )
    return int(group)


def tier_on(odoo: Peer, model: str, reviewer: int, domain: list[Any]) -> None:
    """The only tier of this model; reviews that an earlier test left are taken away."""
    for left in ("tier.review", "tier.definition"):
        ids = odoo.as_administrator(left, "search", domain=[["model", "=", model]])
        odoo.as_administrator(left, "unlink", ids=ids)
    [model_id] = odoo.as_administrator("ir.model", "search", domain=[["model", "=", model]])
    odoo.as_administrator(
        "tier.definition",
        "create",
        vals_list=[
            {
                "name": "Reviewed", "model_id": model_id, "review_type": "individual", "reviewer_id": reviewer,
                "definition_domain": repr(domain), "company_id": DE,
            }
        ],
    )  # fmt: skip


def ask_delivery(odoo: Peer, question: str) -> Receipt:
    project = project_of(odoo)
    values: dict[str, Json] = {"name": question, "description": "Case C-17", "due_on": "2026-12-01"}
    return apply(odoo, Change(OperationKind.CREATE_TICKET, DE, "project.project", project.id, values))


def approval(model: str, record_id: int, user_id: int) -> Change:
    values: dict[str, Json] = {"summary": "Extend the ceiling?", "note": "Case C-17", "user_id": user_id}
    return Change(OperationKind.REQUEST_APPROVAL, DE, model, record_id, values)


def evidence(order_id: int, paper: Attachment) -> Change:
    return Change(OperationKind.ATTACH_EVIDENCE, DE, "sale.order", order_id, {"body": "Paper"}, attachments=(paper,))


def read(odoo: Peer, receipt: Receipt, fields: list[str]) -> list[dict[str, Any]]:
    made = receipt.result
    found: list[dict[str, Any]] = odoo.as_administrator(made["model"], "read", ids=[made["id"]], fields=fields)
    return found
