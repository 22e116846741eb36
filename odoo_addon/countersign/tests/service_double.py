"""A small Countersign for tests: the panel's three calls over HTTP, with the checks of signature and record.

It holds suggestions by record, takes decisions on them and hands out the changes that the test gave it; it decides
nothing by itself and keeps what it was told for the test to look at.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PURPOSE = b"countersign.panel"


class ServiceDouble:
    def __init__(self, secret, port=0):
        self.key = hmac.digest(secret.encode(), PURPOSE, hashlib.sha256)
        self.open = {}  # (model, id) -> list of suggestions
        self.cases = []
        self.changes = {}  # suggestion id -> what "apply" holds once it is confirmed
        self.person = {"can_decide": True, "why_not": ""}
        self.refuses = None  # (status, problem document) for every call
        self.waits = 0.0  # seconds before each answer
        self.heard = []  # (path, claims, body) of every call with a good signature
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def calls(self, path):
        return [body for called, _claims, body in self.heard if called == path]

    def answer(self, path, claims, body):
        """Status and answer for a call whose token is good."""
        if self.refuses:
            return self.refuses
        if (claims["model"], claims["res_id"]) != (
            body.get("model", claims["model"]),
            body.get("res_id", claims["res_id"]),
        ):
            return 403, {"title": "Forbidden", "detail": "The token is for another record."}
        if path == "/v1/odoo/panel":
            return 200, self._panel(body["model"], body["res_id"])
        if path == "/v1/odoo/decisions":
            return self._decide(body)
        if path == "/v1/odoo/receipts":
            return 200, {"says": "Thank you."}
        return 404, {"title": "Not found", "detail": f"There is no {path}."}

    def _panel(self, model, res_id):
        return {
            "person": self.person,
            "inbox_url": "https://countersign.example/inbox",
            "suggestions": self.open.get((model, res_id), []),
            "cases": self.cases,
        }

    def _decide(self, body):
        held = self.open.get((body["model"], body["res_id"]), [])
        found = [s for s in held if s["id"] == body["suggestion_id"]]
        if not found or found[0]["content_hash"] != body["content_hash"]:
            return 409, {"title": "Conflict", "detail": "The suggestion has changed since you saw it. Look again."}
        if not self.person["can_decide"]:
            return 403, {"title": "Forbidden", "detail": self.person["why_not"]}
        if body["verdict"] == "edit":
            found[0]["content_hash"] += "+"
            return 200, {"result": "edited", "says": "Edited; it needs a decision.", "apply": None}
        held.remove(found[0])
        if body["verdict"] == "reject":
            return 200, {"result": "rejected", "says": "Rejected.", "apply": None}
        change = self.changes.get(body["suggestion_id"])
        says = f"Confirmed: {found[0]['title']}."
        return 200, {"result": "confirmed" if change else "waits", "says": says, "apply": change}

    def _claims(self, header):
        head, claims, signature = header.removeprefix("Bearer ").split(".")
        good = _base64url(hmac.digest(self.key, f"{head}.{claims}".encode(), hashlib.sha256))
        if not hmac.compare_digest(good, signature):
            raise ValueError("signature")
        found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        if found["aud"] != PURPOSE.decode() or not time.time() - 60 < found["exp"] < time.time() + 61:
            raise ValueError("claims")
        return found

    def _handler(self):
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    claims = double._claims(self.headers["Authorization"])
                except (ValueError, KeyError):
                    return self._send(401, {"title": "Unauthorized", "detail": "The signature is not right."})
                double.heard.append((self.path, claims, body))
                time.sleep(double.waits)
                return self._send(*double.answer(self.path, claims, body))

            def _send(self, status, found):
                content = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                # The caller may not have waited.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.wfile.write(content)

            def log_message(self, *args):
                pass

        return Handler


def a_suggestion(number, target, **more):
    """A suggestion as the service sends it."""
    given = {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "case_id": 40 + number,
        "case_url": f"https://countersign.example/cases/{40 + number}",
        "kind": "post_note",
        "kind_words": "Note",
        "title": "Post a note",
        "summary": "The customer asks for the time sheets.",
        "amount": None,
        "currency": None,
        "certainty": "Sure",
        "target": {"model": target._name, "res_id": target.id, "name": target.display_name},
        "shown": [{"what": "Note", "now": "", "after": "Time sheets were sent."}],
        "because": "",
        "effect": "Posts a note on the record.",
        "risk": "advisory",
        "rule": "",
        "rule_says": "",
        "approvals_required": 1,
        "approvals_given": [],
        "waiting_for": "",
        "state": "open",
        "evidence": [],
        "warnings": [],
        "content_hash": f"hash-{number}",
        "editable": [],
        "may": {"confirm": True, "edit": True, "reject": True, "why_not": ""},
        "reject_reasons": [
            {"code": "wrong_amount", "label": "Wrong amount or arithmetic"},
            {"code": "other", "label": "Something else"},
        ],
    }
    return {**given, **more}


def _base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
