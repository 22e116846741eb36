"""Where the files of an operation are held: on the record, and in the documents module where Odoo has one.

Enterprise `documents.document` or OCA `dms.file`. Both file a record's attachments by themselves when an administrator
has set that up; then nothing is added here. Otherwise a folder can be named in the system parameter
`countersign.documents_folder_id` (a documents.document folder, or a dms.directory).
"""

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
                {"name": _free_name(folder, attachment), "directory_id": folder.id, "content": attachment.datas}
            )
        return found
    return env["ir.attachment"]


def _free_name(directory, attachment):
    """A dms folder takes each name once."""
    taken = set(directory.file_ids.mapped("name"))
    if attachment.name not in taken:
        return attachment.name
    stem, dot, ending = attachment.name.rpartition(".")
    return f"{stem or ending} ({attachment.id}){dot if stem else ''}{ending if stem else ''}"
