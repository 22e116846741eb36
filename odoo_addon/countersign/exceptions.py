"""What `countersign.operation` refuses with: over JSON-2 the class is the error's `name`, `context` its facts."""

from odoo.exceptions import UserError


class Stale(UserError):
    """The record is not what the person saw; `context["differences"]` lists field, expected and actual."""

    http_status = 409

    def __init__(self, message, differences):
        super().__init__(message)
        self.context = {"differences": differences}


class KeyReused(UserError):
    """The key belongs to another change."""

    http_status = 409


class OperationRefused(UserError):
    """The closed list or a rule of the operation said no; `context["reason"]` is a stable word for it."""

    def __init__(self, message, reason):
        super().__init__(message)
        self.context = {"reason": reason}
