"""Operations that change nothing but the record's history: notes, evidence, replies kept as notes."""

import hashlib
from dataclasses import replace

from markupsafe import Markup

from ..exceptions import OperationRefused
from .guards import ANYWHERE
from .kind import Outcome, operation
from .notes import paragraphs
from .readers import text


def _noted(call, told):
    record = call.target
    return Outcome(
        result={
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "files": [{"name": f.name, "sha256": f.sha256} for f in call.files],
        },
        notes=[(record, told)],
        evidence_on=record,
    )


@operation(
    "post_note", guards=ANYWHERE, values={"body": text(20000)}, required=("body",), access="read", takes_files=True
)
def post_note(call):
    return _noted(call, paragraphs(call.values["body"]))


@operation("attach_evidence", guards=ANYWHERE, values={"body": text(20000)}, access="read", takes_files=True)
def attach_evidence(call):
    """Attach files to the record, byte for byte."""
    if not call.files:
        raise OperationRefused(call.env._("There is no file to attach."), "files")
    record = call.target
    outcome = _noted(call, paragraphs(call.values.get("body")) or call.env._("Evidence attached."))
    outcome.result["undo"] = {
        "kind": "remove_evidence",
        "model": record._name,
        "id": record.id,
        "values": {"operation": call.key},
        "expected": {},
    }
    sums = [hashlib.sha1(f.content, usedforsecurity=False).hexdigest() for f in call.files]
    return replace(outcome, made={"checksums": sums})


@operation(
    "draft_reply",
    guards=ANYWHERE,
    values={"subject": text(500), "body": text(20000)},
    required=("body",),
    access="read",
    takes_files=True,
)
def draft_reply(call):
    """Keep the confirmed reply with the record; nothing is sent from here."""
    subject = call.values.get("subject") or ""
    told = Markup("%s <b>%s</b><br/>%s") % (
        call.env._("Reply to the customer:"),
        subject,
        paragraphs(call.values["body"]),
    )
    return _noted(call, told)


@operation("close_no_action", guards=ANYWHERE, values={"reason": text(2000)}, access="read", takes_files=True)
def close_no_action(call):
    reason = paragraphs(call.values.get("reason"))
    return _noted(call, Markup("%s %s") % (call.env._("Case closed, nothing to do."), reason))
