{
    "name": "Stand-ins for Enterprise models",
    "summary": "helpdesk.ticket, approval.request and documents.document with their documented fields, for tests only",
    "version": "19.0.1.0.0",
    "author": "Countersign",
    "license": "LGPL-3",
    "category": "Hidden",
    "depends": ["project", "mail"],
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
