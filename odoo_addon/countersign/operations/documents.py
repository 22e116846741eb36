"""Where the files of an operation are held: on the record, and in the documents module where Odoo has one.

Enterprise `documents.document` or OCA `dms.file`. Both file a record's attachments by themselves when an administrator
has set that up; then nothing is added here. Otherwise a folder can be named in the system parameter
`countersign.documents_folder_id` (a documents.document folder, or a dms.directory).
"""

from itertools import count

from .settings import chosen

_FOLDER = "countersign.documents_folder_id"


def keep_evidence(message):
    """The attachments of a posted note, and the documents that hold them, as parts of the operation's result."""
    attachments = message.sudo().attachment_ids
    held = _documents(attachments)
    return {
        "attachment_ids": sorted(attachments.ids),
        "documents": [{"model": d._name, "id": d.id, "name": d.name} for d in held],
    }


def _documents(attachments):
    env = attachments.env
    if "documents.document" in env:
        documents = env["documents.document"]
        found = documents.search([("attachment_id", "in", attachments.ids)])
        folder = chosen(env, _FOLDER, "documents.document")
        missing = attachments - found.attachment_id if folder else env["ir.attachment"]
        return found | documents.create(
            [{"name": a.name, "attachment_id": a.id, "folder_id": folder.id} for a in missing]
        )
    if "dms.file" in env:
        documents = env["dms.file"]
        found = documents.search([("attachment_id", "in", attachments.ids)])
        folder = chosen(env, _FOLDER, "dms.directory")
        missing = attachments - found.attachment_id if folder else env["ir.attachment"]
        for attachment in missing:
            found |= documents.create(
                {
                    "name": _numbered(attachment.name, set(folder.file_ids.mapped("name"))),
                    "directory_id": folder.id,
                    "content": attachment.datas,
                }
            )
        return found
    return env["ir.attachment"]


def free_name(record, name):
    """The name, or "name (2)" and so on where dms would refuse a second file of that name on the record."""
    env = record.env
    if "dms.file" not in env:
        return name
    attached = env["ir.attachment"].sudo().search([("res_model", "=", record._name), ("res_id", "=", record.id)])
    return _numbered(name, set(attached.mapped("name")))


def _numbered(name, taken):
    stem, dot, ending = name.rpartition(".")
    stem, dot, ending = (stem, dot, ending) if stem else (ending, "", "")
    names = (name if n == 1 else f"{stem} ({n}){dot}{ending}" for n in count(1))
    return next(n for n in names if n not in taken)
