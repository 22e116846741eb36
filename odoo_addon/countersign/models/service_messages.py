from odoo import api, models
from odoo.exceptions import AccessError

from .operation import SERVICE_GROUP


class Message(models.Model):
    """Authors may mend their own messages in Odoo. The service's notes say who decided what: its key cannot.

    What the service has to say goes through an operation, which runs with more rights than its user has. So a stolen
    key writes to nobody, and changes no word of the history.
    """

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_service()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_service()
        return super().write(vals)

    def unlink(self):
        self._refuse_service()
        return super().unlink()

    def _refuse_service(self):
        if not self.env.su and self.env.user.has_group(SERVICE_GROUP):
            raise AccessError(self.env._("The user of Countersign writes no messages but through its operations."))
