"""The way from Odoo's server to the Countersign service: who is acting is signed here, browsers never see the secret.

Two keys come from the shared secret, one per purpose: HMAC-SHA256(secret, "countersign.panel") signs the tokens of
calls, HMAC-SHA256(secret, "countersign.events") signs what the outbox posts.
"""

import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from odoo import SUPERUSER_ID, api, models

_logger = logging.getLogger(__name__)

URL, SECRET = "countersign.service_url", "countersign.secret"
SHORTEST_SECRET = 32
TIME_OUT = 3
"""Seconds for connecting and between two parts of the answer."""
LONGEST_ANSWER = 4 * 1024 * 1024
TOKEN_LASTS = 60
TOKENS, EVENTS = b"countersign.panel", b"countersign.events"

ANSWERED, REFUSED, UNREACHABLE, UNCONFIGURED = "answered", "refused", "unreachable", "unconfigured"


class Answer(NamedTuple):
    """What came of a call. `outcome` is one of the four words above; whatever went wrong, nothing is raised.

    `body` is the service's JSON object, empty unless answered (for a refusal: its problem document). `says` is a
    sentence for people, empty when answered; `status` the HTTP status, 0 when there was none.
    """

    outcome: str
    body: dict
    says: str = ""
    status: int = 0

    @property
    def ok(self):
        return self.outcome == ANSWERED


class CountersignClient(models.AbstractModel):
    _name = "countersign.client"
    _description = "Calls to the Countersign service"

    @api.model
    def _call(self, path, payload, model=None, res_id=None):
        """POST to the service as the acting user and return an `Answer`; never raises for what the network does.

        :param path: ``/v1/odoo/...``
        :param payload: what is sent as JSON
        :param model: with `res_id`: the record the call is about, signed into the token.
            The caller has checked that the user may read it.
        """
        base, secret, why_not = self._settings()
        if why_not:
            return Answer(UNCONFIGURED, {}, why_not)
        token = _signed_token(_key(secret, TOKENS), self._claims(model, res_id))
        headers = {"Authorization": f"Bearer {token}"}
        return self._post(base, path, json.dumps(payload).encode(), headers)

    @api.model
    def _post_event(self, event_id, body):
        """POST one event, signed as Standard Webhooks has it, and return an `Answer`.

        :param event_id: stays the same when the event is posted again; the service takes it once
        :param body: bytes, exactly as signed
        """
        base, secret, why_not = self._settings()
        if why_not:
            return Answer(UNCONFIGURED, {}, why_not)
        at = str(int(time.time()))
        signed = f"{event_id}.{at}.".encode() + body
        signature = hmac.digest(_key(secret, EVENTS), signed, hashlib.sha256)
        headers = {
            "webhook-id": event_id,
            "webhook-timestamp": at,
            "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
        }
        return self._post(base, "/v1/odoo/events", body, headers)

    @api.model
    def _configured(self):
        """Whether address and secret are there and make sense."""
        return not self._settings()[2]

    @api.model
    def _settings(self):
        """(address without a slash at its end, secret, why they cannot be used)."""
        parameters = self.env["ir.config_parameter"].sudo()
        base = (parameters.get_param(URL) or "").strip().rstrip("/")
        secret = parameters.get_param(SECRET) or ""
        if not base:
            return "", "", self.env._("The address of Countersign is not set. An administrator enters it in Settings.")
        if not self._is_address(base):
            return "", "", self.env._("The address of Countersign in Settings is not a web address (http or https).")
        if not secret:
            return "", "", self.env._("The secret of Countersign is not set. An administrator enters it in Settings.")
        if len(secret) < SHORTEST_SECRET:
            return (
                "",
                "",
                self.env._("The secret of Countersign is too short: %s characters at least.", SHORTEST_SECRET),
            )
        return base, secret, ""

    @api.model
    def _is_address(self, text):
        """Whether this is an http(s) address that can be followed by a path: no password, no query, no fragment."""
        try:
            parts = urlsplit(text)
            parts.port
        except ValueError:
            return False
        plain = not (parts.username or parts.password or parts.query or parts.fragment or " " in text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and plain

    def _claims(self, model, res_id):
        user, now = self.env.user, int(time.time())
        if user.id == SUPERUSER_ID:  # the nightly job is about every company, though its user belongs to one
            companies = self.env["res.company"].sudo().search([("active", "=", True)])
        else:
            # Under sudo Odoo does not check the companies of the context: they are narrowed to the user's own here.
            companies = self.env.companies & user.company_ids
        claims = {
            "iss": self.env["ir.config_parameter"].sudo().get_param("database.uuid"),
            "aud": TOKENS.decode(),
            "uid": user.id,
            "login": user.login,
            "name": user.name,
            "companies": companies.ids,
            "iat": now,
            "exp": now + TOKEN_LASTS,
            "jti": secrets.token_urlsafe(16),
        }
        if model:
            claims.update(model=model, res_id=res_id)
        return claims

    def _post(self, base, path, body, headers):
        headers = {**headers, "Content-Type": "application/json", "Accept": "application/json"}

        def with_headers(request):
            request.headers.update(headers)
            return request

        try:
            # `auth` keeps a .netrc of the machine from replacing our header; a redirect would carry it elsewhere.
            with requests.post(
                base + path, data=body, auth=with_headers, timeout=TIME_OUT, allow_redirects=False, stream=True
            ) as response:
                return self._read(base, response)
        except requests.Timeout:
            says = self.env._("Countersign did not answer within %s seconds. Try again later.", TIME_OUT)
        except requests.exceptions.SSLError:
            says = self.env._("Countersign's certificate at %s is not trusted. An administrator has to look.", base)
        except requests.RequestException as error:
            _logger.info("Countersign at %s%s: %s", base, path, type(error).__name__)
            says = self.env._("Countersign cannot be reached at %s. Try again later.", base)
        return Answer(UNREACHABLE, {}, says)

    def _read(self, base, response):
        status, until = response.status_code, time.monotonic() + TIME_OUT
        content = b""
        for part in response.iter_content(65536):
            content += part
            if len(content) > LONGEST_ANSWER or time.monotonic() > until:
                return Answer(
                    UNREACHABLE, {}, self.env._("The answer of Countersign was too long or too slow."), status
                )
        try:
            found = json.loads(content) if content else {}
        except ValueError:
            found = None
        if 200 <= status < 300 and isinstance(found, dict):
            return Answer(ANSWERED, found, "", status)
        if 400 <= status < 500 and isinstance(found, dict) and (found.get("detail") or found.get("title")):
            return Answer(REFUSED, found, str(found.get("detail") or found["title"])[:1000], status)
        if status == 503 and isinstance(found, dict) and isinstance(found.get("detail"), str):
            return Answer(UNREACHABLE, {}, found["detail"][:1000], status)
        _logger.info("Countersign at %s answered with status %s", base, status)
        if status >= 500:
            says = self.env._("Countersign has trouble of its own (status %s). Try again later.", status)
        else:
            says = self.env._(
                "What answers at %(address)s is not Countersign (status %(status)s). An administrator has to look.",
                address=base,
                status=status,
            )
        return Answer(UNREACHABLE, {}, says, status)


def _key(secret, purpose):
    return hmac.digest(secret.encode(), purpose, hashlib.sha256)


def _signed_token(key, claims):
    """A JSON Web Token, HS256 (RFC 7515, compact form)."""
    head = {"alg": "HS256", "typ": "JWT"}
    signed = b".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    return (signed + b"." + _base64url(hmac.digest(key, signed, hashlib.sha256))).decode()


def _base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")
