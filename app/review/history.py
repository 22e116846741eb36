"""The trail of a case in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.audit.models import AuditEvent
from app.clock import now
from app.review import figures, handling_words, wording
from app.vocabulary import KIND_OF


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the history: who is empty for software."""

    at: datetime
    who: str
    sentence: str
    detail: str
    by_person: bool


def lines(events: Iterable[AuditEvent], names: Mapping[str, str]) -> list[Line]:
    """The events worth telling, oldest first; `names` maps mail addresses to people's names."""
    return [_line(e, names) for e in events if e.action not in _SILENT]


_SILENT = ("write.queued", "write.handed_over")
_WRITES = {
    "write.refused": "It was refused.",
    "write.failed": "It could not be written.",
    "write.waits": "Odoo did not answer; it waits.",
}


def _line(event: AuditEvent, names: Mapping[str, str]) -> Line:
    by_person = "@" in event.actor
    sentence, detail = _sentence(event.action, event.content, actor=event.actor, by_person=by_person)
    return Line(event.at, names.get(event.actor, event.actor) if by_person else "", sentence, detail, by_person)


_OF_DETECTORS = {
    "detection.changed": "What was found changed.", "detection.fixed": "No longer found in Odoo by the rules in force.",
    "detection.found_again": "Found again in Odoo.",
}  # fmt: skip


def _of_detector(action: str, c: Mapping[str, Any]) -> tuple[str, str]:
    if c.get("stays"):
        return "Found again in Odoo, the same as before.", "It stays closed, as a person decided"
    before, after = c.get("before"), c.get("after")
    return _OF_DETECTORS[action], f"{before} before, {after} now" if before and after and before != after else ""


def _sentence(action: str, c: Mapping[str, Any], *, by_person: bool, actor: str = "") -> tuple[str, str]:
    """The sentence and its detail. After a person's name it goes on in small letters: "confirmed the credit note."."""
    if by_person and (handled := handling_words.sentence(action, c, figures.today(now()))) is not None:
        return handled
    step = wording.STEP_NOUNS.get(str(c.get("kind")), "a step")
    if action == "case.opened" and actor.startswith("source:detector:"):
        return "Found in Odoo by Countersign.", f"Rule {actor.removeprefix('source:detector:')}"
    if action in _OF_DETECTORS:
        return _of_detector(action, c)
    if action == "case.opened":
        return f"{c.get('name', 'A document')} received and stored.", f"SHA-256 {str(c.get('sha256', ''))[:12]}…"
    if action == "document.came_again":
        return "The same document came again.", str(c.get("name", ""))
    if action == "case.assessed":
        reason = str(c.get("reason"))
        word = wording.full_reason(reason) if reason in KIND_OF else reason
        versions = " · ".join(f"{k} {v}" for k, v in dict(c.get("versions") or {}).items())
        return f"Read as {word[0].lower()}{word[1:]} ({str(c.get('reading', '')).lower()}).", versions
    if action == "model.asked":
        return _of_model(c)
    if action == "reply.worded":
        if c.get("by") == "model":
            return f"The reply was worded by {c.get('model')}.", f"Prompt {c.get('prompt')}"
        return f"The reply stays in our own words: {c.get('because')}.", ""
    if action == "case.reconciled":
        matches, findings = len(c.get("matches") or ()), len(c.get("findings") or ())
        return (
            f"Looked up in Odoo: {wording.plural(matches, 'record', 'records')}, "
            f"{wording.plural(findings, 'finding', 'findings')}.",
            "",
        )
    if action == "case.moved":
        state = wording.STATE_WORDS.get(str(c.get("after")), str(c.get("after"))).lower()
        return f"{'moved it to' if by_person else 'Now:'} {state}.", str(c.get("why", ""))
    if action == "suggestion.made":
        version = int(c.get("version") or 1)
        verb = "Changed" if version > 1 else "Proposed"
        return f"{verb}: {step}" + (f" (version {version})." if version > 1 else "."), f"Rule {c.get('rule', '')}"
    if action == "decision.confirm":
        return (
            f"confirmed {step}{_where(c)}.",
            f"As {wording.role_word(str(c.get('role', '')))}, rule {c.get('rule', '')}",
        )
    if action == "decision.reject":
        why = wording.REJECT_WORDS.get(str(c.get("reason")), str(c.get("reason", ""))).lower()
        return f"rejected {step}{_where(c)}: {why}.", str(c.get("note", ""))
    if action == "suggestion.edited":
        return f"edited it{_where(c)}.", ""
    if action == "decision.undone":
        return "took a confirmation back before it was sent.", ""
    if action == "delivery.answered":
        word = "delivered" if c.get("was_delivered") else "not delivered"
        return f"said that the work was {word}.", str(c.get("note", ""))
    if action == "write.done":
        by = "Carried out by Odoo" if _where(c) else "Written to Odoo"
        return f"{by}: {step}.", str((c.get("receipt") or {}).get("name", ""))
    if action == "write.stale":
        return "Not written: Odoo changed since the decision.", ""
    if action in _WRITES:
        return _WRITES[action], str(c.get("why", ""))
    if action == "case.retried":
        return "had it read again.", ""
    if action == "suggestion.withdrawn":
        return f"Put aside: {step}.", ""
    if action == "case.merged":
        return "Folded into another case.", ""
    if action == "case.took_over":
        return "Took over another case’s document.", ""
    return action.replace(".", " ").replace("_", " "), ""


def _of_model(c: Mapping[str, Any]) -> tuple[str, str]:
    if c.get("outcome") != "answered":
        return "Read by the offline engine alone.", str(c.get("because", ""))
    dropped = sum(int(count) for count in dict(c.get("dropped") or {}).values())
    left_out = f", {wording.plural(dropped, 'claim', 'claims')} of it left out" if dropped else ""
    return f"The language model answered{left_out}.", f"{c.get('model', '')} · {c.get('prompt', '')}"


def _where(c: Mapping[str, Any]) -> str:
    """Said of what was done inside Odoo."""
    return " in Odoo" if str(c.get("via", "")).startswith("odoo:") else ""
