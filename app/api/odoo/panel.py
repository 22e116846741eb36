"""The panel of one record: what is proposed, on which grounds, and what the acting user may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.api.odoo.callers import why_no_decision
from app.api.odoo.records import ConcernedCase, Proposed, cases_of, proposed_on
from app.api.odoo.shapes import (
    Panel,
    PanelCase,
    PanelEvidence,
    PanelMay,
    PanelPerson,
    PanelReason,
    PanelRow,
    PanelSuggestion,
    PanelTarget,
    PanelValue,
)
from app.decisions import call_back, comparing, doubt, duties, words
from app.decisions.amendment import editable_values
from app.decisions.approval_matrix import Policy, Requirement
from app.decisions.decide import NOTHING, REJECT_REASONS, editors
from app.decisions.dossier import amount_text
from app.decisions.elsewhere import ONCE
from app.decisions.permission import Permission, permission
from app.documents.withheld import without_accounts
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.users.odoo_people import Onlooker
from app.vocabulary import Flag, Kind

MOST_QUOTES = 4
MOST_FINDINGS = 3
LONGEST_QUOTE = 300

_REASONS = tuple((code, words.REJECT_WORDS[code]) for code in REJECT_REASONS)


def panel(
    session: Session, person: Caller | Onlooker, model: str, res_id: int, *, companies: Sequence[int], policy: Policy,
    public_url: str, at: datetime,
) -> Panel:  # fmt: skip
    """All that the panel of a record shows to this person, of these companies."""
    cases = cases_of(session, model, res_id, companies=companies, at=at)
    found = proposed_on(session, cases, companies=companies)
    why_not = why_no_decision(person, policy)
    return Panel(
        person=PanelPerson(can_decide=not why_not, why_not=why_not),
        inbox_url=f"{public_url}/inbox",
        suggestions=[_suggestion(session, p, found, person, policy, public_url) for p in found],
        cases=[
            PanelCase(
                case_id=c.id, title=_safe(c)(c.title), state=c.state, state_words=words.STATE_WORDS[c.state],  # type: ignore[arg-type]
                url=f"{public_url}/cases/{c.id}",
            )
            for c in cases
        ],
    )  # fmt: skip


def _suggestion(
    session: Session,
    p: Proposed,
    beside: Sequence[Proposed],
    person: Caller | Onlooker,
    policy: Policy,
    public_url: str,
) -> PanelSuggestion:
    s, c, safe = p.suggestion, p.case, _safe(p.case)
    policy = doubt.on_case(session, policy, c.id)
    allowed = permission(
        s, policy, person if isinstance(person, Caller) else None, confirmed_ids=[g.person for g in p.given],
        answered_delivery=p.answered_delivery, why_no_person=person.why_not if isinstance(person, Onlooker) else "",
        why_not_yet=call_back.why_not(session, c) or ("" if s.kind == NOTHING else comparing.why_not(session, c.id)),
    )  # fmt: skip
    rule = allowed.requirement
    values = {} if _is_alert(c) else editable_values(s)
    values.pop("papers", None)  # ticked on the case page
    return PanelSuggestion(
        id=s.id, case_id=c.id, case_url=f"{public_url}/cases/{c.id}", kind=s.kind,
        kind_words=words.STEP_TITLES.get(s.kind, _spoken(s.kind)), title=safe(_title(s)),
        summary=safe(c.summary or c.title), amount=amount_text(s.amount), currency=s.currency,
        certainty=c.reading or "", target=PanelTarget(model=s.target_model, res_id=s.target_id, name=s.target_name),
        shown=[PanelRow(**{name: safe(str(r[name])) for name in ("what", "now", "after")}) for r in s.before],
        because=safe(s.because), effect=safe(s.effect), risk=s.risk, rule=rule.rule if rule else s.rule,
        rule_says=rule.says if rule else "",
        approvals_required=max(s.approvals_required, rule.approvals if rule else 1),
        approvals_given=[f"{g.name} ({_spoken(g.role)})" for g in p.given],
        waiting_for=_waiting_for(session, p, rule, policy), state=s.state,
        evidence=[PanelEvidence(quote=safe(quote), source=source) for quote, source in _evidence(p)],
        warnings=[safe(w) for w in (*_warnings(p), *_elsewhere(p, beside))], content_hash=s.content_hash,
        editable=[
            PanelValue(name=name, label=words.EDIT_WORDS.get(name, _spoken(name)), value=value)
            for name, value in values.items()
        ],
        may=_may(allowed, bool(values)),
        reject_reasons=[PanelReason(code=code, label=label) for code, label in _REASONS],  # type: ignore[arg-type]
    )  # fmt: skip


def _may(allowed: Permission, is_editable: bool) -> PanelMay:
    return PanelMay(
        confirm=allowed.confirm, edit=allowed.edit and is_editable, reject=allowed.reject, why_not=allowed.why_not
    )


def _title(s: Suggestion) -> str:
    """What the step does, with its amount or record: "Draft a credit note of 900.00 EUR"."""
    amount = f"{s.amount:,.2f} {s.currency}" if s.amount is not None and s.currency else ""
    phrase = words.STEP_PHRASES.get(s.kind, "")
    if not phrase or "{language}" in phrase or ("{amount}" in phrase and not amount):
        return words.STEP_TITLES.get(s.kind, _spoken(s.kind))
    spoken = phrase.format(amount=amount, target=s.target_name)
    return spoken[:1].upper() + spoken[1:]


def _waiting_for(session: Session, p: Proposed, rule: Requirement | None, policy: Policy) -> str:
    """Who or what it waits for, once somebody has confirmed."""
    s = p.suggestion
    if s.state == "confirmed":
        return f"It is on its way to Odoo. {p.last_error}".strip()
    if s.state != "open" or not p.given or rule is None:
        return ""
    return duties.still_missing(
        rule, s.approvals_required, [(g.person, g.role) for g in p.given],
        editors=editors(session, s) if s.made_by or s.supersedes_id else set(),
        editor_needs_another=policy.editor_needs_another,
    )  # fmt: skip


def _warnings(p: Proposed) -> Iterable[str]:
    s, c = p.suggestion, p.case
    if s.state == "stale":
        yield f"{s.target_name} changed in Odoo since this was proposed. Nothing was written: compare, decide again."
        for d in p.differs[:5]:
            what = str(d.get("what", "")).replace("_", " ")
            yield f"{what[:1].upper()}{what[1:]}: seen {_value(d.get('seen'))}, now {_value(d.get('now'))}."
    if s.state == "refused" and p.last_error:
        yield f"Odoo refused it: {p.last_error}"
    if _is_alert(c):
        yield (
            "Somebody may be after our money: do not reply to the message and do not use its phone number. "
            "Nothing here changes a bank account or pays anybody."
        )
    if Flag.PROMPT_INJECTION in c.flags:
        yield "The message holds text aimed at software. It is shown to you and was followed by nobody."
    if Flag.LOW_QUALITY_SCAN in c.flags:
        yield "It was read from a poor scan. Compare with the original."
    if c.unsure_because:
        yield f"Not certain: {c.unsure_because}"
    if c.attention and c.attention != p.last_error:
        yield c.attention


def _elsewhere(p: Proposed, beside: Sequence[Proposed]) -> Iterable[str]:
    """That another case has a step for this record which would make this one wrong: nothing is credited twice."""
    s = p.suggestion
    if s.kind not in ONCE or s.state != "open":
        return
    for other in beside:
        o = other.suggestion
        same = (o.kind, o.target_model, o.target_id) == (s.kind, s.target_model, s.target_id)
        if same and o.case_id != s.case_id and o.state in ("open", "confirmed"):
            verb = "has decided on" if o.state == "confirmed" else "proposes"
            yield f"Case {o.case_id} {verb} a credit for {s.target_name} too: decide on one of them."


def _value(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)[:200]


def _evidence(p: Proposed) -> list[tuple[str, str]]:
    """(quote, source): the words that the suggestion's values stand on, else the reason's; and what the books say."""
    named = [e for e in p.suggestion.evidence if isinstance(e, Mapping)]
    places = [
        place
        for e in named
        if "field" in e
        for place in ((p.case.fields.get(str(e["field"])) or {}).get("evidence") or ())[:1]
    ]
    quotes = [(str(e["quote"]), _source(p.case, "", None)) for e in named if e.get("quote")]
    for place in places or (p.case.reason_evidence if not quotes else ()):
        quotes.append((str(place.get("quote") or ""), _source(p.case, str(place.get("part") or ""), place.get("page"))))
    found = [(str(f.get("sentence") or ""), _records(f)) for f in p.case.findings if isinstance(f, Mapping)]
    unique = dict.fromkeys((_short(q), source) for q, source in quotes if q.strip())
    return [*unique][:MOST_QUOTES] + [(_short(q), source) for q, source in found if q][:MOST_FINDINGS]


def _source(c: ConcernedCase, part: str, page: int | None) -> str:
    """Where a quote stands, in a few words: "mail from ap@customer.example", "attachment 1 of mail.eml, page 2"."""
    if not part:
        where = f"mail from {c.sender}" if c.sender else c.document or "the message"
    else:
        steps = [int(n) + 1 for n in part.split(".") if n.isdigit()]
        inner = "".join(f", file {n}" for n in steps[1:])
        where = f"attachment {steps[0] if steps else 1} of {c.document or 'the message'}{inner}"
    return f"{where}, page {page}" if page else where


def _records(finding: Mapping[str, Any]) -> str:
    """The Odoo records a finding rests on, by name."""
    names = [str(r.get("name") or f"{r.get('model')} {r.get('id')}") for r in finding.get("records") or ()]
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - 4} more" if len(unique) > 4 else ""
    return f"Odoo: {', '.join(unique[:4])}{more}" if unique else "Odoo"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_QUOTE else f"{plain[: LONGEST_QUOTE - 1]}…"


def _is_alert(c: ConcernedCase) -> bool:
    return c.kind == Kind.SECURITY_ALERT


def _safe(c: ConcernedCase) -> Callable[[str], str]:
    """How texts of this case are shown: of a suspect message without the bank accounts in them."""
    return without_accounts if c.is_suspect else str


def _spoken(name: str) -> str:
    return name.replace("_", " ")
