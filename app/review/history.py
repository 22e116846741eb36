"""The trail of a case in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.audit.models import AuditEvent
from app.clock import now
from app.review import figures, handling_words, order_lines, wording
from app.review.languages import N_, _, ngettext, told
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
    "write.refused": N_("It was refused."),
    "write.failed": N_("It could not be written."),
    "write.waits": N_("Odoo did not answer; it waits."),
}


def _line(event: AuditEvent, names: Mapping[str, str]) -> Line:
    by_person = "@" in event.actor
    sentence, detail = _sentence(event.action, event.content, actor=event.actor, by_person=by_person)
    return Line(event.at, names.get(event.actor, event.actor) if by_person else "", sentence, detail, by_person)


_OF_DETECTORS = {
    "detection.changed": N_("What was found changed."),
    "detection.fixed": N_("No longer found in Odoo by the rules in force."),
    "detection.found_again": N_("Found again in Odoo."),
}  # fmt: skip


def _of_detector(action: str, c: Mapping[str, Any]) -> tuple[str, str]:
    if c.get("stays"):
        return _("Found again in Odoo, the same as before."), _("It stays closed, as a person decided")
    before, after = c.get("before"), c.get("after")
    changed = before and after and before != after
    detail = _("%(before)s before, %(after)s now", before=before, after=after) if changed else ""
    return _(_OF_DETECTORS[action]), detail


def _sentence(action: str, c: Mapping[str, Any], *, by_person: bool, actor: str = "") -> tuple[str, str]:
    """The sentence and its detail. After a person's name it goes on in small letters: "confirmed the credit note."."""
    if (handled := handling_words.sentence(action, c, figures.today(now()), by_person=by_person)) is not None:
        return handled
    step = wording.STEP_NOUNS.get(str(c.get("kind")), _("a step"))
    if action.startswith("case."):
        return _of_case(action, c, by_person=by_person, actor=actor)
    if action.startswith(("decision.", "suggestion.")):
        return _of_step(action, c, step)
    if action.startswith("write."):
        return _of_write(action, c, step)
    if action in _LETTERS:
        return _of_letter(action, c)
    if action in _OF_DETECTORS:
        return _of_detector(action, c)
    if action in ("reading.chosen", "fields.corrected", "record.chosen", "reply.chosen"):
        return _of_correction(action, c)
    if action == "sender.failed":
        return _("A check of the sender failed."), ""
    if action == "document.came_again":
        return _("The same document came again."), str(c.get("name", ""))
    if action == "model.asked":
        return _of_model(c)
    if action == "reply.worded":
        if c.get("by") == "model":
            says = _("The reply was worded by %(model)s.", model=c.get("model"))
            return says, _("Prompt %(name)s", name=c.get("prompt"))
        return _("The reply stays in our own words: %(because)s.", because=told(str(c.get("because")))), ""
    if action == "narrative.drafted":
        return _of_text(c)
    if action == "delivery.answered":
        delivered = _("said that the work was delivered.")
        if not c.get("was_delivered"):
            delivered = _("said that the work was not delivered.")
        return delivered, str(c.get("note", ""))
    return _unknown(action), ""


_CAME_OF_IT = {
    "letter.bounced": N_("The reply came back."),
    "letter.delayed": N_("The reply is delayed on its way."),
    "letter.arrived": N_("The reply arrived."),
}
_LETTERS = ("letter.sent", "letter.waits", "letter.refused", "letter.uncertain", "letter.settled", *_CAME_OF_IT)


def _of_letter(action: str, c: Mapping[str, Any]) -> tuple[str, str]:
    """A reply on its way by mail."""
    if action == "letter.sent":
        to = ", ".join(c.get("to") or ())
        return _("The reply left by mail to %(to)s.", to=to), _("from %(sender)s", sender=c.get("sender"))
    if action == "letter.settled":
        if c.get("has_left"):
            return _("said that the reply had left."), ""
        return _("said that the reply had not left; it is sent again."), ""
    if action in _CAME_OF_IT:
        return _(_CAME_OF_IT[action]), told(str(c.get("because", "")))
    says = {
        "letter.waits": N_("The reply is not sent yet."),
        "letter.refused": N_("The reply could not be sent."),
        "letter.uncertain": N_("It is not certain whether the reply left."),
    }[action]
    return _(says), told(str(c.get("why", "")))


