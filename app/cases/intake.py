"""From arrival to case: stored, one case per document, the first step asked for; all in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import trail
from app.cases import snoozing, steps
from app.cases.models import Case, CaseDocument, ThreadMail
from app.documents.automatic import QUIET
from app.documents.receive import new_mails, receive, receive_own
from app.sources.incoming import Incoming


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Where an arrival ended: its document and case, and whether it had come before."""

    case_id: int
    document_id: int
    sha256: str
    came_again: bool
    is_repeat: bool = False
    """This very delivery came before: nothing more happened."""


@dataclass(frozen=True, slots=True)
class Belongs:
    """Whose a new case is: what the way in says of it, as a mailbox does."""

    team: str = ""
    company_id: int | None = None


NOBODY = Belongs()


def take_in_own(session: Session, made: Sequence[Incoming]) -> list[TakenIn]:
    """Open a case for each of these documents, which we made ourselves: nobody can have sent them before.

    Many at once in a few statements; what stands in the end is as if each had been taken in by itself.
    """
    return _open_cases(session, receive_own(session, made), made, NOBODY) if made else []


def take_in_mails(
    session: Session, arrivals: Sequence[Incoming], mail_keys: Sequence[str], *, belongs: Belongs = NOBODY
) -> list[TakenIn]:
    """Take in many mails at once, each as `take_in` would, in a few statements for all that are new. In their order."""
    new = new_mails(session, arrivals, mail_keys)
    fresh = [arrivals[i] for i in new]
    opened = _open_cases(session, receive_own(session, fresh, [mail_keys[i] for i in new]), fresh, belongs)
    taken = dict(zip(new, opened, strict=True))
    return [
        taken[i] if i in taken else take_in(session, arrivals[i], mail_key=mail_keys[i], belongs=belongs)
        for i in range(len(arrivals))
    ]


def _open_cases(
    session: Session, documents: Sequence[int], made: Sequence[Incoming], belongs: Belongs
) -> list[TakenIn]:
    """A case for each of these new documents."""
    if not made:
        return []
    cases = [_new_case(one, belongs) for one in made]
    session.add_all(cases)
    session.flush()
    session.add_all(
        CaseDocument(document_id=n, case_id=case.id, role="opening", added_at=one.arrived_at)
        for n, case, one in zip(documents, cases, made, strict=True)
    )
    digests = [hashlib.sha256(one.content).hexdigest() for one in made]
    trail.record_first(
        session, "case.opened", at=made[0].arrived_at,
        events=[
            (case.id, f"source:{one.source}", {"sha256": digest, "name": one.name, "size": len(one.content)})
            for case, one, digest in zip(cases, made, digests, strict=True)
        ],
    )  # fmt: skip
    steps.schedule_first(session, [case.id for case in cases], "assess", at=made[0].arrived_at)
    return [
        TakenIn(case.id, n, digest, came_again=False) for case, n, digest in zip(cases, documents, digests, strict=True)
    ]


def _new_case(incoming: Incoming, belongs: Belongs) -> Case:
    return Case(
        state="received", title=incoming.name, flags=[], opened_at=incoming.arrived_at, updated_at=incoming.arrived_at,
        here_because=f"Came in through {incoming.source} and waits to be read.",
        team=belongs.team, company_id=belongs.company_id,
    )  # fmt: skip


def take_in(session: Session, incoming: Incoming, *, mail_key: str = "", belongs: Belongs = NOBODY) -> TakenIn:
    """Store an arrival and open its case, or note on the case it belongs to that it came again.

    Safe to repeat with the same bytes from any number of callers: one document, one case. A mail is the same when its
    Message-ID and content are; `mail_key` says by what it is known where the caller has read it in pieces.
    """
    received = receive(session, incoming, mail_key=mail_key)
    at = incoming.arrived_at
    if not received.is_new:
        case_id = session.execute(
            select(CaseDocument.case_id).where(CaseDocument.document_id == received.document_id)
        ).scalar_one()
        if not received.is_repeat:
            trail.record(
                session, "document.came_again", case_id=case_id, actor=f"source:{incoming.source}", at=at,
                sha256=received.sha256, name=incoming.name,
            )  # fmt: skip
            if not _is_quiet(session, received.document_id):
                snoozing.wake_all(session, [case_id], because=snoozing.CAME_AGAIN, happened_at=at, at=at)
        return TakenIn(
            case_id, received.document_id, received.sha256, came_again=True, is_repeat=received.is_repeat
        )  # fmt: skip
    case = _new_case(incoming, belongs)
    session.add(case)
    session.flush()
    session.add(CaseDocument(document_id=received.document_id, case_id=case.id, role="opening", added_at=at))
    trail.record(
        session, "case.opened", case_id=case.id, actor=f"source:{incoming.source}", at=at,
        sha256=received.sha256, name=incoming.name, size=incoming.size,
    )  # fmt: skip
    steps.schedule(session, case.id, "assess", at=at)
    return TakenIn(case.id, received.document_id, received.sha256, came_again=False)


def _is_quiet(session: Session, document_id: int) -> bool:
    """Whether a mail that came again is one of ours, or one that no person wrote: it wakes nothing."""
    mail = session.get(ThreadMail, document_id)
    return mail is not None and (mail.is_ours or mail.automatic in QUIET)
