"""Folding a case into another, and taking it out again. What went along is kept, so that it finds its way back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from app.assessments import keep
from app.audit import trail
from app.cases import called_back, lifecycle, snoozing, steps
from app.cases.models import OPEN_STATES, SENT, UNSENT, Case, CaseDocument, CaseMerge
from app.cases.seen import Seen, locked, require_handling
from app.decisions import call_back, joined
from app.errors import Conflict, NotFound, Refused
from app.suggestions.models import Suggestion
from app.suggestions.withdraw import withdraw
from app.users.access import Caller
from app.vocabulary import Kind

_ON_ITS_WAY = ("received", "writing", "done", "closed")


def merge(
    session: Session, case_id: int, into: int, *, seen: Seen, by: Caller, at: datetime, because: str = ""
) -> Case:
    """Fold a case into another by a person's word: its documents move there and it is closed. Nothing in Odoo changes.

    Raises:
        NotFound: One of the cases does not exist.
        Refused: The person is neither reviewer nor controller, or a security alert would lose its guard.
        Conflict: It changed since it was seen, is being read or written, or one of them is merged already.
    """
    require_handling(by)
    if case_id == into:
        raise Conflict("A case is not folded into itself. Choose another one.", case=case_id)
    target = both(session, case_id, into)
    case = locked(session, case_id, seen, by=by)
    if case.state in _ON_ITS_WAY:
        raise Conflict(f"Case {case_id} is {case.state} and is not folded into another now.", case=case_id)
    require_none_on_its_way(session, case)
    if case.kind == Kind.SECURITY_ALERT and target.kind != Kind.SECURITY_ALERT:
        raise Refused(
            f"Case {case_id} is a security alert and is not folded into an ordinary case: its bank details would be "
            "shown there. Mark the other one as fraud first, or go on with both."
        )
    fold(session, case, target, actor=by.email, at=at, because=because.strip())
    lifecycle.move(session, case, "closed", actor=by.email, at=at, because=f"Folded into case {into}.")
    session.flush()
    return target


def fold(
    session: Session, case: Case, target: Case, *, actor: str, at: datetime, because: str, is_quiet: bool = False,
    how: str = "",
) -> None:  # fmt: skip
    """Move what a locked case holds into another locked one, which is brought before a person. Who calls ends it.

    `is_quiet`: it says nothing that anybody must act on (an automatic reply, the very paper that is there already):
    the other case shows it, and is neither opened again nor woken. `how` is one of `MERGED_HOW`.

    Raises:
        Conflict: One of them is folded into another already.
    """
    for one in (case, target):
        if one.merged_into is not None:
            raise Conflict(
                f"Case {one.id} was itself folded into case {one.merged_into}. Choose that one.", case=one.id
            )  # fmt: skip
    is_due = call_back.is_due(session, case)  # asked while it holds its mails still
    documents = list(
        session.execute(
            select(CaseDocument.document_id)
            .where(CaseDocument.case_id == case.id)
            .order_by(CaseDocument.role != "opening", CaseDocument.added_at, CaseDocument.document_id)
        ).scalars()
    )
    session.execute(
        update(CaseDocument)
        .where(CaseDocument.document_id.in_(documents))
        .values(case_id=target.id, role=_role_of("added"), added_at=at)
    )
    session.add(
        CaseMerge(
            case_id=case.id, into_id=target.id, document_ids=documents, merged_by=actor, merged_at=at, because=because,
            was_open=target.state not in ("done", "closed"), how=how,
        )
    )  # fmt: skip
    if is_due:  # nobody has called back about what comes in with it
        called_back.begin_anew(session, target.id, actor=actor, at=at)
    case.merged_into = target.id
    case.updated_at = at
    steps.end_all(session, case.id, at=at)
    withdraw(session, case.id, actor=actor, at=at)
    trail.record(session, "case.merged", case_id=case.id, actor=actor, at=at, into=target.id, because=because)
    trail.record(session, "case.took_over", case_id=target.id, actor=actor, at=at, merged=case.id, because=because)
    target.updated_at = at
    session.flush()
    if is_quiet:
        return
    if target.state in ("done", "closed"):
        lifecycle.move(session, target, "to_decide", actor=actor, at=at, because=f"Case {case.id} was folded into it.")
    snoozing.wake(session, target, because=f"Case {case.id} was folded into it.", at=at, actor=actor)
    target.unsure_because = f"{target.unsure_because} {_added(case.id)}".strip()
    session.flush()


def take_out(session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime) -> Case:
    """Undo a merge: the documents go back, and the case is compared with Odoo and proposed for anew.

    Raises:
        NotFound: There is no such case.
        Refused: The person is neither reviewer nor controller.
        Conflict: It is not folded into another, or that one is itself folded into a third: that comes out first.
    """
    require_handling(by)
    into = session.execute(select(Case.merged_into).where(Case.id == case_id)).scalar_one_or_none()
    target = both(session, case_id, into) if into is not None else None
    case = locked(session, case_id, seen, by=by)
    merged = session.execute(
        select(CaseMerge).where(CaseMerge.case_id == case_id, CaseMerge.taken_apart_at.is_(None))
    ).scalar_one_or_none()
    if target is None or case.merged_into != target.id or merged is None:
        raise Conflict(f"Case {case_id} is not folded into another one.", case=case_id)
    if target.merged_into is not None:
        raise Conflict(
            f"Case {target.id} is itself folded into case {target.merged_into}. Take that one out first.",
            case=case_id, into=target.id,
        )  # fmt: skip
    for place, document_id in enumerate(merged.document_ids):
        session.execute(
            update(CaseDocument)
            .where(CaseDocument.document_id == document_id, CaseDocument.case_id == target.id)
            .values(case_id=case_id, role=_role_of("opening" if place == 0 else "added"))
        )
    for step in session.execute(
        select(Suggestion).where(
            Suggestion.case_id == case_id, Suggestion.kind == "merge_with_case", Suggestion.state == "written"
        )
    ).scalars():
        step.state = "undone"
    merged.taken_apart_by, merged.taken_apart_at = by.email, at
    case.merged_into = None
    trail.record(session, "case.taken_out", case_id=case_id, actor=by.email, at=at, into=target.id)
    trail.record(session, "case.gave_back", case_id=target.id, actor=by.email, at=at, merged=case_id)
    target.unsure_because = target.unsure_because.replace(_added(case_id), "").strip()
    target.updated_at = at
    if merged.how == "continues" and target.state != "received":
        session.flush()
        joined.join_again(session, target, at=at)
    _go_on(session, case, actor=by.email, at=at, because=f"Taken out of case {target.id} again.")
    session.flush()
    return case


def _role_of(role: str) -> ColumnElement[str]:
    """What a document is to the case it moves to; one that we sent stays that."""
    return sql_case((CaseDocument.role.in_((UNSENT, SENT)), CaseDocument.role), else_=role)


def merged_into(session: Session, case_id: int) -> list[Case]:
    """The cases that are folded into this one, the oldest first."""
    return list(session.execute(select(Case).where(Case.merged_into == case_id).order_by(Case.id)).scalars())


def require_none_on_its_way(session: Session, case: Case) -> None:
    """A case with a step that was confirmed and is not written yet stays where it is.

    Raises:
        Conflict: It has such a step.
    """
    on_its_way = select(Suggestion.id).where(Suggestion.case_id == case.id, Suggestion.state == "confirmed").limit(1)
    if session.execute(on_its_way).first() is not None:
        raise Conflict(f"A step of case {case.id} is on its way to Odoo. Wait until it is written.", case=case.id)


def standing_in(session: Session, case_id: int) -> int:
    """The number of the case, or of the one it is folded into."""
    seen: set[int] = set()
    while case_id not in seen:
        seen.add(case_id)
        into = session.execute(select(Case.merged_into).where(Case.id == case_id)).scalar_one_or_none()
        if into is None:
            break
        case_id = into
    return case_id


def kept_apart(session: Session, case_id: int, other_id: int) -> bool:
    """Whether a person took one of these cases, or one folded into them, out of the other: software folds them
    together no more."""
    one, other = _tree(case_id), _tree(other_id)
    query = select(CaseMerge.id).where(
        CaseMerge.taken_apart_at.is_not(None),
        or_(
            CaseMerge.case_id.in_(one) & CaseMerge.into_id.in_(other),
            CaseMerge.case_id.in_(other) & CaseMerge.into_id.in_(one),
        ),
    )
    return session.execute(query.limit(1)).first() is not None


def _tree(case_id: int) -> Select[tuple[int]]:
    """The numbers of a case and of all that are folded into it."""
    tree = select(Case.id).where(Case.id == case_id).cte(recursive=True)
    tree = tree.union(select(Case.id).where(Case.merged_into == tree.c.id))
    return select(tree.c.id)


def _go_on(session: Session, case: Case, *, actor: str, at: datetime, because: str) -> None:
    try:
        keep.current(session, case.id)
    except NotFound:
        lifecycle.move(session, case, "received", actor=actor, at=at, because=because)
        steps.schedule(session, case.id, "assess", at=at)
        return
    lifecycle.move(session, case, "to_decide", actor=actor, at=at, because=because)
    steps.schedule(session, case.id, "reconcile", at=at)


def both(session: Session, case_id: int, into: int) -> Case:
    """The second case, both locked in the order of their numbers, so that nobody waits in a circle."""
    rows = session.execute(
        select(Case)
        .where(Case.id.in_((case_id, into)))
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalars()
    found = {case.id: case for case in rows}
    for number in (case_id, into):
        if number not in found:
            raise NotFound(f"There is no case {number}.", case=number)
    return found[into]


def _added(case_id: int) -> str:
    return f"Case {case_id} was added: read it before you decide."


def candidates(session: Session, case: Case, *, limit: int = 8) -> list[Case]:
    """Open cases that this one may belong to: of the same message, customer or sender, the newest first."""
    same = [Case.split_from == (case.split_from or case.id), Case.id == case.split_from]
    if case.customer_id is not None:
        same.append(Case.customer_id == case.customer_id)
    if case.customer_name:
        same.append(Case.customer_name == case.customer_name)
    if case.sender:
        same.append(Case.sender == case.sender)
    query = select(Case).where(or_(*same), Case.id != case.id, Case.merged_into.is_(None), Case.state.in_(OPEN_STATES))
    return list(session.execute(query.order_by(Case.id.desc()).limit(limit)).scalars())