def _of_text(c: Mapping[str, Any]) -> tuple[str, str]:
    """The text of a draft invoice was drafted: for how many lines, and what was held back."""
    lines, held = len(c.get("lines") or ()), len(c.get("held_back") or ())
    says = ngettext("A text was drafted for %(num)s line.", "A text was drafted for %(num)s lines.", lines)
    model = dict(c.get("worded_by") or {}).get("model")
    details = [
        *([ngettext("%(num)s remark held back", "%(num)s remarks held back", held)] if held else []),
        *([_("worded by %(model)s", model=model)] if model else []),
    ]
    return says, " · ".join(details)


def _unknown(action: str) -> str:
    return action.replace(".", " ").replace("_", " ")


def _reading(reason: str) -> str:
    return wording.within(wording.full_reason(reason)) if reason in KIND_OF else reason


def _of_correction(action: str, c: Mapping[str, Any]) -> tuple[str, str]:
    if action == "reading.chosen":
        return _("said what it is: %(reading)s.", reading=_reading(str(c.get("after")))), ""
    if action == "record.chosen":
        before = ", ".join(str(name) for name in c.get("before") or ())
        what = wording.within(wording.MATCH_WORDS.get(str(c.get("what")), str(c.get("what"))))
        detail = _("It was: %(value)s", value=before) if before else ""
        return _("said which %(what)s it is: %(name)s.", what=what, name=c.get("name")), detail
    if action == "reply.chosen":
        chosen = (
            wording.LANGUAGE_WORDS.get(str(c.get("language")), _("the message’s language")),
            wording.TONE_WORDS.get(str(c.get("tone")), _("factual")),
        )
        return _("wants the reply in: %(language)s, %(tone)s.", language=chosen[0], tone=wording.within(chosen[1])), ""
    fields = dict(c.get("fields") or {})
    names = [wording.within(wording.FIELD_WORDS.get(name, name)) for name in fields]
    changes = [_changed(name, change.get("is"), change.get("was")) for name, change in fields.items()]
    return _("changed %(fields)s.", fields=wording.joined(names)), " · ".join(changes)


def _changed(name: str, value: Any, before: Any) -> str:
    """What a field says now, and what it said before; of an order the lines that differ."""
    if name == "lines":
        value, before = ("; ".join(order_lines.said(row) for row in rows or ()) for rows in (value, before))
        if value and not before:
            return _("Lines added: %(lines)s", lines=value)
        if before and not value:
            return _("Lines taken out: %(lines)s", lines=before)
    return _(
        "%(field)s: %(value)s, it was: %(before)s", field=wording.FIELD_WORDS.get(name, name), value=_plain(value),
        before=_plain(before),
    )  # fmt: skip


def _plain(value: Any) -> str:
    if value in (None, "", []):
        return _("not stated")
    return ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)


