"""Where a case comes from: what it was split off, and what is folded into it. Who had a part there has one here."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.cases.models import Case


def descent(session: Session, case_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """For each of these cases: itself, what it was split off, what is folded into it, and so on from there."""
    before: dict[int, set[int]] = {case_id: set() for case_id in case_ids}
    new = set(case_ids)
    while new:
        found: list[tuple[int, int]] = []
        for query in (
            select(Case.id, Case.split_from).where(Case.id.in_(new), Case.split_from.is_not(None)),
            # a matter split off one that was itself split off: `split_from` names the first of them only
            select(AuditEvent.case_id, AuditEvent.content["from"].as_integer()).where(
                AuditEvent.case_id.in_(new), AuditEvent.action == "case.split_off"
            ),
            select(Case.merged_into, Case.id).where(Case.merged_into.in_(new)),
        ):
            found += [(case_id, earlier) for case_id, earlier in session.execute(query)]
        for case_id, earlier in found:
            before[case_id].add(earlier)
        new = {earlier for _, earlier in found} - before.keys()
        before.update((case_id, set()) for case_id in new)
    return {case_id: _reached(before, case_id) for case_id in case_ids}


def answered_delivery(session: Session, case_ids: Collection[int]) -> dict[int, set[str]]:
    """For each of these cases the addresses of all who ever said whether its work was delivered, on it or on a case it
    comes from: the trail forgets nobody."""
    descents = descent(session, case_ids)
    everywhere = {case_id for comes_from in descents.values() for case_id in comes_from}
    answers = session.execute(
        select(AuditEvent.case_id, AuditEvent.actor).where(
            AuditEvent.case_id.in_(everywhere), AuditEvent.action == "delivery.answered"
        )
    ).all()
    return {
        case_id: {actor for answered, actor in answers if answered in comes_from}
        for case_id, comes_from in descents.items()
    }


def _reached(before: dict[int, set[int]], case_id: int) -> frozenset[int]:
    reached, left = {case_id}, [case_id]
    while left:
        more = before[left.pop()] - reached
        reached |= more
        left += more
    return frozenset(reached)
