"""What the panel shows on a record, and what becomes of a decision made there.

The service applies its own policy to the person whose call is signed; Odoo applies its own rights to the same person,
because the change runs in his session.
"""

import logging
import time

from odoo import api, models
from odoo.exceptions import AccessError, ConcurrencyError, LockError, MissingError, UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from psycopg2 import Error as DatabaseError

from ..exceptions import Stale
from .client import ANSWERED, REFUSED, UNCONFIGURED
from .panel_memory import memory

_logger = logging.getLogger(__name__)

MODELS = ("account.move", "sale.order", "project.project", "project.task", "res.partner")
DOCUMENTS = ("account.move", "sale.order")
VERDICTS = ("confirm", "edit", "reject")
PARTS_OF_A_CHANGE = {"key", "kind", "record", "values", "expected", "mandate", "attachments", "digest"}
UNFORESEEN = (
    DatabaseError, ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What other modules may raise while a change is made; the person and the service hear that it was not."""
ACCOUNTING = ("account.group_account_readonly", "account.group_account_invoice")
TRIES, PAUSE = 3, 0.3
"""How often a change is tried while somebody else holds the record, and the seconds in between."""


class CountersignPanel(models.AbstractModel):
    _name = "countersign.panel"
    _description = "Countersign panel"

    @api.model
    def _look(self, model, res_id, fresh=False):
        """What is open on a record.

        :param fresh: ask the service even if it was asked less than half a minute ago
        :return: ``{"state": "ready", ...}`` with the service's answer, or ``{"state", "says"}`` where state is
            ``unreachable``, ``not_configured`` (`says` only for administrators) or ``refused``
        :raises AccessError: the user may not read the record, or is not internal
        """
        record = self._require_readable(model, res_id)
        here, key = self.env.cr.dbname, self._key(record)
        if not fresh:
            known = memory.known(here, key)
            if known:
                return known
        answer = self.env["countersign.client"]._call(
            "/v1/odoo/panel", {"model": model, "res_id": record.id}, model, record.id
        )
        shown = {**self._seen(model, answer.body), "state": "ready"} if answer.ok else self._failure(answer)
        if answer.outcome == ANSWERED:
            memory.keep(here, key, shown)
        elif answer.outcome not in (REFUSED, UNCONFIGURED):
            memory.keep_failure(here, shown)
        return shown

    @api.model
    def _decide(self, model, res_id, decision):
        """Send a person's decision to the service and, when it is complete, make the change as this person.

        :param decision: ``{"suggestion_id", "content_hash", "verdict", "reason", "note", "values"}``
        :return: ``{"state": "done", "result", "written", "says", "differences", "made"}``, or as `_look` when the
            service did not take the decision. `written` is applied, already, stale, refused or busy, or None when
            nothing had to change; `made` is the record that came out of it, ``{"model", "id", "name"}`` or None.
        """
        record = self._require_readable(model, res_id)
        asked = self._require_decision(decision)
        answer = self.env["countersign.client"]._call(
            "/v1/odoo/decisions", {"model": model, "res_id": record.id, **asked}, model, record.id
        )
        memory.forget(self.env.cr.dbname)
        if not answer.ok:
            return self._failure(answer)
        done = {
            "state": "done",
            "result": answer.body.get("result"),
            "says": answer.body.get("says") or "",
            "written": None,
            "differences": [],
            "made": None,
        }
        change = answer.body.get("apply")
        if not change:
            return done
        receipt = self._carry_out(change)
        if receipt["status"] in ("refused", "stale"):
            # Before the service hears of it, and in case it never does: it would make the change as its own user.
            self.env.cr.rollback()
            self.env["countersign.operation"]._keep_refusal(change, receipt["message"], receipt["differences"])
            self.env.cr.commit()  # pylint: disable=invalid-commit
        self._hand_in(receipt, model, record.id)
        memory.forget(self.env.cr.dbname)
        return {
            **done,
            "written": receipt["status"],
            "says": self._words(done["says"], receipt),
            "differences": self._labelled(receipt["differences"], change),
            "made": _made(receipt["result"]),
        }

    @api.model
    def _seen(self, model, body):
        """The service's answer without what is about records that this user may not see in Odoo.

        Everybody in the house opens contacts, and many a task: that says nothing of the right to see what the customer
        disputes. A step needs the right to read the record that it changes (a contact: to edit it). A case needs a step
        that is left, or rights in accounting; one without steps is told on orders and invoices alone.
        """
        is_accountant = any(self.env.user.has_group(group) for group in ACCOUNTING)
        steps = body.get("suggestions") or []
        by_model = {}
        for step in steps:
            target = step.get("target") or {}
            if target.get("model") in self.env and isinstance(target.get("res_id"), int):
                by_model.setdefault(target["model"], set()).add(target["res_id"])
        visible = set()
        for changed, ids in by_model.items():
            access = "write" if changed == "res.partner" and not is_accountant else "read"
            visible.update((changed, i) for i in self.env[changed].browse(ids).exists()._filtered_access(access).ids)
        left = [
            step
            for step in steps
            if step.get("target") and (step["target"].get("model"), step["target"].get("res_id")) in visible
        ]
        cases = body.get("cases") or []
        if not is_accountant:
            named, had = ({step.get("case_id") for step in some} for some in (left, steps))
            cases = [
                case
                for case in cases
                if case.get("case_id") in named or (model in DOCUMENTS and case.get("case_id") not in had)
            ]
        return {**body, "suggestions": left, "cases": cases}

    @api.model
    def _require_readable(self, model, res_id):
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Countersign is for internal users."))
        if model not in MODELS:
            raise AccessError(self.env._("Countersign has no panel on %s.", model))
        if isinstance(res_id, bool) or not isinstance(res_id, int) or res_id <= 0:
            raise ValidationError(self.env._("A record's number is a positive whole number."))
        record = self.env[model].browse(res_id)
        if not record.exists():
            raise MissingError(self.env._("The record is no longer there."))
        record.check_access("read")
        return record

    @api.model
    def _require_decision(self, decision):
        if not isinstance(decision, dict) or decision.get("verdict") not in VERDICTS:
            raise ValidationError(self.env._("A decision confirms, edits or rejects."))
        given = {name: value for name, value in decision.items() if value is not None}
        texts = {name: given.get(name, "") for name in ("suggestion_id", "content_hash", "reason", "note")}
        values = given.get("values", {})
        if not all(isinstance(text, str) for text in texts.values()) or not isinstance(values, dict):
            raise ValidationError(self.env._("A decision is made of texts."))
        return {**texts, "verdict": decision["verdict"], "values": values}

    def _key(self, record):
        """What an answer depends on; a record that was written meanwhile is asked for anew."""
        return (
            record._name,
            record.id,
            str(record.sudo().write_date),
            self.env.uid,
            self.env.lang,
            tuple(self.env.companies.ids),
        )

    def _failure(self, answer):
        if answer.outcome == UNCONFIGURED:
            return {"state": "not_configured", "says": answer.says if self.env.user._is_system() else ""}
        return {"state": "refused" if answer.outcome == REFUSED else "unreachable", "says": answer.says}

    def _carry_out(self, change):
        """Apply the change as this person, and commit it: the service may only hear of what is certain.

        :return: a receipt, ``{"key", "status", "result", "differences", "message"}``
        """
        receipt = {"key": change.get("key"), "status": "refused", "result": {}, "differences": [], "message": ""}
        if set(change) - PARTS_OF_A_CHANGE:
            message = self.env._("Countersign asks for something that this addon does not know. Update the addon.")
            return {**receipt, "message": message}
        for left in reversed(range(TRIES)):
            try:
                with self.env.cr.savepoint():
                    done = self.env["countersign.operation"]._apply_as_person(**change)
                self.env.cr.commit()  # pylint: disable=invalid-commit
                return {**receipt, "status": done["status"], "result": done["result"] or {}}
            except Stale as stale:
                differences = stale.context["differences"]
                return {**receipt, "status": "stale", "differences": differences, "message": str(stale)}
            except (ConcurrencyError, LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                # A new transaction sees what the other one left; the key makes a repeated try harmless.
                self.env.cr.rollback()
                if left:
                    time.sleep(PAUSE)
            except UserError as refusal:
                return {**receipt, "message": str(refusal)}
            except UNFORESEEN:
                _logger.exception("Countersign: change %s could not be made", change.get("key"))
                message = self.env._("Odoo could not make this change; its log says why.")
                return {**receipt, "message": message}
        message = self.env._("Somebody else is changing the record right now.")
        return {**receipt, "status": "busy", "message": message}

    def _hand_in(self, receipt, model, res_id):
        """Tell the service. If that fails nothing is lost: its lease ends, and the same key gets the same answer."""
        answer = self.env["countersign.client"]._call("/v1/odoo/receipts", receipt, model, res_id)
        if not answer.ok:
            _logger.info("Countersign: receipt %s was not delivered: %s", receipt["key"], answer.says)

    def _labelled(self, differences, change):
        """With the names that people see of the fields; what is no field keeps its own."""
        if not differences:
            return []
        model = change["record"]["model"]
        known = [d["field"] for d in differences if d["field"] in self.env[model]._fields]
        labels = self.env[model].fields_get(known, ["string"]) if known else {}
        return [
            {**d, "field": labels.get(d["field"], {}).get("string") or d["field"].replace("_", " ")}
            for d in differences
        ]

    def _words(self, says, receipt):
        words = {
            "applied": self.env._("Odoo has the change."),
            "already": self.env._("Odoo had this change already; nothing was done twice."),
            "stale": self.env._(
                "Nothing was written: Odoo changed since this was proposed. Compare, then decide again."
            ),
            "refused": self.env._("Nothing was written. Odoo refused: %s", receipt["message"]),
            "busy": self.env._("%s Countersign tries again by itself.", receipt["message"]),
        }[receipt["status"]]
        if receipt["status"] in ("applied", "already") and says:
            return f"{says} {words}"
        return words


def _made(result):
    """The record that came out of a change, when the operation names one."""
    if isinstance(result.get("id"), int) and result.get("model") and result.get("name"):
        return {name: result[name] for name in ("model", "id", "name")}
    return None
