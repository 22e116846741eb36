"""A confirmed reply on its way out: what it waits for, that it leaves at most once by itself, and what became of it.

`waiting` → `sending` is committed, with the mail itself, before the server has it; only an answer ends `sending`. Who
finds a letter in `sending` that nobody is sending any more cannot know whether it left: a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import lifecycle, thread
from app.cases.models import Case, CaseDocument, ThreadMail
from app.decisions.models import Decision
from app.documents import readings
from app.documents.models import Document
from app.documents.reading import Mail, Reading
from app.documents.receive import receive
from app.errors import Conflict, NotFound
from app.jobs import after_commit
from app.letters import queries
from app.letters.compose import Original
from app.letters.models import Letter
from app.letters.way_out import FAILED, is_address
from app.mailboxes import thread_token
from app.mailboxes.models import Mailbox
from app.mailboxes.sending import Sending, can_send, on_the_wire, sending_from
from app.mailboxes.smtp import Submitted
from app.senders import kept
from app.sources.incoming import Incoming
from app.suggestions import by_mail
from app.suggestions.by_mail import Announced, ByMail
from app.suggestions.models import Suggestion
from app.suggestions.papers import Paper, of_json
from app.suggestions.proposal import part_of
from app.vocabulary import Kind

ACTOR = "software"
COPIES_FOR, COPY_AFTER = timedelta(days=1), timedelta(minutes=1)
"""How long a copy is tried to be put among the sent mail, and from when by the sweeper."""
_COPIES_AT_A_TIME = 500
PATIENCE = timedelta(minutes=30)
"""How long a reply waits for a server or a paper before a person is shown why."""
SOURCE = "letter"
"""The source of the arrivals that are our own letters."""
UNSENT, ROLE = "unsent", "sent"
"""What a letter is among the documents of its case, before it left and after."""
_ALERT = (
    "The case is a security alert now: nothing is written back to whoever sent this. Reject the reply, or send it from "
    "your own mailbox to an address that you know."
)
_NEWER = (
    "It waits: a mail came to this case after the reply was confirmed. Read it, choose “Do not send it”, and confirm "
    "the reply again if it still holds."
)


@dataclass(frozen=True, slots=True)
class Waits:
    """It does not leave yet, and why."""

    because: str


@dataclass(frozen=True, slots=True)
class Never:
    """It cannot leave as it was confirmed, and why."""

    because: str


@dataclass(frozen=True, slots=True)
class Ready:
    """It may leave. `content` is the mail where it was written before; else it is composed of the rest."""

    letter_id: UUID
    case_id: int
    message_id: str
    sending: Sending
    to: str
    subject: str
    body: str
    language: str
    papers: tuple[Paper, ...]
    company_id: int | None
    answers: int | None
    content: bytes | None


def look(session: Session, suggestion_id: UUID, *, key: str, at: datetime) -> Ready | Waits | Never | None:
    """What is to be done with a confirmed reply's letter now; None: it has left, or none leaves. Locks its case.

    The caller holds the lease of the reply's write, so nobody else is sending it.
    """
    suggestion = session.get_one(Suggestion, suggestion_id)
    mail = by_mail.of_json(suggestion.command.get("within", {}))
    if suggestion.kind != "draft_reply" or mail is None or not mail.to:
        return None
    case = session.get_one(Case, suggestion.case_id, with_for_update=True, populate_existing=True)
    letter = queries.of_suggestion(session, suggestion_id, lock=True) or _new(session, suggestion, mail, key, at)
    if letter.state in ("sent", "bounced"):
        return None
    if letter.state == "sending":
        _doubt(session, letter, at=at)
    if letter.state == "uncertain":
        if case.state == "writing":
            lifecycle.ask_for_attention(session, case, letter.because, at=at)
        return Waits(letter.because)
    if letter.state in ("refused", "withdrawn"):
        return Never(letter.because)
    found = _hindered(session, case, letter, suggestion, mail, at=at)
    if found is not None:
        return found
    mailbox = session.get_one(Mailbox, mail.mailbox_id)
    return _ready(session, letter, suggestion, mail, sending_from(mailbox, key))


def _hindered(
    session: Session, case: Case, letter: Letter, suggestion: Suggestion, mail: ByMail, *, at: datetime
) -> Waits | Never | None:
    """What keeps a letter that waits from leaving as things stand now, noted on it; None: nothing does."""
    mailbox = session.get(Mailbox, mail.mailbox_id)
    why = _never(session, case, suggestion, mail) or _is_another(mailbox, mail)
    if why:
        refuse(session, letter, why, at=at)
        return Never(why)
    why = _not_yet(session, case, mail)
    if why:
        wait(session, letter, why, at=at, of_itself=True)
        return Waits(why)
    why = _wrote_again(session, letter) or _mailbox_waits(mailbox)
    if why:
        wait(session, letter, why, at=at)
        return Waits(why)
    return None


def _new(session: Session, suggestion: Suggestion, mail: ByMail, key: str, at: datetime) -> Letter:
    number = uuid4()
    domain = on_the_wire(mail.sender).rpartition("@")[2] or "invalid"
    subject, _ = _words(suggestion)
    letter = Letter(
        id=number, case_id=suggestion.case_id, suggestion_id=suggestion.id, mailbox_id=mail.mailbox_id,
        message_id=thread_token.message_id(suggestion.case_id, number, key, domain=domain), sender=mail.sender,
        recipients=[mail.to], subject=subject, state="waiting", made_at=at,
    )  # fmt: skip
    session.add(letter)
    session.flush()
    return letter


def _ready(session: Session, letter: Letter, suggestion: Suggestion, mail: ByMail, sending: Sending) -> Ready:
    subject, body = _words(suggestion)
    content = None
    if letter.document_id is not None:
        content = session.execute(select(Document.content).where(Document.id == letter.document_id)).scalar_one()
    papers = tuple(p for p in of_json(suggestion.command.get("within", {})) if p.is_ticked)
    return Ready(
        letter.id, letter.case_id, letter.message_id, sending, mail.to, subject, body, mail.language, papers,
        suggestion.company_id, mail.answers, content,
    )  # fmt: skip


def _words(suggestion: Suggestion) -> tuple[str, str]:
    """(subject, body) as they were confirmed."""
    within = suggestion.command.get("within", {})
    values = (suggestion.command.get("odoo") or {}).get("values") or within.get("reply") or {}
    return str(values.get("subject") or ""), str(values.get("body") or "")


def _never(session: Session, case: Case, suggestion: Suggestion, mail: ByMail) -> str:
    """Why the reply as it was confirmed must not leave, ever; empty where nothing speaks against it."""
    if case.kind == Kind.SECURITY_ALERT:
        return _ALERT
    if not is_address(mail.to) or mail.to not in mail.choices:
        return f"“{mail.to[:100]}” is no address that mail can be sent to."
    if mail.answers is not None and not mail.is_chosen:
        checked = kept.of_document(session, mail.answers)
        if checked is not None and checked.failed:
            return FAILED
    for step in mail.announces:
        found = _latest(session, case.id, step)
        state = found.state if found is not None else "superseded"
        if state in ("rejected", "superseded", "undone") and not _was_edited_since(session, suggestion, found):
            return (
                f"The reply announces a step on {step.name} that will not be done. Reject this reply, or have the case "
                "read again and confirm the new one."
            )
    return ""


def _wrote_again(session: Session, letter: Letter) -> str:
    """Whether somebody wrote on the case after the reply was confirmed: then it may answer what no longer holds."""
    confirmed = (
        select(func.max(Decision.at))
        .where(Decision.suggestion_id == letter.suggestion_id, Decision.verdict == "confirm")
        .scalar_subquery()
    )
    added = session.execute(
        select(CaseDocument.added_at)
        .join(ThreadMail, ThreadMail.document_id == CaseDocument.document_id)
        .where(
            CaseDocument.case_id == letter.case_id, CaseDocument.added_at > confirmed, ~ThreadMail.is_ours,
            ThreadMail.automatic.in_(("", "generated", "bulk")),
        )
        .limit(1)
    ).first()  # fmt: skip
    return _NEWER if added is not None else ""


def _not_yet(session: Session, case: Case, mail: ByMail) -> str:
    """What the reply still waits for; empty when it may leave."""
    for step in mail.announces:
        found = _latest(session, case.id, step)
        why = _waits_for(found, step.name) if found is not None else ""
        if why:
            return why
    return ""


def _waits_for(step: Suggestion, name: str) -> str:
    """What of an announced step is still to come; empty when it is written."""
    match step.state:
        case "open":
            return f"It waits until the step on {name} that it announces is confirmed."
        case "confirmed":
            return f"It waits until the step on {name} that it announces is written."
        case "stale":
            return f"It waits: the step on {name} that it announces was not written: Odoo changed. Decide on it again."
        case "refused":
            return f"It waits: the step on {name} that it announces was refused. See the reason there, decide again."
        case _:
            return ""


def _is_another(mailbox: Mailbox | None, mail: ByMail) -> str:
    """Whether the mailbox has another address now than the one that was confirmed."""
    if mailbox is None or mailbox.address.casefold() == mail.sender.casefold():
        return ""
    return (
        f"The reply was to leave from {mail.sender}, and mailbox {mailbox.name} has another address now. Reject this "
        "reply, or have the case read again and confirm the new one."
    )


def _mailbox_waits(mailbox: Mailbox | None) -> str:
    if mailbox is None or not can_send(mailbox):
        return "It waits: the mailbox that it goes out from cannot send. See Settings, Mailboxes."
    if mailbox.state == "paused":
        return f"It waits: mailbox {mailbox.name} is paused. Resume it under Settings, Mailboxes."
    return ""


def _latest(session: Session, case_id: int, step: Announced) -> Suggestion | None:
    """The newest version of an announced step."""
    rows = session.execute(
        select(Suggestion)
        .where(
            Suggestion.case_id == case_id, Suggestion.kind == step.kind, Suggestion.target_model == step.model,
            Suggestion.target_id.is_not_distinct_from(step.record_id),
        )
        .order_by(Suggestion.version.desc(), Suggestion.made_at.desc())
    ).scalars()  # fmt: skip
    return next((s for s in rows if part_of(s.kind, s.command) == step.part), None)


def _was_edited_since(session: Session, reply: Suggestion, step: Suggestion | None) -> bool:
    """Whether a person wrote the reply anew after they (or another) said no to the step: then they knew."""
    if reply.made_by is None or step is None:
        return False
    decided = session.execute(
        select(func.max(Decision.at)).where(Decision.suggestion_id == step.id, Decision.verdict == "reject")
    ).scalar_one()
    return decided is not None and reply.made_at > decided


def original(session: Session, ready: Ready) -> Original | None:
    """The mail that a letter answers, as its quotation shows it; None where there is none, or it cannot be read."""
    if ready.answers is None:
        return None
    try:
        reading = readings.load(session, ready.answers)
    except NotFound:
        return None
    mail = reading.mail
    if mail is None:
        return None
    text = reading.segment_text("new", "forwarded").strip()
    return Original(
        mail.message_id, mail.references, mail.subject, mail.sender.name or mail.sender.email, mail.sent_at, text
    )


def begin(
    session: Session, ready: Ready, content: bytes, reading: Reading | None, *, at: datetime
) -> Waits | Never | None:
    """Keep the mail and say that it is being handed over now; commit before doing so. Looks once more whether anything
    speaks against it, for its papers may have taken a while. None: it may leave."""
    letter = locked(session, ready.letter_id)
    suggestion = session.get_one(Suggestion, letter.suggestion_id)
    mail = by_mail.of_json(suggestion.command.get("within", {}))
    if letter.state != "waiting" or mail is None:
        return Waits(letter.because)
    case = session.get_one(Case, letter.case_id)
    found = _hindered(session, case, letter, suggestion, mail, at=at)
    if found is not None:
        return found
    if letter.document_id is None:
        name = f"{letter.subject[:100] or 'Reply'}.eml".replace("/", " ")
        letter.document_id = receive(session, Incoming(content, name, SOURCE, str(letter.id), at)).document_id
        session.add(CaseDocument(document_id=letter.document_id, case_id=letter.case_id, role=UNSENT, added_at=at))
        session.flush()
        if reading is not None:
            readings.keep(session, letter.document_id, reading, at=at)
    letter.state, letter.begun_at, letter.because = "sending", at, ""
    letter.tries += 1
    letter.copy_wanted = bool(ready.sending.reached.outgoing and ready.sending.reached.outgoing.sent_folder)
    session.flush()
    return None


def sent(session: Session, letter_id: UUID, done: Submitted, *, at: datetime) -> None:
    """The server took it: it is a document of the case now, in its place in the thread."""
    letter = locked(session, letter_id)
    letter.answer = done.answer
    left(session, letter, actor=ACTOR, at=at)


def left(session: Session, letter: Letter, *, actor: str, at: datetime) -> None:
    """Note that a letter left, if that was not known yet: the server said so, a person does, or a report on it came."""
    if letter.state in ("sent", "bounced") or letter.document_id is None:
        return
    letter.state, letter.because = "sent", ""
    letter.sent_at = letter.begun_at or at
    case = session.get_one(Case, letter.case_id)
    kept_as = session.get_one(CaseDocument, letter.document_id)
    kept_as.role, kept_as.added_at = ROLE, letter.sent_at
    session.flush()
    mail = _read(session, letter.document_id)
    answers = tuple(dict.fromkeys(i for i in (*mail.references, mail.in_reply_to) if i)) if mail is not None else ()
    thread.note_ours(
        session, letter.document_id, message_id=letter.message_id, answers=answers, subject=letter.subject,
        sender=letter.sender, recipients=letter.recipients, at=letter.sent_at,
    )  # fmt: skip
    case.updated_at = at
    trail.record(
        session, "letter.sent", case_id=case.id, actor=actor, at=at, letter=str(letter.id),
        suggestion=str(letter.suggestion_id), message_id=letter.message_id, to=list(letter.recipients),
        sender=letter.sender, document=letter.document_id, answer=letter.answer,
    )  # fmt: skip
    if letter.copy_wanted:
        after_commit(session, "letter.copy", letter.id)


def _read(session: Session, document_id: int) -> Mail | None:
    try:
        return readings.load(session, document_id).mail
    except NotFound:
        return None


def settle_doubt(session: Session, letter: Letter, *, has_left: bool, by: str, at: datetime) -> None:
    """A person's word on a locked letter of which nobody knew whether it left: it counts as sent, or goes out again.

    Raises:
        Conflict: That is known by now.
    """
    if letter.state != "uncertain":
        raise Conflict("It is known by now what became of this reply. Look at the case again.", letter=str(letter.id))
    letter.settled_by = by
    trail.record(
        session, "letter.settled", case_id=letter.case_id, actor=by, at=at, letter=str(letter.id), has_left=has_left
    )
    if has_left:
        left(session, letter, actor=by, at=at)
    else:
        letter.state, letter.because = "waiting", ""
    session.flush()


@dataclass(frozen=True, slots=True)
class Copy:
    """A mail that left and is to be put among the sent mail of its mailbox."""

    mailbox_id: int
    content: bytes


def to_copy(session: Session, *, at: datetime) -> dict[int, list[UUID]]:
    """Letters that left between a minute and a day ago and whose copy is wanted and was not put yet, the oldest first,
    by the mailbox among whose sent mail it is to be."""
    rows = session.execute(
        select(Letter.mailbox_id, Letter.id)
        .where(
            Letter.copy_wanted, Letter.copied_at.is_(None), Letter.sent_at.is_not(None),
            Letter.sent_at.between(at - COPIES_FOR, at - COPY_AFTER),
        )
        .order_by(Letter.sent_at)
        .limit(_COPIES_AT_A_TIME)
    )  # fmt: skip
    found: dict[int, list[UUID]] = {}
    for mailbox_id, letter_id in rows:
        found.setdefault(mailbox_id, []).append(letter_id)
    return found


def copy_of(session: Session, letter_id: UUID) -> Copy | None:
    """What is to be put among the sent mail for this letter; None: nothing, or nothing more."""
    letter = session.get(Letter, letter_id)
    if letter is None or not letter.copy_wanted or letter.copied_at is not None or letter.sent_at is None:
        return None
    content = session.execute(select(Document.content).where(Document.id == letter.document_id)).scalar_one()
    return Copy(letter.mailbox_id, content)


def copied(session: Session, letter_id: UUID, *, at: datetime) -> None:
    session.get_one(Letter, letter_id, with_for_update=True).copied_at = at


def wait(session: Session, letter: Letter, why: str, *, at: datetime, of_itself: bool = False) -> None:
    """It does not leave yet. The trail says so when the reason is another than before; what does not come to its end
    `of_itself` is put in front of a person after a while. Its case is locked."""
    if letter.state not in ("waiting", "sending"):
        return
    if letter.because != why:
        trail.record(
            session, "letter.waits", case_id=letter.case_id, actor=ACTOR, at=at, letter=str(letter.id), why=why
        )
    letter.state, letter.because = "waiting", why
    session.flush()
    case = session.get_one(Case, letter.case_id)
    if not of_itself and case.state == "writing" and at - letter.made_at > PATIENCE:
        lifecycle.ask_for_attention(session, case, why, at=at)


def refuse(session: Session, letter: Letter, why: str, *, at: datetime) -> None:
    """It cannot leave; whoever calls shows the case to a person."""
    letter.state, letter.because = "refused", why
    trail.record(session, "letter.refused", case_id=letter.case_id, actor=ACTOR, at=at, letter=str(letter.id), why=why)
    session.flush()


def doubt(session: Session, letter_id: UUID, *, at: datetime) -> None:
    """The server had it and did not answer: nobody knows whether it left, so a person must look."""
    letter = locked(session, letter_id)
    if letter.state == "sending":
        _doubt(session, letter, at=at)


def _doubt(session: Session, letter: Letter, *, at: datetime) -> None:
    letter.state = "uncertain"
    to, moment = ", ".join(letter.recipients), f"{letter.begun_at or at:%Y-%m-%d %H:%M}"
    letter.because = (
        f"The reply to {to} was handed over at {moment} UTC and no answer came: it may have left. Look in the "
        "mailbox’s sent mail, or ask the recipient; then say here whether it left."
    )
    trail.record(
        session, "letter.uncertain", case_id=letter.case_id, actor=ACTOR, at=at, letter=str(letter.id),
        why=letter.because,
    )  # fmt: skip
    session.flush()
    case = session.get_one(Case, letter.case_id, with_for_update=True, populate_existing=True)
    lifecycle.ask_for_attention(session, case, letter.because, at=at)


def locked(session: Session, letter_id: UUID) -> Letter:
    """A letter, locked after its case.

    Raises:
        NotFound: There is none.
    """
    case_id = session.execute(select(Letter.case_id).where(Letter.id == letter_id)).scalar_one_or_none()
    if case_id is None:
        raise NotFound(f"There is no letter {letter_id}.")
    session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
    return session.get_one(Letter, letter_id, with_for_update=True, populate_existing=True)


def withdraw(session: Session, suggestion_id: UUID, *, at: datetime) -> bool:
    """Take a letter back that has not left. False: it has, or may have."""
    letter = queries.of_suggestion(session, suggestion_id, lock=True)
    if letter is None:
        return True
    if letter.state not in ("waiting", "withdrawn"):
        return False
    letter.state, letter.because = "withdrawn", ""
    session.flush()
    return True
