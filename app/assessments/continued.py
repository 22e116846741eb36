"""What a case is about once another mail continues it. Pure.

What was said before stays with its evidence, what the newest mail states comes beside it or in its place, and a
person's word stands over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.assessments import ordered
from app.assessments.matching import same_reference
from app.assessments.results import Assessment, Claim, Classification, FieldValue
from app.documents.reading import Evidence
from app.vocabulary import FIELDS, KIND_OF, CertaintyWord, Kind

BESIDE, LEADS, OPEN, SAME, NOTHING = "beside", "leads", "open", "same", "nothing"
"""What the newest mail does to what a case is about: it adds to it, it is what the case is about from now on, it says
something else so that a person must say which holds, it says the same, or it says nothing about it."""
MOST_CLAIMS = 6
_JOINED = ("invoice_refs", "order_refs")
_WHO = ("customer_name", "language")
"""Stated once for a case: another mail's signature or language changes nothing of it."""
_ALWAYS = (*_JOINED, "po_number", "po_date", "valid_from", "valid_until", "deadline")
"""What means the same whatever a mail is about. An amount does not: of a payment it is not what is contested."""
_OTHERWISE = "The newest mail says something else than the ones before it. Say what the case is about now."
_OF_THE_OLD = ("customer_name", "invoice_refs", "order_refs", "po_number", "currency")
"""What is still true of a case that had ended; its amounts and dates were settled."""


@dataclass(frozen=True, slots=True)
class Differs:
    """A field that the newest mail states otherwise, or first. `is_kept`: a person's word stands instead."""

    name: str
    was: Any
    now: Any
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Continued:
    """The case's assessment with the newest mail, and what differs. `effect` is one of the words above.

    `document_id` is the document that evidence without a document of its own is in.
    """

    assessment: Assessment
    document_id: int
    effect: str
    fields: tuple[Differs, ...]


def says_nothing(mail: Assessment) -> bool:
    """Whether a mail is for certain one that asks for nothing: thanks, an automatic reply, a returned mail."""
    c = mail.classification
    kinds = {c.kind, *c.kind_set}
    return kinds == {Kind.NO_ACTION} and c.reading is not CertaintyWord.UNSURE and not c.secondary_reasons


def is_chosen(assessment: Assessment) -> bool:
    """Whether a person said what it is about."""
    return any(vote.reader == "person" for vote in assessment.classification.votes)


def continued(
    before: Assessment, mail: Assessment, *, before_document: int, mail_document: int, had_ended: bool = False,
    may_lead: bool = True,
) -> Continued:  # fmt: skip
    """The assessment of a case that a mail continues, and what the mail changes.

    `had_ended`: what the case was about is decided, so that the mail is a new matter of the same thread. `may_lead`:
    whether the case may follow the mail's document (not where it came from one of our own rules).
    """
    if says_nothing(mail):
        return Continued(before, before_document, NOTHING, ())
    if had_ended and may_lead and not is_weak(mail):
        return _anew(before, mail, before_document, mail_document)
    reading, effect = _reading(before, mail, may_lead=may_lead)
    leads = effect == LEADS
    old = _in(before, before_document) if leads else before
    new = mail if leads else _in(mail, mail_document)
    reading = replace(reading, evidence=(new if leads else old).classification.evidence)
    is_same_matter = effect in (LEADS, SAME) and mail.classification.kind is before.classification.kind
    fields, differs = _fields(old, new, takes_all=is_same_matter or (leads and _is_light(before)))
    has_order = new.order is not None and is_same_matter
    anew = replace(
        new if leads else old, classification=reading, fields=fields, summary=_summary(old, new),
        order=new.order if has_order else old.order,
        versions=(new if leads else old).versions, asked=_settled(new if leads else old),
        warnings=tuple(dict.fromkeys((*old.warnings, *new.warnings))), flag_evidence=_flags(old, new),
        corrections=old.corrections, records=old.records, answer_in=old.answer_in, answer_tone=old.answer_tone,
        mails=_mails(before, before_document, mail_document),
    )  # fmt: skip
    if has_order and "lines" in new.fields:
        anew = replace(anew, fields={**anew.fields, "lines": new.fields["lines"]})
    if has_order:
        differs += _other_lines(old, new)
    document_id = mail_document if leads else before_document
    return Continued(as_of(anew, document_id), document_id, effect, differs)


def is_weak(mail: Assessment) -> bool:
    """Whether a mail alone is no reason to say that a case is about something else: an enquiry, a number that was
    asked for, what is not certain, what asks for nothing."""
    c = mail.classification
    return (
        c.kind in (Kind.BILLING_REQUEST, Kind.NO_ACTION) or c.reason == "po_reference"
        or c.reading is CertaintyWord.UNSURE
    )  # fmt: skip


