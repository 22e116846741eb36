import base64

from odoo import api, models
from odoo.exceptions import UserError

from . import operation  # noqa: F401 - the model that this one adds to must be known first

REPORTS = {
    "account.move": "account.account_invoices",
    "sale.order": "sale.action_report_saleorder",
    "account.analytic.line": "hr_timesheet.timesheet_report",
}
"""What is printed of each model."""
MOST_RECORDS = 500


class CountersignPapers(models.Model):
    """Papers that go with a reply to a customer: what Odoo has sent them of a record, or prints of it."""

    _inherit = "countersign.operation"  # pylint: disable=consider-merging-classes-inherited  # its own matter

    @api.model
    def paper(self, model, ids):
        """Records as one PDF. Nothing is stored or changed; the caller must be allowed to read every record.

        An invoice that was sent is given as it was sent; a draft is never printed.

        :param model: ``account.move``, ``sale.order`` or ``account.analytic.line``
        :param ids: ids of records
        :return: ``{"content": base64 or False, "why": reason or ""}``; False where Odoo cannot print it
        """
        self._require_caller()
        if model not in REPORTS or not ids or len(ids) > MOST_RECORDS:
            return {"content": False, "why": self.env._("There is no such paper.")}
        records = self.env[model].browse(ids).exists()
        if len(records) != len(set(ids)):
            return {"content": False, "why": self.env._("A record of this paper does not exist any more.")}
        records.check_access("read")
        if model == "account.move":
            if len(records) != 1 or records.state != "posted" or not records.is_sale_document():
                return {"content": False, "why": self.env._("Only posted customer invoices are printed.")}
            # sudo: the caller may read the invoice; its file hangs on it under a field of its own
            sent = records.sudo().invoice_pdf_report_id
            if sent and sent.raw:
                return {"content": base64.b64encode(sent.raw).decode(), "why": ""}
        return self._printed(REPORTS[model], records)

    @api.model
    def _printed(self, report, records):
        # sudo: a report reads the company's layout and translations, which the caller may not; the records were checked
        printer = self.env["ir.actions.report"].sudo().with_context(report_pdf_no_attachment=True)
        try:
            content, kind = printer._render_qweb_pdf(report, res_ids=records.ids)
        except UserError as error:  # no wkhtmltopdf on the server, or a layout that cannot be printed
            return {"content": False, "why": str(error)}
        if kind != "pdf":
            return {"content": False, "why": self.env._("Odoo does not print just now.")}
        return {"content": base64.b64encode(content).decode(), "why": ""}
