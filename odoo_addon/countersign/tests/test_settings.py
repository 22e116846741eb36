from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged

from .linked import LinkedCase
from .receiver import SECRET, claims_of

OTHER = "another secret that is long enough to be taken"


@tagged("post_install", "-at_install")
class TestSettings(LinkedCase):
    """What an administrator enters, what the browser never gets, and what the test of the connection says."""

    def settings(self, **values):
        settings = self.env["res.config.settings"].create(values)
        settings.execute()
        return settings

    def test_the_secret_goes_in_and_never_comes_out(self):
        settings = self.settings(countersign_secret=OTHER)
        self.assertEqual(self.parameters.get_param("countersign.secret"), OTHER)
        settings.invalidate_recordset()
        told = repr(settings.read()) + repr(self.env["res.config.settings"].default_get(list(settings._fields)))
        onchange = settings.onchange({}, [], {"countersign_secret": {}, "countersign_has_secret": {}})
        self.assertNotIn(OTHER, told + repr(onchange))
        self.assertTrue(onchange["value"]["countersign_has_secret"])
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(s)::text FROM res_config_settings s")
        self.assertNotIn(OTHER, repr(self.env.cr.fetchall()))

    def test_leaving_the_secret_empty_keeps_it(self):
        self.settings(countersign_url="https://countersign.example/")
        self.assertEqual(self.parameters.get_param("countersign.secret"), SECRET)
        self.assertEqual(self.parameters.get_param("countersign.service_url"), "https://countersign.example/")

    def test_a_secret_can_be_removed(self):
        self.env["res.config.settings"].create({}).action_countersign_forget_secret()
        self.assertFalse(self.parameters.get_param("countersign.secret"))

    def test_nonsense_is_refused(self):
        for values in (
            {"countersign_secret": "short"},
            {"countersign_url": "countersign.example"},
            {"countersign_url": "https://me:word@countersign.example"},
            {"countersign_ageing_days": -1},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.cr.savepoint():
                self.settings(**values)

    def test_switches_are_on_until_they_are_switched_off(self):
        self.assertTrue(self.env["res.config.settings"].create({}).countersign_event_invoice)
        self.settings(countersign_event_invoice=False, countersign_event_attachment=False)
        self.assertEqual(self.parameters.get_param("countersign.events_off"), "invoice,attachment")
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.countersign_event_invoice)
        self.assertTrue(settings.countersign_event_order)
        self.settings(countersign_event_invoice=True, countersign_event_attachment=True)
        self.assertFalse(self.parameters.get_param("countersign.events_off"))

    def test_others_do_not_touch_it(self):
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(self.clerk).create({"countersign_secret": OTHER})
        settings = self.env["res.config.settings"].create({})
        for method in ("action_countersign_test", "action_countersign_forget_secret"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(settings.with_user(self.clerk).sudo(), method)()

    def notified(self, *answers):
        self.receiver.answers = list(answers)
        return self.env["res.config.settings"].create({}).action_countersign_test()["params"]

    def test_the_connection_says_who_we_are(self):
        person = {"name": "Clara Engel", "can_decide": True, "why_not": ""}
        good = {"service": "countersign", "version": "0.3", "database_known": True, "person": person}
        good["odoo"] = {"reachable": True, "says": ""}
        told = self.notified((200, good))
        self.assertEqual(told["type"], "success")
        self.assertIn("Countersign 0.3 answers.", told["message"])
        self.assertIn("You are Clara Engel there and may decide.", told["message"])
        claims = claims_of(SECRET, self.receiver.heard[0][1]["authorization"])
        self.assertEqual(claims["uid"], self.env.uid)

    def test_the_connection_says_what_is_missing(self):
        person = {"name": "", "can_decide": False, "why_not": "Nobody linked you to a person."}
        poor = {"service": "countersign", "version": "0.3", "database_known": False, "person": person}
        poor["odoo"] = {"reachable": False, "says": "The key was refused."}
        told = self.notified((200, poor))
        self.assertEqual(told["type"], "warning")
        for words in (
            "does not know this database",
            "Nobody linked you",
            "cannot reach this Odoo: The key was refused.",
        ):
            self.assertIn(words, told["message"])

    def test_the_connection_says_what_failed(self):
        refused = self.notified((401, {"title": "Who are you?", "detail": "The signature is not ours."}))
        self.assertEqual((refused["type"], refused["message"]), ("danger", "The signature is not ours."))
        self.assertIn("not Countersign", self.notified((200, {"service": "other"}))["message"])
        self.link("http://127.0.0.1:9")
        self.assertIn("cannot be reached", self.notified()["message"])
        self.link(False)
        self.assertIn("address of Countersign is not set", self.notified()["message"])


@tagged("post_install", "-at_install")
class TestSettingsInTheBrowser(HttpCase):
    """What goes over the wire when an administrator opens and saves the page."""

    def call(self, method, args, **kwargs):
        params = {"model": "res.config.settings", "method": method, "args": args, "kwargs": kwargs}
        return self.make_jsonrpc_request(f"/web/dataset/call_kw/res.config.settings/{method}", params)

    def test_no_answer_holds_the_secret(self):
        self.authenticate("admin", "admin")
        spec = {"countersign_secret": {}, "countersign_has_secret": {}, "countersign_url": {}}
        saved = self.call("web_save", [[], {"countersign_secret": OTHER}], specification=spec)
        self.assertEqual(self.env["ir.config_parameter"].sudo().get_param("countersign.secret"), OTHER)
        self.assertEqual((saved[0]["countersign_secret"], saved[0]["countersign_has_secret"]), (False, True))
        opened = self.call("onchange", [[], {}, [], spec])
        listed = self.call("search_read", [[], list(spec)])
        self.assertNotIn(OTHER, repr((saved, opened, listed)))