def _of_case(action: str, c: Mapping[str, Any], *, by_person: bool, actor: str) -> tuple[str, str]:
    if action == "case.opened" and actor.startswith("source:detector:"):
        return _("Found in Odoo by Countersign."), _("Rule %(name)s", name=actor.removeprefix("source:detector:"))
    if action == "case.opened" and actor.startswith("source:narrative:"):
        return _("A draft invoice in Odoo waits for its text."), ""
    if action == "case.opened" and actor.startswith("source:mailbox:"):
        said = _("Received in the mailbox %(name)s and stored.", name=actor.removeprefix("source:mailbox:"))
        return said, f"SHA-256 {str(c.get('sha256', ''))[:12]}…"
    if action == "case.opened":
        name = c.get("name") or _("A document")
        return _("%(name)s received and stored.", name=name), f"SHA-256 {str(c.get('sha256', ''))[:12]}…"
    if action == "case.assessed":
        versions = " · ".join(f"{k} {v}" for k, v in dict(c.get("versions") or {}).items())
        certainty = wording.within(wording.reading_word(str(c.get("reading", ""))))
        reading = _reading(str(c.get("reason")))
        return _("Read as %(reading)s (%(certainty)s).", reading=reading, certainty=certainty), versions
    if action == "case.reconciled":
        records = ngettext("%(num)s record", "%(num)s records", len(c.get("matches") or ()))
        found = ngettext("%(num)s finding", "%(num)s findings", len(c.get("findings") or ()))
        return _("Looked up in Odoo: %(records)s, %(findings)s.", records=records, findings=found), ""
    if action == "case.moved":
        after = str(c.get("after"))
        state = wording.within(wording.STATE_WORDS.get(after, after))
        said = _("moved it to %(state)s.", state=state) if by_person else _("Now: %(state)s.", state=state)
        return said, told(str(c.get("why", "")))
    if action == "case.merged":
        return _("Folded into case %(number)s.", number=c.get("into")), told(str(c.get("because", "")))
    if action == "case.took_over":
        return _("Case %(number)s was folded into this one.", number=c.get("merged")), told(str(c.get("because", "")))
    return (_("had it read again.") if action == "case.retried" else _unknown(action)), ""


def _of_step(action: str, c: Mapping[str, Any], step: str) -> tuple[str, str]:
    in_odoo = str(c.get("via", "")).startswith("odoo:")
    if action == "suggestion.made":
        version = int(c.get("version") or 1)
        rule = _("Rule %(name)s", name=c.get("rule", ""))
        if version > 1:
            return _("Changed: %(step)s (version %(version)s).", step=step, version=version), rule
        return _("Proposed: %(step)s.", step=step), rule
    if action == "decision.confirm":
        role = wording.role_word(str(c.get("role", "")))
        detail = _("As %(role)s, rule %(rule)s", role=role, rule=c.get("rule", ""))
        said = _("confirmed %(step)s in Odoo.", step=step) if in_odoo else _("confirmed %(step)s.", step=step)
        return said, detail
    if action == "decision.reject":
        why = wording.within(wording.REJECT_WORDS.get(str(c.get("reason")), str(c.get("reason", ""))))
        note = str(c.get("note", ""))
        if in_odoo:
            return _("rejected %(step)s in Odoo: %(reason)s.", step=step, reason=why), note
        return _("rejected %(step)s: %(reason)s.", step=step, reason=why), note
    if action == "suggestion.withdrawn" and c.get("not_about"):
        why = _("The case is not about %(record)s any more", record=c["not_about"])
        return _("Put aside: %(step)s.", step=step), why
    fixed = {
        "suggestion.edited": _("edited it in Odoo.") if in_odoo else _("edited it."),
        "decision.undone": _("took a confirmation back before it was sent."),
        "suggestion.withdrawn": _("Put aside: %(step)s.", step=step),
    }  # fmt: skip
    return fixed.get(action, _unknown(action)), ""


def _of_write(action: str, c: Mapping[str, Any], step: str) -> tuple[str, str]:
    if action == "write.done":
        name = str((c.get("receipt") or {}).get("name", ""))
        if str(c.get("via", "")).startswith("odoo:"):
            return _("Carried out by Odoo: %(step)s.", step=step), name
        return _("Written to Odoo: %(step)s.", step=step), name
    if action == "write.stale":
        return _("Not written: Odoo changed since the decision."), ""
    if action in _WRITES:
        return _(_WRITES[action]), told(str(c.get("why", "")))
    return _unknown(action), ""


def _of_model(c: Mapping[str, Any]) -> tuple[str, str]:
    if c.get("outcome") != "answered":
        return _("Read by the offline engine alone."), told(str(c.get("because", "")))
    dropped = sum(int(count) for count in dict(c.get("dropped") or {}).values())
    detail = f"{c.get('model', '')} · {c.get('prompt', '')}"
    if not dropped:
        return _("The language model answered."), detail
    says = ngettext(
        "The language model answered, %(num)s claim of it left out.",
        "The language model answered, %(num)s claims of it left out.", dropped,
    )  # fmt: skip
    return says, detail
