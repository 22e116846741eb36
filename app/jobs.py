"""Nudges for the workers, sent after the commit. The rows in PostgreSQL are the jobs; a lost nudge loses nothing."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

_KEY = "countersign.nudges"
Send = Callable[[str, str], None]
_send: Send | None = None


def send_nudges_with(send: Send | None) -> None:
    """Say how a nudge (task name, id) travels; None keeps nudges from being sent (the sweeper finds the rows)."""
    global _send
    _send = send


def after_commit(session: Session, task: str, subject: object) -> None:
    """Nudge a worker to look at `subject` with `task` once this transaction has committed."""
    session.info.setdefault(_KEY, []).append((task, str(subject)))


def run_after_commit(session: Session) -> None:
    """Send what `after_commit` collected. A broker that is down is no error: the sweeper re-sends."""
    nudges = session.info.pop(_KEY, [])
    if _send is None:
        return
    for task, subject in nudges:
        _send(task, subject)
