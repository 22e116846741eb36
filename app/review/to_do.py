"""The right pane: warnings, the steps as before → after, who must approve, and what this person may do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.decisions import comparing
from app.decisions.amendment import LINE, editable_values
from app.decisions.approval_matrix import Policy, Requirement
from app.decisions.decide import NOTHING
from app.decisions.dossier import Dossier, ShownSuggestion
from app.decisions.permission import permission
from app.drafts.reply import how_worded
from app.money import Money
from app.review import figures, understood, wording
from app.review.languages import _, ngettext, told
from app.review.rewording import Piece, running
from app.review.sender_words import sender_lines
from app.suggestions import by_mail, papers
from app.suggestions.figures import EMPTY
from app.suggestions.models import Suggestion
from app.suggestions.proposal import TAKE_BACK
from app.users.access import Caller
from app.vocabulary import CertaintyWord, Flag, Kind
from app.writebacks.models import WriteBack

_FIGURE = re.compile(r"^[−-]?[\d.,  ]+( [A-Z]{3})?$")
_LONG_TEXT = ("body", "description", "narration")


@dataclass(frozen=True, slots=True)
class Note:
    """A note over the steps: what is the case, what is safe, what to do."""

    tone: str
    icon: str
    strong: str
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of before → after. `is_text` rows are shown in full beneath the table."""

    what: str
    now: str
    after: str
    changes: bool
    is_text: bool
    pieces: tuple[Piece, ...] = ()
    """A text that stands in Odoo and is reworded, as one running text; empty where there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A row of what was seen, what Odoo has now, and what is proposed anew (empty until it is)."""

    what: str
    seen: str
    now: str
    new: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A value a person may change before confirming."""

    name: str
    label: str
    value: str
    is_long: bool
    choices: tuple[str, ...] = ()
    """Where several of a list are ticked: all of them; `value` holds the ticked ones, a line each."""
    one_of: tuple[str, ...] = ()
    """Where one of a list is chosen, or none: all of them."""


@dataclass(frozen=True, slots=True)
class Step:
    """A suggestion as the pane shows it. `closed_because` says why this person cannot decide it, else empty."""

    suggestion: Suggestion
    title: str
    rows: tuple[Row, ...]
    are_figures: bool
    requirement: Requirement | None
    confirmed_by: tuple[str, ...]
    closed_because: str
    is_picked: bool
    edits: tuple[Edit, ...]
    stale: tuple[Stale, ...]
    written: WriteBack | None
    lang: str
    worded: str = ""
    """Whose words a reply is in, where a model was asked."""

    @property
    def is_open(self) -> bool:
        return self.suggestion.state == "open"

    @property
    def approvals(self) -> int:
        """How many people must confirm it: as it was proposed under, or as the policy says now where that is more."""
        asked = self.requirement.approvals if self.requirement is not None else 1
        return max(self.suggestion.approvals_required, asked)

    @property
    def written_as(self) -> str:
        """What the write made or changed, as Odoo names it; empty until it is written."""
        receipt = self.written.receipt if self.written is not None and self.suggestion.state == "written" else None
        return str((receipt or {}).get("name") or "")

    @property
    def may_put_aside(self) -> bool:
        """Whether this person can reject what Odoo refused or what went stale."""
        return self.suggestion.state in ("stale", "refused") and not self.closed_because

    @property
    def short_effect(self) -> str:
        """What confirming does, in a few words: `drafts a credit of 900.00 EUR once another person approves`."""
        s = self.suggestion
        amount = ""
        if s.amount is not None and s.currency:
            amount = figures.money(Money(s.amount, s.currency))
        words = wording.STEP_EFFECTS[s.kind].format(amount=amount, target=s.target_name)
        if self.is_mail:
            words = _("sends the reply by mail")
        still = self.approvals - len(self.confirmed_by) > 1
        return _("%(effect)s once another person approves", effect=words) if still else words

    @property
    def is_mail(self) -> bool:
        """Whether a mail leaves when it is confirmed."""
        return by_mail.leaves(self.suggestion.command.get("within", {}))

    @property
    def state(self) -> tuple[str, str]:
        """(words, class of its tag) for a step that is not open any more."""
        if self.is_mail and self.suggestion.state in ("confirmed", "refused"):
            sent = self.suggestion.state == "confirmed"
            return (_("on its way"), "tag-ink") if sent else (_("not sent"), "tag-danger")
        if self.written is not None and self.suggestion.state == "confirmed":
            return (_("waits for Odoo"), "tag-caution") if self.written.attempts else (_("on its way"), "tag-ink")
        words = {
            "written": (_("written"), "tag-good"), "rejected": (_("rejected"), ""),
            "stale": (_("stale"), "tag-caution"), "refused": (_("refused by Odoo"), "tag-danger"),
            "undone": (_("undone"), ""),
        }  # fmt: skip
        return words.get(self.suggestion.state, (self.suggestion.state, ""))


@dataclass(frozen=True, slots=True)
class ToDo:
    """All that the pane shows."""

    notes: tuple[Note, ...]
    steps: tuple[Step, ...]
    decided: tuple[Step, ...]
    approvals: tuple[tuple[Requirement, tuple[str, ...], bool], ...]
    button: str
    labels: tuple[str, ...]
    """What the button says by how many steps are ticked, none first."""
    may_decide: bool
    closed_because: str = ""
    """Why nothing can be confirmed yet, although there are steps; empty otherwise."""

    @property
    def open_steps(self) -> tuple[Step, ...]:
        return tuple(s for s in self.steps if not s.closed_because)


def to_do(d: Dossier, writes: Mapping[UUID, WriteBack], policy: Policy, person: Caller) -> ToDo:
    """What to do with a case, for this person."""
    policy = d.policy(policy)
    language = (d.assessment.answer_in or str(d.assessment.value("language") or "")) if d.assessment else ""
    unsure = bool(d.assessment and d.assessment.classification.reading is CertaintyWord.UNSURE)
    others = any(s.suggestion.state == "open" and s.suggestion.kind != NOTHING for s in d.suggestions)
    steps = [
        _step(
            d, s, writes, policy, person, language, picked=not unsure and not (others and s.suggestion.kind == NOTHING)
        )
        for s in d.suggestions
    ]
    open_steps = tuple(s for s in steps if s.is_open)
    may = [s for s in open_steps if not s.closed_because]
    return ToDo(
        notes=(*_of_sender(d, policy), *_policy_changed(open_steps, policy), *_notes(d, steps, person)),
        steps=open_steps,
        decided=tuple(s for s in steps if not s.is_open),
        approvals=_approvals(open_steps),
        button=_button(may),
        labels=_labels(may),
        may_decide=bool(may),
        closed_because=told(comparing.NOT_YET) if _is_compared_again(d) and any(map(_moves_something, may)) else "",
    )


def _step(
    d: Dossier, shown: ShownSuggestion, writes: Mapping[UUID, WriteBack], policy: Policy, person: Caller, language: str,
    *, picked: bool,
) -> Step:  # fmt: skip
    s = shown.suggestion
    allowed = permission(s, policy, person, confirmed_ids=shown.confirmed_ids, answered_delivery=d.answered_delivery)
    reworded = s.kind == "update_invoice_narrative"
    rows = tuple(_row(str(r["what"]), str(r["now"]), str(r["after"]), reworded=reworded) for r in s.before)
    values = [v for r in rows if not r.is_text for v in (r.now, r.after)]
    written = writes.get(s.id)
    differs = written.differs if written is not None and s.state == "stale" else None
    return Step(
        suggestion=s, title=wording.STEP_TITLES[s.kind], rows=rows,
        are_figures=bool(values) and all(_FIGURE.match(v) for v in values), requirement=allowed.requirement,
        confirmed_by=shown.confirmed_by, is_picked=picked,
        closed_because=allowed.why_not,
        edits=tuple(_edits(s)) if s.state == "open" else (),
        stale=tuple(_stale(d, s, differs or [])), written=written,
        lang=language if s.kind == "draft_reply" else "en", worded=how_worded(s.command.get("within", {})),
    )  # fmt: skip


def _row(what: str, now: str, after: str, *, reworded: bool) -> Row:
    is_text = "\n" in after or len(after) > 120
    pieces = running(now, after) if reworded and is_text and now != EMPTY else ()
    return Row(what, now, after, changes=now != after, is_text=is_text, pieces=pieces)


def _edits(s: Suggestion) -> list[Edit]:
    known = tuple(p.name for p in papers.of_json(s.command.get("within", {})))
    mail = by_mail.of_json(s.command.get("within", {}))
    return [
        Edit(
            n,
            _edit_word(s, n),
            figures.written(value) if n in understood.FIGURES else value,
            n in _LONG_TEXT or n.startswith(LINE),
            known if n == "papers" else (),
            mail.choices if mail is not None and n == "to" else (),
        )
        for n, value in editable_values(s).items()
    ]


def _edit_word(s: Suggestion, name: str) -> str:
    """What a value is called; a line of an invoice by what the rows call it."""
    ends = f"(line {name.removeprefix(LINE)})"
    row = next((str(r["what"]) for r in s.before if name.startswith(LINE) and str(r["what"]).endswith(ends)), "")
    return told(row) if row else wording.EDIT_WORDS.get(name, wording.capital(name))


def _stale(d: Dossier, s: Suggestion, differs: list[dict[str, object]]) -> list[Stale]:
    """The four columns: what the person saw, what Odoo has now, and what the new proposal for the same target says."""
    new = next(
        (o.suggestion for o in d.suggestions if o.suggestion.supersedes_id == s.id
         or (o.suggestion.state == "open" and (o.suggestion.kind, o.suggestion.target_id) == (s.kind, s.target_id))),
        None,
    )  # fmt: skip
    after = {str(r["what"]).casefold(): str(r["after"]) for r in new.before} if new else {}
    return [
        Stale(
            wording.capital(str(row["what"]).replace("_", " ")), _plain(row["seen"]), _plain(row["now"]),
            after.get(str(row["what"]).casefold(), _("as proposed below") if new else _("none yet")),
        )
        for row in differs
    ]  # fmt: skip


def _plain(value: object) -> str:
    if value in (None, "", False):
        return _("(empty)") if value is not False else _("no")
    return _("yes") if value is True else str(value)[:400]


def _of_sender(d: Dossier, policy: Policy) -> list[Note]:
    """Said where a check of who the message is from failed: what, and what follows."""
    if not d.failed_checks or d.case.state in ("done", "closed"):
        return []
    says = sender_lines(d.sender)
    failed = list(says.failed) if says is not None else []
    follows = ""
    if policy.minds_senders and d.case.kind != Kind.SECURITY_ALERT:
        follows = _("Money and bank matters need a finance controller here, after a call-back.")
    return [Note("caution", "warning", _("A check of the sender failed."), " ".join([*failed, follows]).strip())]


def _policy_changed(steps: Sequence[Step], policy: Policy) -> list[Note]:
    """Said when the rules in force ask for something else than those that a step was proposed under."""
    for step in steps:
        made, now_asked = step.suggestion, step.requirement
        asks_same = now_asked is not None and (now_asked.rule, now_asked.approvals) == (
            made.rule, made.approvals_required,
        )  # fmt: skip
        if made.policy_hash != policy.hash and not asks_same:
            what = _("The policy changed since this was proposed.")
            return [Note("caution", "info", what, _("What holds now stands under Approvals. No confirmation is lost."))]
    return []


def _notes(d: Dossier, steps: list[Step], person: Caller) -> list[Note]:
    case, notes = d.case, []
    if case.kind == Kind.SECURITY_ALERT:
        notes.append(
            Note("danger", "security", _("Do not reply to this mail and do not use its phone number."),
                 _("Nothing here can change a bank account or pay anybody."))
        )  # fmt: skip
    if case.state == "needs_attention" and is_read_again(d):
        notes.append(Note("ink", "clock", _("It is being read again."), _("Look in a moment.")))
    elif case.state == "needs_attention" and case.attention:
        first, _colon, rest = case.attention.partition(": ")
        notes.append(Note("caution", "warning", told(f"{first}." if rest else first), told(wording.capital(rest))))
    elif _is_compared_again(d):
        notes.append(
            Note("ink", "clock", _("It is being compared with Odoo again."),
                 _("The steps may change: open it again in a moment."))
        )  # fmt: skip
    notes += [note for step in steps if (note := _note_on(step)) is not None]
    if any(step.is_open and step.approvals > 1 for step in steps):
        notes.append(_second_approval(steps))
    if Flag.PROMPT_INJECTION in case.flags:
        notes.append(
            Note("danger", "security", _("Text aimed at software."),
                 _("It is shown to you and followed by nobody: it changed no label, no amount and no approval."))
        )  # fmt: skip
    if Flag.LOW_QUALITY_SCAN in case.flags:
        notes.append(
            Note(
                "caution",
                "eye",
                _("Poor scan."),
                _("Some words could not be read for certain. Compare with the image."),
            )
        )
    if case.unsure_because:
        notes.append(Note("", "info", _("Not certain."), told(case.unsure_because)))
    roles = [r for r in person.roles if r in ("reviewer", "controller")]
    if not roles and any(s.is_open for s in steps):
        notes.append(Note("", "lock", _("You can read this case, not decide it."), _("A finance reviewer decides.")))
    return notes


def is_read_again(d: Dossier) -> bool:
    """Whether the case's document waits to be read, or is just being read."""
    return any(s.stage == "assess" and s.state in ("waiting", "leased") for s in d.steps)


