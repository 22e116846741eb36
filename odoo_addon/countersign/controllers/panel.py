"""The two addresses the panel in the web client asks: what is open on a record, and a person's decision on it."""

from odoo import http
from odoo.http import request


class PanelController(http.Controller):
    @http.route("/countersign/panel", type="jsonrpc", auth="user", readonly=True)
    def look(self, model, res_id, company_ids=None, fresh=False):
        """See `countersign.panel._look`. `company_ids` are the companies that are switched on in the web client."""
        return self._panel(company_ids)._look(model, res_id, fresh=bool(fresh))

    @http.route("/countersign/decide", type="jsonrpc", auth="user")
    def decide(self, model, res_id, decision, company_ids=None):
        """See `countersign.panel._decide`."""
        return self._panel(company_ids)._decide(model, res_id, decision)

    def _panel(self, company_ids):
        if company_ids:
            # Odoo refuses companies that are not the user's own as soon as somebody asks for them.
            request.update_context(allowed_company_ids=[int(i) for i in company_ids])
        return request.env["countersign.panel"]
