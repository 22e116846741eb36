"""ZIP and GZIP: members become parts, within limits that a bomb cannot pass."""

from __future__ import annotations

import io
import zipfile
import zlib

from app.documents.characters import clean
from app.documents.part import Part
from app.documents.reading import Problem, Reading

_LARGE = 1_000_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, KeyError, RuntimeError)
_NOISE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_BOMB = "The archive unpacks to far more than it should: do not open it, ask the sender for the document itself."


def bomb(part: Part, media_type: str) -> Reading | None:
    """For a ZIP (or an Office file, which is one): a refusal if it would unpack beyond the limits."""
    limits = part.limits
    try:
        with zipfile.ZipFile(io.BytesIO(part.content)) as archive:
            infos = archive.infolist()
    except _DAMAGED:
        return None  # its reader will say that it is damaged
    total = sum(info.file_size for info in infos)
    thickest = max((i.file_size / max(1, i.compress_size) for i in infos if i.file_size > _LARGE), default=0.0)
    left = limits.unpacked_bytes - part.spending.unpacked_bytes
    if total > left or thickest > limits.unpack_ratio or len(infos) > 20 * limits.parts:
        return part.unread(media_type, "archive_bomb", _BOMB)
    return None


def read_zip(part: Part, media_type: str) -> Reading:
    """The members of a ZIP as parts, in its order."""
    refused = bomb(part, media_type)
    if refused is not None:
        return refused
    try:
        archive = zipfile.ZipFile(io.BytesIO(part.content))
    except _DAMAGED:
        return part.unread(media_type, "corrupt", "The archive is damaged: ask the sender to send it again.")
    with archive:
        infos = [i for i in archive.infolist() if not i.is_dir() and not any(noise in i.filename for noise in _NOISE)]
        attachments = tuple(_member(part, archive, info, place) for place, info in enumerate(infos))
    return _reading(part, media_type, attachments)


def read_gzip(part: Part, media_type: str) -> Reading:
    """The one file in a GZIP as a part."""
    unpacker = zlib.decompressobj(wbits=31)
    most = min(part.limits.file_bytes, part.limits.unpack_ratio * len(part.content) + _LARGE)
    try:
        content = unpacker.decompress(part.content, most + 1)
    except zlib.error:
        return part.unread(media_type, "corrupt", "The archive is damaged: ask the sender to send it again.")
    if len(content) > most:
        return part.unread(media_type, "archive_bomb", _BOMB)
    name = part.name[:-3] if part.name.lower().endswith(".gz") else part.name
    return _reading(part, media_type, (part.child(content, name, 0),))


def _member(part: Part, archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: int) -> Reading:
    name = clean(info.filename).rsplit("/", 1)[-1]
    empty = part.inner(b"", name, place)
    if info.flag_bits & 1:
        why = "The archive is protected by a password: ask the sender for an open copy."
        return empty.unread("application/octet-stream", "encrypted", why)
    limit = min(part.limits.file_bytes, part.limits.unpacked_bytes - part.spending.unpacked_bytes)
    try:
        with archive.open(info) as member:
            content = member.read(max(0, limit) + 1)  # what the directory says about sizes may be a lie
    except _DAMAGED:
        why = "This file of the archive is damaged: ask the sender to send it again."
        return empty.unread("application/octet-stream", "corrupt", why)
    if len(content) > limit:
        return empty.unread("application/octet-stream", "archive_bomb", _BOMB)
    return part.child(content, name, place)


def _reading(part: Part, media_type: str, attachments: tuple[Reading, ...]) -> Reading:
    problems = () if attachments else (Problem("empty", "The archive is empty: ask the sender to send it again."),)
    return Reading(
        path=part.path,
        name=part.name,
        media_type=media_type,
        form="archive" if attachments else "unread",
        text="\n".join(one.name for one in attachments),
        attachments=attachments,
        problems=problems,
    )
