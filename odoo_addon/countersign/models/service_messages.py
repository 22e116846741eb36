from odoo import api, models
from odoo.exceptions import AccessError

from .operation import INSIDE, SERVICE_GROUP


def refuse_service(env):
    """Any employee may write and mend messages in Odoo; the user of Countersign only inside its operations.

    Its notes say who decided what. So a stolen key writes to nobody, and changes no word of the history. It holds for
    code that runs with more rights too: Odoo's own way to send mails does.
    """
    if env.context.get("countersign_operation") is not INSIDE and env.user.has_group(SERVICE_GROUP):
        raise AccessError(env._("The user of Countersign writes no messages but through its operations."))


class Message(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        refuse_service(self.env)
        return super().create(vals_list)

    def write(self, vals):
        refuse_service(self.env)
        return super().write(vals)

    def unlink(self):
        refuse_service(self.env)
        return super().unlink()


class Mail(models.Model):
    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        refuse_service(self.env)
        return super().create(vals_list)
