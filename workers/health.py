"""What works and what does not, each with what to do about it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from app.errors import CountersignError, Misconfigured, Unavailable
from app.health import Check
from workers.wiring import Parts

if TYPE_CHECKING:
    from app.mailboxes.standing import Standing


def checks(p: Parts) -> Iterator[Check]:
    """Check every part in turn; a failing one does not keep the next from being checked."""
    for what, check in (
        ("database", _database), ("broker", _broker), ("policy", _policy), ("offline model", _offline_model),
        ("Odoo", _odoo), ("Odoo's modules", _odoo_modules), ("Odoo's panel", _odoo_link),
        ("model endpoint", _model_endpoint), ("mail", _mail),
    ):  # fmt: skip
        yield _run(what, check, p)


def _run(what: str, check: Callable[[Parts], str | None], p: Parts) -> Check:
    try:
        says = check(p)
    except CountersignError as error:
        return Check(what, "fails", error.message)
    return Check(what, "works", says) if says else Check(what, "absent", _ABSENT[what])


_ABSENT = {
    "Odoo": "not connected; set ODOO_URL, ODOO_DB and ODOO_API_KEY. Until then nothing is matched or written.",
    "Odoo's modules": "unknown until Odoo is connected.",
    "Odoo's panel": "not linked; set COUNTERSIGN_ODOO_SECRET here and enter the same in Odoo's settings.",
    "model endpoint": "not set; the offline engine does the whole job (COUNTERSIGN_LLM_MODEL, COUNTERSIGN_LLM_FILE).",
    "mail": "no mailbox is connected (countersign mailbox add); take in files, the watched folder (COUNTERSIGN_WATCH) "
    "or POST /v1/documents.",
}


def _database(p: Parts) -> str:
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from app import migrations

    if not p.settings.database_url.get_secret_value():
        raise Misconfigured("no database; start the engines with: countersign up (or set DATABASE_URL)")
    newest = migrations.newest()
    try:
        with p.database.engine.connect() as connection:
            version = connection.execute(text("show server_version")).scalar_one()
            revision = connection.execute(text("select version_num from alembic_version")).scalar_one()
    except OperationalError:
        raise Unavailable("PostgreSQL does not answer; start the engines with: countersign up") from None
    except ProgrammingError:
        raise Misconfigured(f"PostgreSQL {version} has no tables yet; start once with: countersign up") from None
    if revision != newest:
        raise Misconfigured(
            f"PostgreSQL {version} has its tables at revision {revision}, and this version needs {newest}; start once "
            "with: countersign up"
        )
    return f"PostgreSQL {version}, tables at revision {revision}"


def _broker(p: Parts) -> str:
    import redis

    url = p.settings.redis_url.get_secret_value()
    if not url:
        raise Misconfigured("no broker; start the engines with: countersign up (or set REDIS_URL)")
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
            client.ping()
            waiting = client.llen("celery")
    except redis.RedisError as error:
        raise Unavailable(
            f"Valkey does not answer ({type(error).__name__}); start the engines with: countersign up"
        ) from None
    return f"answers, {waiting} nudges waiting"


def _policy(p: Parts) -> str:
    return f"{len(p.policy.content['rules'])} rules, hash {p.policy.hash[:12]}"


def _offline_model(p: Parts) -> str:
    from classifiers.triage.artefact import packaged

    return f"version {packaged().version}"


def _odoo(p: Parts) -> str | None:
    if p.odoo is None:
        return None
    version = p.odoo.version()
    if version.addon is None:
        raise Misconfigured("answers, but the addon “countersign” is not installed: reading works, writing does not")
    return f"Odoo {version.server}, addon {version.addon}, companies {', '.join(map(str, p.odoo.companies()))}"


def _odoo_link(p: Parts) -> str | None:
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from app.users import odoo_people

    secrets = p.settings.odoo_secrets
    if not secrets:
        return None
    if p.settings.countersign_secret_key.get_secret_value() in secrets:
        raise Misconfigured(
            "COUNTERSIGN_ODOO_SECRET is the secret key itself, which Odoo must not know: choose another"
        )
    try:
        with p.database.transaction() as session:
            people, waiting = len(odoo_people.linked(session)), len(odoo_people.waiting(session))
    except (OperationalError, ProgrammingError):
        raise Unavailable("who is linked cannot be said without the database") from None
    found = f"{people} {'person is' if people == 1 else 'people are'} linked"
    if waiting:
        found += f", {waiting} called and {'is' if waiting == 1 else 'are'} not: countersign user odoo --waiting"
    return found + ("; a second secret holds, for changing it" if len(secrets) > 1 else "")


def _odoo_modules(p: Parts) -> str | None:
    """Which of the parts that Odoo's editions do apart are used here."""
    if p.odoo is None:
        return None
    from app.odoo.capabilities import capabilities

    found = capabilities(p.odoo, afresh=True)
    approved_by = ", ".join(found.timesheet_approvals) or "nobody"
    parts = (("tickets", found.helpdesk), ("approvals", found.approvals), ("documents", found.documents),
             ("subscriptions", found.subscriptions))  # fmt: skip
    said = "; ".join(f"{what} in {part.model} ({part.module}, {part.edition.value})" for what, part in parts)
    return f"{said}; time approved by {approved_by}"


