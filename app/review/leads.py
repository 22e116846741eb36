"""The three sentences over the panes: they say, we found, to do."""

from __future__ import annotations

from collections.abc import Sequence

from app.decisions.decide import NOTHING
from app.decisions.dossier import Dossier
from app.documents.withheld import without_accounts
from app.money import Money
from app.review import figures, wording
from app.review.by_rule import by_rule
from app.review.languages import _, ngettext, told
from app.suggestions.models import Suggestion
from app.vocabulary import Kind

LONGEST = 220


def they_say(d: Dossier) -> str:
    """What the sender says, in at most two sentences."""
    if d.case.is_own_draft:
        return told(d.case.here_because)
    if d.assessment is None:
        return _("Not read yet. The document is stored safely.")
    claims = [c.text for c in d.assessment.summary]
    if not claims:
        return _first_words(d)
    text = claims[0] if len(claims) == 1 or len(claims[0]) > 110 else f"{claims[0]} {claims[1]}"
    if d.is_suspect:
        text = without_accounts(text)
    return figures.short(told(text), LONGEST)


def _first_words(d: Dossier) -> str:
    """The beginning of what they wrote, quoted, where nothing sums it up."""
    text = d.reading.segment_text("new", "forwarded") if d.reading else ""
    if d.is_suspect:
        text = without_accounts(text)
    return f"“{figures.short(text, 180)}”" if text.strip() else _("No text of theirs could be read.")


def we_found(d: Dossier) -> str:
    """What the books say: the first finding, else what matched."""
    if d.case.is_own_draft:
        return figures.short(told(d.case.summary), LONGEST)
    if d.findings:
        said = figures.short(told(d.findings[0].sentence), LONGEST)
        more = len(d.findings) - 1
        if not more:
            return said
        return f"{said} {ngettext('%(num)s more finding below.', '%(num)s more findings below.', more)}"
    certain = [m for m in d.matches if m.is_certain]
    if certain:
        names = wording.joined([f"{wording.within(wording.MATCH_WORDS[m.what])} {m.record.name}" for m in certain[:3]])
        if d.case.kind == Kind.CUSTOMER_PO and not any(m.what == "order" for m in certain):
            return _("It belongs to %(records)s. No order in Odoo certainly fits it.", records=names)
        return _("It belongs to %(records)s. There was nothing to calculate.", records=names)
    if d.matches:
        return _("Several records in Odoo could be meant; none is certain.")
    waiting = next((s for s in d.steps if s.stage == "reconcile" and s.state in ("waiting", "leased")), None)
    if d.assessment is None or waiting is not None:
        return _("Odoo has not been asked yet.")
    if d.case.kind == Kind.NO_ACTION:
        return _("Nothing to look up in Odoo.")
    return _("Nothing in Odoo is certain.")


def to_do(d: Dossier) -> str:
    """What is proposed, in a sentence."""
    state, kind = d.case.state, d.case.kind
    open_ones = [s.suggestion for s in d.suggestions if s.suggestion.state == "open"]
    if kind == Kind.SECURITY_ALERT and state not in ("done", "closed"):
        return _("Call the customer on the number on file. Do not reply, do not pay.")
    if open_ones:
        language = (d.assessment.answer_in or str(d.assessment.value("language") or "en")) if d.assessment else "en"
        said = wording.joined([phrase(s, language) for s in _telling(open_ones)])
        if by_rule(d.assessment) is not None and said == wording.STEP_PHRASES["schedule_activity"]:
            said = _summary_of(open_ones) or said  # what the rule says to do tells more than that it is planned
        first = next((s.confirmed_by[0] for s in d.suggestions if s.suggestion.state == "open" and s.confirmed_by), "")
        if first and len(open_ones) == 1:
            who = first.partition(" (")[0]
            said = _("a second person approves what %(person)s confirmed: %(step)s", person=who, step=said)
        return wording.sentence(wording.capital(said))
    if state == "received":
        return _("Nothing yet: it is being read.")
    if state == "needs_attention":
        _why, _colon, advice = d.case.attention.partition(": ")
        return told(wording.sentence(wording.capital(advice or d.case.attention))) or _("A person must look.")
    if state == "writing":
        return _("Nothing: it is decided and on its way to Odoo.")
    if state == "done":
        return _("Nothing: it is decided and written.")
    if state == "closed":
        return _("Nothing: the case is closed.")
    if d.assessment and len(d.assessment.classification.prediction_set) > 1:
        return _("Say which reading is right; nothing is proposed until then.")
    return _("Read it and decide what to do; nothing is proposed.")


def _summary_of(suggestions: Sequence[Suggestion]) -> str:
    planned = next((s for s in suggestions if s.kind == "schedule_activity"), None)
    change = planned.command.get("odoo") if planned is not None else None
    return figures.short(told(str(change["values"].get("summary") or "")), LONGEST) if change else ""


def phrase(suggestion: Suggestion, language: str) -> str:
    """A step in a few words: `draft a credit note of 900.00 EUR`."""
    words = wording.STEP_PHRASES[suggestion.kind]
    amount = _("what is contested")
    if suggestion.amount is not None and suggestion.currency:
        amount = figures.money(Money(suggestion.amount, suggestion.currency))
    language_word = wording.LANGUAGE_WORDS.get(language) or _("their language")
    return words.format(amount=amount, target=suggestion.target_name, language=language_word)


def _telling(suggestions: Sequence[Suggestion]) -> Sequence[Suggestion]:
    """The steps worth naming first; notes, attachments and doing nothing only when there is nothing else."""
    doing = [s for s in suggestions if s.kind != NOTHING] or suggestions
    main = [s for s in doing if s.kind not in ("post_note", "attach_evidence")]
    return (main or list(doing))[:4]
