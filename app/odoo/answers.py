"""Odoo's refusals in the product's words: one place that branches on (status, exception name)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from app.errors import Conflict, CountersignError, Misconfigured, NotFound, Refused, Unavailable
from app.odoo.gateway import Difference, Stale

ADDON_ERRORS = "odoo.addons.countersign.exceptions."
"""Module of the addon's own exceptions; their `context` is made to be read by machines."""

_LONGEST_MESSAGE = 500


class AddonMissing(Misconfigured):
    """The Countersign addon is not installed in this Odoo database."""


def error_from(answer: httpx.Response, *, host: str, database: str, what: str, keys: int = 1) -> CountersignError:
    """The error that an answer other than 200 stands for; `what` is the call, "sale.order/read", made with `keys`."""
    status = answer.status_code
    facts: dict[str, Any] = {"call": what, "status": status}
    if status in (429, 502, 503, 504):
        return Unavailable(f"Odoo at {host} is busy or being restarted.", retry_after=_retry_after(answer), **facts)
    if answer.is_redirect:
        target = httpx.URL(answer.headers.get("location", "")).host or "another address"
        return Misconfigured(f"{host} redirects to {target}: set that as Odoo's address.", **facts)
    body = _json(answer)
    if body is None:
        if status == 404:
            return Misconfigured(f"{host} has no Odoo database {database!r}, or it is not Odoo 19.", **facts)
        if status >= 500:
            return Unavailable(f"Odoo at {host} failed without a reason.", **facts)
        return Misconfigured(f"What answers at {host} is not Odoo's JSON-2 interface (HTTP {status}).", **facts)
    name = str(body.get("name") or "")
    facts["odoo_error"] = name
    message = _plain(body.get("message"))
    if name.startswith(ADDON_ERRORS):
        return _from_addon(name.removeprefix(ADDON_ERRORS), message, body.get("context"), facts)
    if status == 401:
        return Misconfigured(_no_key(host, keys), **facts)
    return _from_odoo(status, name, message, host, facts)


def _from_addon(name: str, message: str, context: Any, facts: dict[str, Any]) -> CountersignError:
    details: Mapping[str, Any] = context if isinstance(context, Mapping) else {}
    match name:
        case "Stale":
            differences = [
                Difference(str(d.get("field")), d.get("expected"), d.get("actual"))
                for d in details.get("differences", ())
                if isinstance(d, Mapping)
            ]
            return Stale(message, differences, **facts)
        case "KeyReused":
            return Conflict(message, **facts)
        case _:
            return Refused(message, reason=details.get("reason"), **facts)


def _from_odoo(status: int, name: str, message: str, host: str, facts: dict[str, Any]) -> CountersignError:
    match status:
        case 403:
            return Refused(f"Odoo does not allow this: {message}", **facts)
        case 404 if name.endswith(".MissingError"):
            return NotFound("The record is no longer in Odoo.", **facts)
        case 404 if str(facts["call"]).startswith("countersign."):
            return AddonMissing(f"The Countersign addon is not installed in the Odoo at {host}.", **facts)
        case 404:
            return Misconfigured(f"This Odoo lacks what was asked for: {message}", **facts)
        case 409:
            return Unavailable("Somebody is changing this record in Odoo right now.", **facts)
        case 422 if name.startswith("werkzeug."):
            return Misconfigured(f"Odoo does not know an argument of this call: {message}", **facts)
        case 422:
            return Refused(f"Odoo refused: {message}", **facts)
        case _ if name.startswith("builtins."):
            return Misconfigured(f"This Odoo has no such field or value: {message}", **facts)
        case _ if status >= 500:
            return Unavailable(f"Odoo at {host} failed inside.", **facts)
        case _:
            return Misconfigured(f"Odoo at {host} did not understand the call: {message}", **facts)


def _no_key(host: str, keys: int) -> str:
    todo = "In Odoo, make a new key for the service user, and set it as ODOO_API_KEY."
    match keys:
        case 0:
            return f"Odoo at {host} wants an API key, and none is set. {todo}"
        case 1:
            return f"Odoo at {host} does not accept the API key: it is wrong or has expired. {todo}"
        case _:
            return f"Odoo at {host} accepts none of the {keys} API keys: they are wrong or have expired. {todo}"


def _json(answer: httpx.Response) -> Mapping[str, Any] | None:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        body = json.loads(answer.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _plain(message: object) -> str:
    """One line of bounded length, without control characters and without what follows a traceback's head."""
    text = str(message or "").split("Traceback (most recent call last)")[0]
    return re.sub(r"[\x00-\x20\x7f]+", " ", text).strip()[:_LONGEST_MESSAGE]


def _retry_after(answer: httpx.Response) -> float | None:
    value = answer.headers.get("retry-after", "")
    return float(value) if re.fullmatch(r"\d{1,4}", value) else None
