"""The closed list of changes. Each module registers its kinds; nothing else can be asked for."""

from . import (
    activities,
    approvals,
    contacts,
    credit_notes,
    disputes,
    invoices,
    orders,
    records_only,
    references,
    taking_back,
    tickets,
)
from .attachments import files
from .documents import keep_evidence
from .guards import differences, guarded_lines
from .kind import KINDS, Call
from .notes import note
