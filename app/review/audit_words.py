"""What the events of the trail are called, and in which groups they are looked for."""

from __future__ import annotations

from app.review.languages import N_, _

GROUPS: dict[str, str] = {
    "decisions": N_("Decisions"),
    "writes": N_("Writes to Odoo"),
    "proposals": N_("Proposals"),
    "cases": N_("What was done with cases"),
    "readings": N_("Readings and findings"),
    "people": N_("People, keys and settings"),
}
ACTIONS: dict[str, tuple[str, str]] = {
    "decision.confirm": ("decisions", N_("Confirmed")),
    "decision.reject": ("decisions", N_("Rejected")),
    "decision.held": ("decisions", N_("To be decided again: a mail came in")),
    "decision.undone": ("decisions", N_("Confirmation taken back")),
    "suggestion.edited": ("decisions", N_("Edited")),
    "write.queued": ("writes", N_("Queued for Odoo")),
    "write.handed_over": ("writes", N_("Handed to Odoo")),
    "write.done": ("writes", N_("Written to Odoo")),
    "write.stale": ("writes", N_("Not written: changed in Odoo")),
    "write.refused": ("writes", N_("Refused by Odoo")),
    "write.failed": ("writes", N_("Could not be written")),
    "write.waits": ("writes", N_("Waits for Odoo")),
    "letter.sent": ("decisions", N_("Reply sent by mail")),
    "letter.waits": ("decisions", N_("Reply not sent yet")),
    "letter.refused": ("decisions", N_("Reply could not be sent")),
    "letter.uncertain": ("decisions", N_("Not certain whether a reply left")),
    "letter.settled": ("decisions", N_("Said whether a reply left")),
    "write.undone": ("writes", N_("Taken back in Odoo")),
    "write.asked_back": ("writes", N_("Taking back proposed")),
    "suggestion.made": ("proposals", N_("Proposed")),
    "suggestion.withdrawn": ("proposals", N_("Proposal put aside")),
    "narrative.drafted": ("proposals", N_("Invoice text drafted")),
    "reply.worded": ("proposals", N_("Reply worded")),
    "reply.chosen": ("proposals", N_("Reply chosen in another language or tone")),
    "case.opened": ("cases", N_("Case opened")),
    "case.moved": ("cases", N_("Case moved")),
    "case.assigned": ("cases", N_("Case assigned")),
    "assignment.undone": ("cases", N_("Assignment taken back")),
    "case.snoozed": ("cases", N_("Case snoozed")),
    "case.woken": ("cases", N_("Case back from snoozing")),
    "case.closed": ("cases", N_("Case closed")),
    "case.merged": ("cases", N_("Case merged")),
    "case.took_over": ("cases", N_("Case took over another")),
    "case.taken_out": ("cases", N_("Merge taken apart")),
    "case.gave_back": ("cases", N_("Case gave another back")),
    "case.split": ("cases", N_("Case split")),
    "case.split_off": ("cases", N_("Case split off")),
    "case.alarmed": ("cases", N_("Marked as fraud")),
    "case.continued": ("cases", N_("A mail continued the case")),
    "thread.asked": ("cases", N_("Asked whether a mail belongs there")),
    "thread.answered": ("cases", N_("Said whether a mail belongs there")),
    "news.seen": ("cases", N_("What is new was seen")),
    "case.retried": ("cases", N_("Read again on request")),
    "callback.done": ("cases", N_("Call-back step done")),
    "callback.undone": ("cases", N_("Call-back step taken back")),
    "question.asked": ("cases", N_("Project manager asked")),
    "question.answered": ("cases", N_("Question answered")),
    "question.withdrawn": ("cases", N_("Question withdrawn")),
    "delivery.answered": ("cases", N_("Delivery answered")),
    "sender.failed": ("readings", N_("A check of the sender failed")),
    "case.assessed": ("readings", N_("Read")),
    "case.reconciled": ("readings", N_("Compared with Odoo")),
    "model.asked": ("readings", N_("Language model asked")),
    "reading.chosen": ("readings", N_("Reading chosen by a person")),
    "fields.corrected": ("readings", N_("Fields corrected")),
    "record.chosen": ("readings", N_("Record of Odoo chosen")),
    "letter.bounced": ("cases", N_("Reply came back")),
    "letter.delayed": ("cases", N_("Reply delayed on its way")),
    "letter.arrived": ("cases", N_("Reply arrived")),
    "document.came_again": ("readings", N_("Document came again")),
    "detection.changed": ("readings", N_("Finding changed")),
    "detection.fixed": ("readings", N_("Finding gone")),
    "detection.found_again": ("readings", N_("Found again")),
    "user.set": ("people", N_("Person or roles set")),
    "user.teams": ("people", N_("Teams set")),
    "user.activated": ("people", N_("Person let in again")),
    "user.deactivated": ("people", N_("Person shut out")),
    "person.signed_in": ("people", N_("Signed in")),
    "person.link_made": ("people", N_("Sign-in link made")),
    "person.link_mailed": ("people", N_("Sign-in link mailed")),
    "person.settings": ("people", N_("Own settings changed")),
    "person.mail": ("people", N_("What is heard of by mail changed")),
    "key.issued": ("people", N_("API key issued")),
    "key.made": ("people", N_("API key made")),
    "key.revoked": ("people", N_("API key revoked")),
    "mailbox.added": ("people", N_("Mailbox added")),
    "mailbox.changed": ("people", N_("Mailbox changed")),
    "mailbox.paused": ("people", N_("Mailbox paused")),
    "mailbox.resumed": ("people", N_("Mailbox resumed")),
    "mailbox.backfill_asked": ("people", N_("Old mail asked for")),
    "mailbox.backfill_stopped": ("people", N_("Old mail stopped")),
    "odoo.linked": ("people", N_("Person linked with Odoo")),
    "odoo.unlinked": ("people", N_("Link with Odoo removed")),
    "narrative.rules_set": ("people", N_("Rules for texts set")),
    "narrative.rules_removed": ("people", N_("Rules for texts removed")),
    "audit.exported": ("people", N_("Trail exported")),
}


def group_words() -> list[tuple[str, str]]:
    """(code, words) of every group."""
    return [(code, _(words)) for code, words in GROUPS.items()]


def action_word(action: str) -> str:
    """What an event is called; one that has no words yet, by its code."""
    found = ACTIONS.get(action)
    return _(found[1]) if found is not None else action.replace(".", " ").replace("_", " ")


def actions_of(kind: str) -> tuple[str, ...]:
    """The actions of a group, or the one action named; empty for what is neither."""
    if kind in ACTIONS:
        return (kind,)
    return tuple(action for action, (group, _words) in ACTIONS.items() if group == kind)
