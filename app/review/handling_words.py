"""Words for what people do with cases besides deciding, in the list, in forms and in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.audit.models import AuditEvent
from app.cases.models import Case
from app.review import figures
from app.review.languages import N_, _, ngettext

CLOSE_WORDS = {
    "handled_elsewhere": N_("Handled elsewhere, or agreed otherwise"),
    "nothing_asked": N_("Nothing is asked of us"),
    "came_before": N_("The same came before"),
    "not_ours": N_("Not ours to handle"),
    "other": N_("Something else"),
}
CHECK_WORDS = {
    "number_from_odoo": N_("Take the number from Odoo, not from the mail"),
    "known_contact": N_("Call a contact known before this mail"),
    "asked": N_("Ask whether they sent it and whether their bank changed"),
    "written_down": N_("Write down who answered and when"),
}


def snoozed(case: Case, today: date) -> str:
    """Until when a case is put off, and what for; empty for one that is not."""
    if case.state != "snoozed":
        return ""
    return until(case.snoozed_until, case.snoozed_for, today)


def until(at: datetime | None, event: str, today: date) -> str:
    """`Until Mon 23 Nov, 08:00 UTC`, `Until the customer answers, at the latest Mon 23 Nov, 08:00 UTC`."""
    moment = figures.moment(at, today) if at is not None else ""
    if event == "customer_answers":
        if moment:
            return _("Until the customer answers, at the latest %(moment)s", moment=moment)
        return _("Until the customer answers")
    if event == "delivery_answers":
        if moment:
            return _("Until the project manager answers, at the latest %(moment)s", moment=moment)
        return _("Until the project manager answers")
    return _("Until %(moment)s", moment=moment)


def sentence(action: str, c: Mapping[str, Any], today: date, *, by_person: bool) -> tuple[str, str] | None:
    """What an event of these says in the history, after the name of who did it, and its detail; None for others."""
    if action == "case.moved" and "undoes" in c:
        return _("took it back that the case was put off."), _until_again(c, today)
    if action == "case.moved" and c.get("after") == "snoozed" and ("until" in c or "event" in c):
        return _("put it off. %(until)s.", until=_until(c, today)), str(c.get("why", ""))
    if action == "case.moved" and c.get("reason") in CLOSE_WORDS:
        return _("closed it without action. %(why)s.", why=_(CLOSE_WORDS[str(c["reason"])])), str(c.get("why", ""))
    if action == "case.assigned":
        return _assigned(c), str(c.get("note", ""))
    if action == "assignment.undone":
        return _("took an assignment back."), _holds(c)
    if action == "question.asked":
        if c.get("name"):
            return _("asked %(name)s about the delivery.", name=c["name"]), ""
        return _("asked the project managers about the delivery."), ""
    if action == "question.answered":
        return _("answered the question about the delivery."), ""
    if action == "question.withdrawn":
        return _("withdrew a question about the delivery."), ""
    if action == "case.split":
        return _("split it: case %(other)s is a matter of its own.", other=c.get("into")), ""
    if action == "case.split_off":
        return _("split it off case %(other)s, whose message it shares.", other=c.get("from")), ""
    if action == "case.merged" and by_person:
        return _("folded it into case %(other)s.", other=c.get("into")), str(c.get("because", ""))
    if action == "case.took_over" and by_person:
        return _("folded case %(other)s into this one.", other=c.get("merged")), str(c.get("because", ""))
    if action == "case.taken_out":
        return _("took it out of case %(other)s again.", other=c.get("into")), ""
    if action == "case.gave_back":
        return _("took case %(other)s out of this one again.", other=c.get("merged")), ""
    if action in ("case.continued", "thread.asked", "thread.answered", "news.seen", "decision.held"):
        return _of_mails(action, c)
    if action == "case.alarmed":
        return _("marked it as fraud. What moves money was withdrawn."), str(c.get("note", ""))
    if action in ("callback.done", "callback.undone"):
        item = CHECK_WORDS.get(str(c.get("item")))
        what = _(item) if item else str(c.get("item"))
        if action == "callback.done":
            return _("ticked on the call-back checklist: “%(what)s”.", what=what), str(c.get("note", ""))
        return _("took a tick off the call-back checklist: “%(what)s”.", what=what), ""
    return None


def _of_mails(action: str, c: Mapping[str, Any]) -> tuple[str, str]:
    """What happened with the mails of a case."""
    if action == "case.continued":
        detail = _("It changed nothing.") if c.get("how") == "noted" else ""
        return _("A mail from %(sender)s came to this case.", sender=c.get("sender") or "?"), detail
    if action == "thread.asked":
        says = _(
            "A person is asked whether a mail from %(sender)s belongs to this matter.", sender=c.get("sender") or "?"
        )
        return says, _("Case %(number)s", number=c.get("other"))
    if action == "thread.answered":
        other = c.get("other")
        if c.get("belongs"):
            return _("said that the mail belongs together with case %(other)s.", other=other), ""
        return _("said that the mail does not belong together with case %(other)s.", other=other), ""
    if action == "news.seen":
        return _("has seen what is new."), ""
    return _("A decision waits to be made again: a mail came in before it was carried out."), ""


def _until(c: Mapping[str, Any], today: date) -> str:
    at = datetime.fromisoformat(str(c["until"])) if c.get("until") else None
    return until(at, str(c.get("event", "")), today)


def _until_again(c: Mapping[str, Any], today: date) -> str:
    """Until when it is put off as before; empty where it is not put off any more."""
    return _until(c, today) if c.get("after") == "snoozed" else ""


def _holds(c: Mapping[str, Any]) -> str:
    """Whose it is again."""
    if c.get("name"):
        return _("It is %(name)s’s again.", name=c["name"])
    if c.get("team"):
        return _("It is the team %(team)s’s again.", team=c["team"])
    return _("It is nobody’s again.")


def done_just_now(events: Sequence[AuditEvent]) -> str:
    """What a person has just done with these cases, and can take back."""
    first, count = events[0], len(events)
    c = first.content
    if first.action == "case.moved":
        if count == 1:
            return _("Case %(number)s was put off.", number=first.case_id)
        return ngettext("%(num)s case was put off.", "%(num)s cases were put off.", count)
    if count > 1:
        return ngettext("%(num)s case was assigned.", "%(num)s cases were assigned.", count)
    if c.get("name"):
        return _("Case %(number)s was assigned to %(name)s.", number=first.case_id, name=c["name"])
    if c.get("team"):
        return _("Case %(number)s was assigned to the team %(team)s.", number=first.case_id, team=c["team"])
    return _("Case %(number)s is nobody’s now.", number=first.case_id)


def _assigned(c: Mapping[str, Any]) -> str:
    if c.get("name"):
        return _("assigned it to %(name)s.", name=c["name"])
    if c.get("team"):
        return _("assigned it to the team %(team)s.", team=c["team"])
    return _("took it from its owner: it is nobody’s now.")
