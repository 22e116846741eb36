import hashlib
import json
import logging
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, MissingError, UserError
from psycopg2 import IntegrityError
from psycopg2.errors import UniqueViolation

from ..exceptions import KeyReused, OperationRefused, Stale
from ..operations import KINDS, Call, differences, files, guarded_lines, keep_evidence, note

_logger = logging.getLogger(__name__)

SERVICE_GROUP = "countersign.group_service"
KEPT_CONTEXT = ("lang", "tz", "allowed_company_ids")
"""The rest of a caller's context could give new records default values, or switch checks off."""
INSIDE = object()
"""Stands in the context while an operation runs; nobody can send it from outside."""


class CountersignOperation(models.Model):
    """One row per confirmed change: its key makes the change happen once, its columns say who decided what.

    A row with a refusal stands for a change that was not made, and never will be under this key.
    """

    _name = "countersign.operation"
    _description = "Countersign operation"
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True)
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    user_id = fields.Many2one("res.users", "Applied as", required=True, readonly=True)
    decided_by = fields.Char(required=True, readonly=True)
    rule = fields.Char(readonly=True)
    case_ref = fields.Char("Case", readonly=True)
    case_link = fields.Char("Link", readonly=True)
    digest = fields.Char(required=True, readonly=True)
    asked = fields.Json("Values", readonly=True)
    expected = fields.Json(readonly=True)
    result = fields.Json(readonly=True)
    made = fields.Json("State after creation", readonly=True)
    refusal = fields.Text("Not written because", readonly=True)
    differences = fields.Json(readonly=True)

    _key_once = models.Constraint("unique(key)", "This change was asked for already.")

    @api.model
    def about(self):
        """Version of the addon and the kinds it knows, for health checks."""
        module = self.env["ir.module.module"].sudo().search([("name", "=", "countersign")])
        return {"version": module.installed_version, "kinds": sorted(KINDS)}

    @api.model
    def apply(self, key, kind, record, values, expected, mandate=None, attachments=(), digest=None):
        """Make one change of the closed list, once per key, or none at all. For the user of Countersign only.

        :param key: unique text of the change; repeating it repeats the answer, not the change
        :param kind: name of an operation
        :param record: ``{"model", "id", "company_id"}``
        :param values: what the operation needs; numbers as decimal text, dates as ISO text
        :param expected: what the person saw of the record; compared under a lock
        :param mandate: ``{"decided_by", "rule", "case", "link"}``; who decided and under which rule must be named
        :param attachments: list of ``{"name", "sha256", "content"}``, content in base64
        :param digest: SHA-256 of the canonical change; refused when it is not that of these arguments
        :return: ``{"status": "applied" | "already", "result": {...}}``
        """
        if not self.env.user.has_group(SERVICE_GROUP):
            raise AccessError(
                self.env._("Only the user of Countersign may apply operations. People decide in its panel.")
            )
        return self._inside()._apply(True, key, kind, record, values, expected, mandate, attachments, digest)

    @api.model
    def _apply_as_person(self, key, kind, record, values, expected, mandate=None, attachments=(), digest=None):
        """As `apply`, with the rights and in the name of this session's user.

        What is written says that it was decided, so nobody can call this from outside: only what the service has just
        handed over for this person comes here.
        """
        self._require_caller()
        return self._inside()._apply(False, key, kind, record, values, expected, mandate, attachments, digest)

    @api.model
    def _keep_refusal(self, change, message, differences=()):
        """Remember under the change's key that nothing was written: a person was told so, and it has to stay true.

        Whoever asks for the change later gets the same refusal. Nothing is kept of a change that has a row already, or
        that names no record or company: it is refused to everybody.

        :param change: the arguments of `_apply_as_person`, as the service sent them
        """
        try:
            record, mandate = change["record"], change.get("mandate") or {}
            attachments = files(self.env, change.get("attachments") or ())
            model, res_id, company_id = record["model"], record["id"], record["company_id"]
            asked, expected = change["values"], change["expected"]
            row = {
                "key": change["key"],
                "kind": change["kind"],
                "res_model": model,
                "res_id": res_id,
                "company_id": company_id,
                "user_id": self.env.uid,
                "decided_by": self.env.user.name,
                "rule": mandate.get("rule"),
                "case_ref": mandate.get("case"),
                "case_link": mandate.get("link"),
                "digest": _digest(change["kind"], company_id, model, res_id, asked, expected, attachments),
                "asked": asked,
                "expected": expected,
                "refusal": message,
                "differences": list(differences),
            }
            known = self.sudo().search_count([("key", "=", row["key"])])
            if known or not self.env["res.company"].browse(company_id).exists():
                return
            with self.env.cr.savepoint(flush=False):
                self.sudo().create(row).flush_recordset()
        except (KeyError, TypeError, ValueError, UserError, IntegrityError) as error:
            _logger.info("Countersign: the refusal of %s was not kept: %s", change.get("key"), type(error).__name__)

    def _inside(self):
        """With a context of ours, which says that an operation runs."""
        context = {k: v for k, v in self.env.context.items() if k in KEPT_CONTEXT}
        # The whole context is meant to be replaced.
        return self.with_context({**context, "countersign_operation": INSIDE})  # pylint: disable=context-overridden

    def _apply(self, is_service, key, kind, record, values, expected, mandate, attachments, digest):
        attachments = files(self.env, attachments)
        operation, model, res_id, company = self._require_listed(kind, record)
        mandate = self._require_mandate(mandate or {}, is_service)
        actual_digest = _digest(kind, company.id, model, res_id, values, expected, attachments)
        if digest is not None and digest != actual_digest:
            raise OperationRefused(self.env._("The change is not the one that was confirmed."), "digest")

        done = self.sudo().search([("key", "=", key)])
        if done:
            return done._repeat(actual_digest)
        row = self._claim(
            {
                "key": key,
                "kind": kind,
                "res_model": model,
                "res_id": res_id,
                "company_id": company.id,
                "user_id": self.env.uid,
                "decided_by": mandate["decided_by"],
                "rule": mandate["rule"],
                "case_ref": mandate["case"],
                "case_link": mandate["link"],
                "digest": actual_digest,
                "asked": values,
                "expected": expected,
            }
        )

        target = self._target(operation, model, res_id, company, is_service)
        operation.check_values(self.env, values, attachments)
        self._require_unchanged(operation, target, expected)
        read = operation.read_values(self.env, values)
        call = Call(target=target, values=read, mandate=mandate, files=attachments, key=key)
        outcome = self._run(operation, call, is_service)
        result = dict(outcome.result)
        for noted, text in outcome.notes:
            carries = bool(attachments) and noted == outcome.evidence_on
            message = note(noted, text, mandate, attachments if carries else ())
            if carries:
                result |= keep_evidence(message)
        row.write({"result": result, "made": outcome.made})
        return {"status": "applied", "result": result}

    def _require_caller(self):
        if not self.env.user._is_internal():
            raise AccessError(self.env._("Only internal users may apply operations."))

    @api.model
    def _require_listed(self, kind, record):
        """Operation, model, id and company, when the closed list and the caller's companies allow them."""
        operation = KINDS.get(kind) if isinstance(kind, str) else None
        if operation is None:
            raise OperationRefused(self.env._("There is no operation %s.", kind), "unknown_kind")
        if not isinstance(record, dict) or set(record) != {"model", "id", "company_id"}:
            raise OperationRefused(self.env._("The record must have model, id and company_id."), "record")
        model, res_id, company_id = record["model"], record["id"], record["company_id"]
        if model not in operation.guards or model not in self.env:
            raise OperationRefused(self.env._("%(kind)s does not work on %(model)s.", kind=kind, model=model), "model")
        if any(isinstance(i, bool) or not isinstance(i, int) or i <= 0 for i in (res_id, company_id)):
            raise OperationRefused(self.env._("Ids must be positive whole numbers."), "record")
        if company_id not in self.env.companies.ids:
            raise AccessError(self.env._("Company %s is not among the allowed companies.", company_id))
        return operation, model, res_id, self.env["res.company"].browse(company_id)

    def _require_mandate(self, mandate, is_service):
        if not isinstance(mandate, dict) or not all(isinstance(v, str) and len(v) <= 500 for v in mandate.values()):
            raise OperationRefused(self.env._("The mandate must be short texts."), "mandate")
        found = {name: mandate.get(name, "").strip() for name in ("decided_by", "rule", "case", "link")}
        if set(mandate) - set(found):
            raise OperationRefused(self.env._("The mandate has unknown parts."), "mandate")
        if found["link"] and not re.match(r"https?://", found["link"]):
            raise OperationRefused(self.env._("The link must be a web address."), "mandate")
        if not is_service:
            found["decided_by"] = self.env.user.name
        elif not (found["decided_by"] and found["rule"]):
            raise OperationRefused(self.env._("Who decided, and under which rule, must be named."), "mandate")
        return found

    def _claim(self, values):
        """Insert the row first: a second caller with the same key waits here for the first one's end."""
        if not isinstance(values["key"], str) or not 0 < len(values["key"]) <= 128:
            raise OperationRefused(self.env._("The key must be a text of 1 to 128 characters."), "key")
        try:
            with self.env.cr.savepoint(flush=False):
                row = self.sudo().create(values)
                row.flush_recordset()
        except UniqueViolation as error:
            # The other caller has committed after this transaction began. Odoo rolls back and calls again,
            # and the next look finds that caller's answer.
            raise ConcurrencyError(self.env._("The same change is being made right now.")) from error
        return row

    def _repeat(self, digest):
        self.ensure_one()
        if self.digest != digest:
            raise KeyReused(self.env._("The key %s belongs to another change.", self.key))
        if self.differences:
            raise Stale(self.refusal, self.differences)
        if self.refusal:
            raise OperationRefused(self.refusal, "refused_before")
        return {"status": "already", "result": self.result}

    def _target(self, operation, model, res_id, company, is_service):
        """The record, locked, of this company, seen with the rights that decide about the change."""
        seen = self.env[model].with_context(allowed_company_ids=[company.id]).browse(res_id)
        if not seen.sudo().exists():
            raise MissingError(self.env._("%(model)s %(id)s does not exist.", model=model, id=res_id))
        if not (is_service and operation.only_ours):
            self._require_right(seen, "read", is_service)
        owner = seen.sudo().company_id
        if owner and owner != company:
            raise OperationRefused(self.env._("The record belongs to another company."), "company")
        if is_service:
            target = seen.sudo()
        else:
            self._require_right(seen, operation.access, is_service)
            target = seen
        target.sudo().lock_for_update()
        guarded_lines(target).sudo().lock_for_update()
        return target

    def _run(self, operation, call, is_service):
        """Make the change; Odoo's own refusal of a person's rights is said in one sentence."""
        try:
            return operation.run(call)
        except AccessError as error:
            if is_service:
                raise
            raise self._not_allowed(call.target) from error

    def _require_right(self, record, access, is_service):
        if record.has_access(access):
            return
        if is_service:
            raise AccessError(
                self.env._("The user of Countersign may not read %(model)s %(id)s.", model=record._name, id=record.id)
            )
        raise self._not_allowed(record)

    def _not_allowed(self, record):
        return AccessError(
            self.env._(
                "Your rights in Odoo do not allow this step on %(name)s (%(model)s), so nothing was done. Ask somebody "
                "who has them to confirm it, or confirm it in Countersign.",
                name=record.sudo().display_name,
                model=self.env["ir.model"]._get(record._name).name,
            )
        )

    def _require_unchanged(self, operation, target, expected):
        found = differences(self.env, target, expected, operation.guards[target._name])
        if found:
            named = ", ".join(d["field"] for d in found[:5])
            raise Stale(
                self.env._(
                    "%(name)s has changed since it was reviewed: %(fields)s.", name=target.display_name, fields=named
                ),
                found,
            )


def _digest(kind, company_id, model, res_id, values, expected, attachments):
    """SHA-256 over sorted JSON without blanks; files stand with name and SHA-256."""
    change = {
        "kind": kind,
        "company_id": company_id,
        "model": model,
        "record_id": res_id,
        "values": values,
        "expected": expected,
        "attachments": [{"name": f.name, "sha256": f.sha256} for f in attachments],
    }
    return hashlib.sha256(
        json.dumps(change, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()
