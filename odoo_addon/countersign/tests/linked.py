from .common import OperationCase
from .receiver import SECRET, Receiver


class LinkedCase(OperationCase):
    """An Odoo whose settings name a receiver in this process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in ("hr.group_hr_manager", "hr_expense.group_hr_expense_manager", "countersign.group_time_approver"):
            cls.env.user.sudo().group_ids += cls.env.ref(group)
        cls.parameters = cls.env["ir.config_parameter"].sudo()
        cls.outbox = cls.env["countersign.outbox"].sudo()

    def setUp(self):
        super().setUp()
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        self.link(self.receiver.url)

    def link(self, url, secret=SECRET):
        self.parameters.set_param("countersign.service_url", url)
        self.parameters.set_param("countersign.secret", secret)

    def rows(self, event=None):
        return self.outbox.search([("event", "=", event)] if event else [], order="id")

    def forget_rows(self):
        self.outbox.search([]).unlink()

    def wakings(self):
        """When the outbox is to be posted, as asked for so far."""
        job = self.env.ref("countersign.cron_outbox")
        return self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", job.id)])

    def run_job(self, name):
        """Run a scheduled action as Odoo runs it, with its commits."""
        with self.enter_registry_test_mode():
            self.env.ref(f"countersign.{name}").method_direct_trigger()
        self.env.invalidate_all()
