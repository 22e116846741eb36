"""Who may write on a case: the houses that wrote to it or that we wrote to, and whom a person let in or kept out."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import thread
from app.cases.models import Case, CaseMerge, ThreadQuestion
from app.decisions import same_order
from app.decisions.message import Message
from app.documents.automatic import QUIET
from app.mailboxes import of_case
from app.senders import kept as senders


def doubt(session: Session, message: Message, target: Case) -> str:
    """Why customer and sender do not agree, in a sentence; empty where they do."""
    if not same_house(session, message, target):
        return (
            f"A new sender answers on case {target.id}: {message.headers.sender or '?'}. Its mails came from another "
            "house."
        )
    checked = senders.of_document(session, message.document_id)
    if checked is not None and checked.failed:
        return f"It answers case {target.id}, and a check of its sender failed."
    if _noes(session, message, target):
        return f"It answers case {target.id}, and a person kept another mail from the same sender out of that case."
    if message.customer_id is not None and target.customer_id not in (None, message.customer_id):
        return f"It answers case {target.id}, and is about another customer than that case."
    company_id = message.company_id or of_case.company_of(session, message.case_id)
    if company_id is not None and target.company_id not in (None, company_id):
        return f"It answers case {target.id}, and is about another of our companies than that case."
    return ""


def same_house(session: Session, message: Message, target: Case) -> bool:
    """Whether the sender's house wrote to this case before, or a person said that it belongs there. A colleague of ours
    counts where the mails of the case went to them too."""
    sender = message.headers.sender
    if not sender:
        return False
    if message.is_own(sender):
        return any(sender in (*k.recipients, k.sender) for k in thread.mails_of(session, target.id))
    return thread.house(sender) in houses(session, target, is_own=message.is_own)


def said_no(session: Session, message: Message, target: Case) -> bool:
    """Whether a person said that this mail, or one of the same sender, does not belong there. Where the sender's house
    wrote to the case itself, a no was to that one mail, which only bore its name perhaps: the next is asked about."""
    noes = _noes(session, message, target)
    return message.case_id in noes or (bool(noes) and not same_house(session, message, target))


def _noes(session: Session, message: Message, target: Case) -> set[int]:
    """The cases of mails of the same sender that a person kept out of this case."""
    rows = session.execute(
        select(ThreadQuestion.case_id, ThreadQuestion.sender).where(
            ThreadQuestion.other_id == target.id, ThreadQuestion.belongs.is_(False)
        )
    )
    whose = thread.house(message.headers.sender)
    return {case_id for case_id, sender in rows if case_id == message.case_id or thread.house(sender) == whose}


def houses(session: Session, target: Case, *, is_own: Callable[[str], bool]) -> set[str]:
    """The houses that may write on a case: that wrote to it, that we wrote to, and of which a person said so.

    What programs send proves nothing of who sends it. Nor does the same order: whoever has seen one can send it again.
    Its sender counts only where it is the one house that wrote at all.
    """
    mails = thread.mails_of(session, target.id)
    brought = _brought_again(session, target.id)
    theirs = [k for k in mails if not k.is_ours and k.automatic not in QUIET and k.sender and not is_own(k.sender)]
    wrote = {thread.house(k.sender) for k in theirs if k.document_id not in brought}
    if target.sender and not is_own(target.sender):
        wrote.add(thread.house(target.sender))
    also = {thread.house(k.sender) for k in theirs} - wrote
    if not wrote and len(also) == 1:
        wrote = also
    for earlier in mails:
        if earlier.is_ours:  # we wrote to them: they may answer
            wrote |= {thread.house(r) for r in earlier.recipients if not is_own(r)}
    said_yes = session.execute(
        select(ThreadQuestion.sender).where(ThreadQuestion.other_id == target.id, ThreadQuestion.belongs.is_(True))
    ).scalars()
    return wrote | {thread.house(s) for s in said_yes}


def _brought_again(session: Session, case_id: int) -> set[int]:
    """The documents that software folded into a case because they bring the same order."""
    folded = select(CaseMerge.document_ids).where(
        CaseMerge.into_id == case_id, CaseMerge.how == same_order.HOW, CaseMerge.taken_apart_at.is_(None)
    )
    return {int(n) for documents in session.execute(folded).scalars() for n in documents}