def _second_approval(steps: list[Step]) -> Note:
    step = next(s for s in steps if s.is_open and s.approvals > 1)
    rule = step.requirement
    says = _("%(says)s Rule %(rule)s", says=told(rule.says) if rule else "", rule=rule.rule if rule else "").strip()
    if step.confirmed_by and not step.closed_because:
        asks = _("%(person)s confirmed this and asks for your approval.", person=step.confirmed_by[0])
        return Note("caution", "person", asks, says)
    return Note("caution", "person", _("Needs a second approval."), says)


def _note_on(step: Step) -> Note | None:
    s, write = step.suggestion, step.written
    if s.state == "stale":
        return Note("caution", "stale", _("%(record)s changed in Odoo since this was proposed.", record=s.target_name),
                    _("Nothing was written. Compare, then decide again."))  # fmt: skip
    if s.state == "refused" and write is not None:
        return Note(
            "danger", "warning", _("Odoo refused %(step)s:", step=wording.STEP_NOUNS[s.kind]), told(write.last_error)
        )
    if s.state == "confirmed" and write is not None and write.attempts and write.last_error:
        waits = _("%(step)s waits for Odoo.", step=wording.capital(wording.STEP_NOUNS[s.kind]))
        return Note("caution", "clock", waits,
                    _("%(error)s It is written when Odoo is back.", error=told(write.last_error)))  # fmt: skip
    return None


