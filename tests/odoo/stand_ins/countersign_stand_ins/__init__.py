from . import approvals, documents, helpdesk
