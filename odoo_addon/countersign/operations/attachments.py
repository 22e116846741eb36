"""Files that come with an operation: checked byte for byte before anything is written."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from ..exceptions import OperationRefused

_MOST_FILES = 20
_LARGEST = 25 * 1024 * 1024


@dataclass(frozen=True)
class File:
    name: str
    sha256: str
    content: bytes = field(repr=False)


def files(env, attachments):
    """The files as bytes; refused when a name is odd, one is too large, or its SHA-256 does not fit."""
    if not isinstance(attachments, list | tuple) or len(attachments) > _MOST_FILES:
        raise OperationRefused(env._("At most %s files can be attached at once.", _MOST_FILES), "files")
    found = []
    for entry in attachments:
        if not isinstance(entry, dict) or set(entry) != {"name", "sha256", "content"}:
            raise OperationRefused(env._("A file must have name, sha256 and content."), "files")
        name, content = entry["name"], entry["content"]
        if not isinstance(name, str) or not 0 < len(name) <= 200 or "/" in name or "\\" in name:
            raise OperationRefused(env._("A file's name must be 1 to 200 characters without a path."), "files")
        try:
            content = base64.b64decode(content, validate=True)
        except (TypeError, ValueError, binascii.Error):
            raise OperationRefused(env._("%s is not base64.", name), "files") from None
        if len(content) > _LARGEST:
            raise OperationRefused(env._("%s is larger than 25 MB.", name), "files")
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise OperationRefused(env._("%s was damaged on the way.", name), "files")
        found.append(File(name, entry["sha256"], content))
    return tuple(found)
