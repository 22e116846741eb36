"""What Enterprise's documents has of files and folders (both are documents), as far as we meet it."""

from odoo import fields, models


class Document(models.Model):
    _name = "documents.document"
    _description = "Document (stand-in)"

    name = fields.Char()
    type = fields.Selection([("binary", "File"), ("url", "URL"), ("folder", "Folder")], default="binary", required=True)
    attachment_id = fields.Many2one("ir.attachment", ondelete="cascade")
    folder_id = fields.Many2one("documents.document", domain="[('type', '=', 'folder')]")
    company_id = fields.Many2one("res.company")
    owner_id = fields.Many2one("res.users", default=lambda self: self.env.user)
