"""The closed list of changes. Each module registers its kinds; nothing else can be asked for."""

from . import activities, contacts, credit_notes, disputes, invoices, orders, records_only, references, tickets
from .attachments import files
from .guards import differences, guarded_lines
from .kind import KINDS, Call
from .notes import note
