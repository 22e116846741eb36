import json
import socket
import time
from unittest.mock import patch

from odoo.tests import tagged

from ..models import client
from .linked import LinkedCase
from .receiver import SECRET, claims_of


@tagged("post_install", "-at_install")
class TestClient(LinkedCase):
    """Calls to the service: who is acting is signed, and every failure is an answer in words."""

    def call(self, user=None, **more):
        return self.env["countersign.client"].with_user(user or self.clerk)._call("/v1/odoo/ping", {"a": "1"}, **more)

    def test_a_call_signs_who_is_acting_on_which_record(self):
        self.receiver.answers = [(200, {"service": "countersign"})]
        answer = self.call(model="account.move", res_id=self.invoice.id)
        self.assertEqual((answer.outcome, answer.body, answer.says), ("answered", {"service": "countersign"}, ""))
        [(path, headers, body)] = self.receiver.heard
        self.assertEqual((path, json.loads(body)), ("/v1/odoo/ping", {"a": "1"}))
        claims = claims_of(SECRET, headers["authorization"])
        self.assertEqual(claims["iss"], self.parameters.get_param("database.uuid"))
        self.assertEqual(claims["aud"], "countersign.panel")
        self.assertEqual((claims["uid"], claims["login"], claims["name"]), (self.clerk.id, "a.clerk", "Ada Clerk"))
        self.assertEqual((claims["model"], claims["res_id"]), ("account.move", self.invoice.id))
        self.assertEqual(claims["companies"], self.company.ids)
        self.assertLessEqual(claims["exp"] - claims["iat"], 60)
        self.assertLess(abs(claims["iat"] - time.time()), 30)

    def test_no_two_tokens_are_alike(self):
        self.call()
        self.call()
        first, second = (claims_of(SECRET, headers["authorization"]) for _p, headers, _b in self.receiver.heard)
        self.assertNotEqual(first["jti"], second["jti"])

    def test_sudo_claims_no_company_that_the_user_lacks(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        calls = self.env["countersign.client"].with_user(self.clerk).sudo()
        calls.with_context(allowed_company_ids=[self.company.id, other.id])._call("/v1/odoo/ping", {})
        self.assertEqual(claims_of(SECRET, self.receiver.heard[0][1]["authorization"])["companies"], self.company.ids)

    def test_the_secret_is_in_nothing_that_leaves(self):
        with self.assertLogs("odoo", level="DEBUG") as logs:
            self.call()
            self.link("http://127.0.0.1:9")
            answer = self.call()
        sent = repr(self.receiver.heard) + repr(answer) + "\n".join(logs.output)
        self.assertNotIn(SECRET, sent)

    def test_a_refusal_carries_the_services_sentence(self):
        self.receiver.answers = [(403, {"title": "Not allowed", "status": 403, "detail": "You may look, not decide."})]
        answer = self.call()
        self.assertEqual((answer.outcome, answer.says, answer.status), ("refused", "You may look, not decide.", 403))

    def test_other_failures_are_told_apart(self):
        for given, words in (
            ((500, b"<h1>oops</h1>"), "trouble of its own"),
            ((503, {"title": "Not answering", "detail": "The database does not answer."}), "database does not answer"),
            ((404, b"<html>"), "is not Countersign"),
            ((200, b"<html>"), "is not Countersign"),
            ((200, b"[1]"), "is not Countersign"),
            ((302, b""), "is not Countersign"),
        ):
            with self.subTest(given=given):
                self.receiver.answers = [given]
                answer = self.call()
                self.assertEqual(answer.outcome, "unreachable")
                self.assertIn(words, answer.says)
        self.assertNotIn(
            "/elsewhere", [path for path, _h, _b in self.receiver.heard], "a redirect takes no token along"
        )

    def test_nobody_there(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.link(f"http://127.0.0.1:{taken.getsockname()[1]}")
            answer = self.call()
        self.assertEqual((answer.outcome, answer.status), ("unreachable", 0))
        self.assertIn("cannot be reached", answer.says)

    def test_an_endless_answer_is_left(self):
        self.receiver.answers = [(200, b" " * 2000)]
        with patch.object(client, "LONGEST_ANSWER", 1000):
            answer = self.call()
        self.assertEqual(answer.outcome, "unreachable")

    def test_what_is_missing_is_said(self):
        for url, secret, words in (
            (False, SECRET, "address of Countersign is not set"),
            ("ftp://countersign.example", SECRET, "not a web address"),
            ("javascript:alert(1)", SECRET, "not a web address"),
            ("https://user:word@countersign.example", SECRET, "not a web address"),
            ("https://countersign.example:port", SECRET, "not a web address"),
            ("https://countersign.example?x=1", SECRET, "not a web address"),
            (self.receiver.url, False, "secret of Countersign is not set"),
            (self.receiver.url, "short", "too short"),
        ):
            with self.subTest(url=url, secret=secret):
                self.link(url, secret)
                answer = self.call()
                self.assertEqual(answer.outcome, "unconfigured")
                self.assertIn(words, answer.says)
        self.assertFalse(self.receiver.heard)