def _is_light(before: Assessment) -> bool:
    return before.classification.kind in (Kind.BILLING_REQUEST, Kind.NO_ACTION)


def _anew(before: Assessment, mail: Assessment, before_document: int, mail_document: int) -> Continued:
    """Of a case that had ended: the mail is the matter; only whom and which papers it is about goes on."""
    old = _in(before, before_document)
    kept = {n: f for n, f in old.fields.items() if n in _OF_THE_OLD and n not in mail.fields}
    corrections = {n: c for n, c in old.corrections.items() if n in _OF_THE_OLD and n not in mail.fields}
    differs = tuple(
        Differs(n, before.value(n), mail.value(n)) for n in mail.fields
        if n not in _WHO and not _is_same(n, before.value(n), mail.value(n))
    )  # fmt: skip
    anew = replace(
        mail, fields={**kept, **mail.fields}, corrections=corrections, records=_same_customer(old),
        asked=_settled(mail),
        answer_in=old.answer_in, answer_tone=old.answer_tone, mails=_mails(before, before_document, mail_document),
    )  # fmt: skip
    return Continued(as_of(anew, mail_document), mail_document, LEADS, differs)


def _same_customer(old: Assessment) -> dict[str, Any]:
    return {what: record for what, record in old.records.items() if what == "customer"}


def _reading(before: Assessment, mail: Assessment, *, may_lead: bool) -> tuple[Classification, str]:
    """What the case is about with the mail. That one of the two may be a fraud is never lost by the other."""
    found, effect = _newest(before, mail, may_lead=may_lead)
    known = (found.reason, *found.prediction_set, *found.secondary_reasons)
    said = (mail,) if is_chosen(before) else (before, mail)
    alarms = tuple(
        dict.fromkeys(
            r for c in (one.classification for one in said)
            for r in (c.reason, *c.prediction_set, *c.secondary_reasons)
            if KIND_OF[r] is Kind.SECURITY_ALERT and r not in known
        )
    )  # fmt: skip
    if not alarms:
        return found, effect
    if is_chosen(before):
        return replace(found, secondary_reasons=(*found.secondary_reasons, *alarms)), effect
    perhaps = tuple(dict.fromkeys((found.reason, *found.prediction_set, *alarms)))
    return replace(
        found, reading=CertaintyWord.UNSURE, prediction_set=perhaps,
        kind_set=tuple(dict.fromkeys(KIND_OF[r] for r in perhaps)), unsure_because=found.unsure_because or _OTHERWISE,
    ), effect  # fmt: skip


def _newest(before: Assessment, mail: Assessment, *, may_lead: bool) -> tuple[Classification, str]:
    old, new = before.classification, mail.classification
    both = tuple(dict.fromkeys((*old.flags, *new.flags)))
    if new.reason == old.reason:
        return replace(old, flags=both), SAME
    beside = tuple(dict.fromkeys(r for r in (*old.secondary_reasons, new.reason) if r != old.reason))
    if is_chosen(before) or not may_lead:
        return replace(old, flags=both, secondary_reasons=old.secondary_reasons if _is_quiet(new) else beside), BESIDE
    if is_weak(mail):
        is_known = new.reading is CertaintyWord.UNSURE or _is_quiet(new)
        return replace(old, flags=both, secondary_reasons=old.secondary_reasons if is_known else beside), BESIDE
    if new.kind is old.kind or _is_light(before) or new.reason in old.prediction_set:
        was = () if old.kind is Kind.NO_ACTION or new.kind is not old.kind else (old.reason,)
        beside = tuple(dict.fromkeys(r for r in (*new.secondary_reasons, *was) if r != new.reason))
        return replace(new, flags=both, secondary_reasons=beside, votes=new.votes), LEADS
    return replace(
        old, flags=both, reading=CertaintyWord.UNSURE, prediction_set=(old.reason, new.reason),
        kind_set=(old.kind, new.kind),
        unsure_because=_OTHERWISE,
    ), OPEN  # fmt: skip


def _is_quiet(c: Classification) -> bool:
    return c.kind is Kind.NO_ACTION