def _model_endpoint(p: Parts) -> str | None:
    """Whether the model answers a question that costs next to nothing, and what questions have cost today."""
    from workers.asking import Asking

    if not p.settings.has_llm:
        return None
    asking = Asking(p.settings)
    try:
        seconds = asking.check()
    finally:
        asking.close()
    where = p.settings.countersign_llm_file or p.settings.openai_base_url or "OpenAI"
    return f"{asking.asker.model} at {where} answers in {seconds:.1f} s{_spent(p)}"


def _spent(p: Parts) -> str:
    from datetime import UTC

    from sqlalchemy.exc import OperationalError, ProgrammingError

    from app.clock import now
    from app.llm.usage import spent_on

    currency, budget = p.settings.countersign_llm_currency, p.settings.countersign_llm_budget_per_day
    try:
        with p.database.transaction() as session:
            today = spent_on(session, now().astimezone(UTC).date(), currency=currency)
    except (Misconfigured, OperationalError, ProgrammingError):
        return ""
    of = f" of {budget.normalize():f}" if budget is not None else ""
    unpriced = f", {today.unpriced} of them without a price" if today.unpriced else ""
    return f"; today {today.questions} questions{unpriced}, {today.cost.normalize():f}{of} {currency}"


def _mail(p: Parts) -> str | None:
    """Whether each mailbox is read, and the watched folder is there."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from app.clock import now
    from app.mailboxes.standing import standings

    try:
        with p.database.transaction() as session:
            found = standings(session, at=now())
    except (Misconfigured, OperationalError, ProgrammingError):
        found = []
    said = []
    if p.settings.countersign_watch:
        state = "is there" if p.settings.countersign_watch.is_dir() else "is missing: create it"
        said.append(f"watched folder {os.fspath(p.settings.countersign_watch)} {state}")
    said += [f"mailbox {s.mailbox.name} {_MAILBOX_SAYS[s.state]}{_why(s)}" for s in found]
    if any(s.state in ("fails", "unread") for s in found):
        raise Unavailable(f"{'; '.join(said)}. Try each step with: countersign mailbox test NAME")
    return "; ".join(said) or None


_MAILBOX_SAYS = {
    "works": "is read", "starting": "is about to be read", "paused": "is paused", "fails": "is not read",
    "unread": "is read by no process: start one with countersign up",
}  # fmt: skip


def _why(standing: Standing) -> str:
    failure = standing.mailbox.failure.strip().rstrip(".")
    return f" ({failure})" if standing.state == "fails" and failure else ""