def _approvals(steps: tuple[Step, ...]) -> tuple[tuple[Requirement, tuple[str, ...], bool], ...]:
    """Each rule once, who confirmed under it so far, and whether it asks for more than one person."""
    rules: dict[str, tuple[Requirement, tuple[str, ...], bool]] = {}
    for step in steps:
        if step.requirement is not None:
            earlier = rules.get(step.requirement.rule, (step.requirement, (), False))[1]
            people = tuple(dict.fromkeys([*earlier, *step.confirmed_by]))
            rules[step.requirement.rule] = (step.requirement, people, step.approvals > 1)
    return tuple(rules.values())


def _button(steps: list[Step]) -> str:
    """The button says what will happen."""
    if not steps:
        return ""
    approves = _approves(steps)
    if len(steps) > 1:
        return _count_label(len(steps), approves=approves)
    s = steps[0].suggestion
    if s.kind == "draft_credit_note" and s.amount is not None and s.currency:
        amount = figures.money(Money(s.amount, s.currency))
        return (
            _("Approve the credit of %(amount)s", amount=amount) if approves
            else _("Confirm the credit of %(amount)s", amount=amount)
        )  # fmt: skip
    noun = wording.STEP_NOUNS[s.kind]
    return _("Approve %(step)s", step=noun) if approves else _("Confirm %(step)s", step=noun)


def _approves(steps: list[Step]) -> bool:
    return bool(steps) and all(s.confirmed_by for s in steps)


def _count_label(count: int, *, approves: bool) -> str:
    if approves:
        return ngettext("Approve %(num)s step", "Approve %(num)s steps", count)
    return ngettext("Confirm %(num)s step", "Confirm %(num)s steps", count)


def _labels(steps: list[Step]) -> tuple[str, ...]:
    counted = (_count_label(n, approves=_approves(steps)) for n in range(1, len(steps) + 1))
    return _("Choose at least one step"), *counted


def _is_compared_again(d: Dossier) -> bool:
    """Whether a person corrected something that Odoo has not been asked about since."""
    return comparing.is_due(d.steps, [e.action for e in d.events])


def _moves_something(step: Step) -> bool:
    """Whether a step follows from what was read: doing nothing and taking back do not."""
    return step.suggestion.kind not in (NOTHING, TAKE_BACK)