def _fields(old: Assessment, new: Assessment, *, takes_all: bool) -> tuple[dict[str, FieldValue], tuple[Differs, ...]]:
    fields, differs = dict(old.fields), list[Differs]()
    for name, stated in new.fields.items():
        if name in _WHO or name == "lines":
            if name not in fields and name not in old.corrections:
                fields[name] = stated
            continue
        was = old.value(name)
        if was in (None, "", []) and name not in old.corrections:
            if takes_all or name in _ALWAYS:
                fields[name] = stated
                differs.append(Differs(name, None, stated.value))
            continue
        value = _joined(was, stated.value) if name in _JOINED else stated.value
        if _is_same(name, was, value) or not (takes_all or name in _ALWAYS):
            continue
        is_kept = name in old.corrections
        differs.append(Differs(name, was, value, is_kept))
        if not is_kept:
            earlier = fields[name].evidence if name in _JOINED and name in fields else ()
            fields[name] = FieldValue(value, (*earlier, *stated.evidence))
    return fields, tuple(differs)


def _other_lines(old: Assessment, new: Assessment) -> tuple[Differs, ...]:
    """That the mail's order has other lines than those a person put right, which stay."""
    if "lines" not in old.corrections:
        return ()
    was, now = ordered.rows(old), ordered.read_rows(new)
    if len(was) == len(now) and all(ordered.says_the_same(*pair) for pair in zip(was, now, strict=True)):
        return ()
    return (Differs("lines", was, now, is_kept=True),)


def _joined(was: Any, stated: Any) -> list[Any]:
    """The references of both, each once however it is written."""
    first = list(was) if isinstance(was, list | tuple) else [was] if was else []
    more = list(stated) if isinstance(stated, list | tuple) else [stated]
    return first + [m for m in more if not any(same_reference(str(m), str(f)) for f in first)]


def _is_same(name: str, was: Any, now: Any) -> bool:
    if was in (None, "", []) or now in (None, "", []):
        return was in (None, "", []) and now in (None, "", [])
    if FIELDS[name] == "decimal":
        from decimal import Decimal, InvalidOperation

        try:
            return Decimal(str(was)) == Decimal(str(now))
        except InvalidOperation:
            return bool(was == now)
    if FIELDS[name] == "reference":
        return same_reference(str(was), str(now))
    return bool(was == now)


def _summary(old: Assessment, new: Assessment) -> tuple[Claim, ...]:
    """The newest mail first; a sentence that both bear stands once."""
    said: dict[str, Claim] = {}
    for claim in (*new.summary[: MOST_CLAIMS - 2], *old.summary):
        said.setdefault(claim.text, claim)
    return tuple(said.values())[:MOST_CLAIMS]


def _flags(old: Assessment, new: Assessment) -> dict[str, tuple[Evidence, ...]]:
    names = dict.fromkeys((*old.flag_evidence, *new.flag_evidence))
    return {n: (*old.flag_evidence.get(n, ()), *new.flag_evidence.get(n, ())) for n in names}


def _mails(before: Assessment, before_document: int, mail_document: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*(before.mails or (before_document,)), mail_document)))


def _settled(assessment: Assessment) -> Any:
    """How a model took part; one that is still being asked answers for the mail alone, and its answer is not used."""
    return None if assessment.asked is not None and assessment.asked.outcome == "waiting" else assessment.asked


def _in(assessment: Assessment, document_id: int) -> Assessment:
    """The assessment with every place naming its document."""
    return _with_places(assessment, {None: document_id})


def as_of(assessment: Assessment, document_id: int) -> Assessment:
    """The assessment as one of this document: its own places name none."""
    return _with_places(assessment, {document_id: None})


def _with_places(assessment: Assessment, named: Mapping[int | None, int | None]) -> Assessment:
    def place(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
        return tuple(replace(e, document_id=named[e.document_id]) if e.document_id in named else e for e in evidence)

    return replace(
        assessment,
        classification=replace(assessment.classification, evidence=place(assessment.classification.evidence)),
        fields={n: FieldValue(f.value, place(f.evidence)) for n, f in assessment.fields.items()},
        summary=tuple(Claim(c.text, place(c.evidence)) for c in assessment.summary),
        flag_evidence={n: place(e) for n, e in assessment.flag_evidence.items()},
        corrections={n: replace(c, evidence=place(c.evidence)) for n, c in assessment.corrections.items()},
    )


def with_a_persons_word(anew: Continued, current: Assessment, current_document: int) -> Assessment:
    """An assessment put together again, with what people have said of the case meanwhile standing over it."""
    current = as_of(_in(current, current_document), anew.document_id)
    return _under(anew.assessment, current)


def _under(anew: Assessment, current: Assessment) -> Assessment:
    fields = {n: f for n, f in anew.fields.items() if n not in current.corrections}
    fields |= {n: current.fields[n] for n in current.corrections if n in current.fields}
    reading = current.classification if is_chosen(current) else anew.classification
    return replace(
        anew, fields=fields, corrections=current.corrections, records=current.records, answer_in=current.answer_in,
        answer_tone=current.answer_tone, classification=reading,
    )  # fmt: skip
