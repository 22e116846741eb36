"""What a file is, told from its bytes. A name only breaks ties between kinds of plain text."""

from __future__ import annotations

import io
import re
import zipfile

PDF = "application/pdf"
MAIL = "message/rfc822"
MSG = "application/vnd.ms-outlook"
HTML = "text/html"
TEXT = "text/plain"
CSV = "text/csv"
XML = "application/xml"
EDIFACT = "application/edifact"
X12 = "application/edi-x12"
ZIP = "application/zip"
GZIP = "application/gzip"
RTF = "application/rtf"
TNEF = "application/ms-tnef"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
DOC = "application/msword"
ENCRYPTED_OFFICE = "application/x-ole-encrypted"
BINARY = "application/octet-stream"

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"{\\rtf", RTF),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"\x1f\x8b", GZIP),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("__substg1.0_", MSG),
    ("EncryptedPackage", ENCRYPTED_OFFICE),
    ("Workbook", XLS),
    ("WordDocument", DOC),
    ("Book", XLS),
)
_HEADER = re.compile(rb"[!-9;-~]{1,70}[ \t]*:")
_MAIL_HEADERS = frozenset(
    b"from to cc bcc subject date received return-path message-id mime-version content-type delivered-to reply-to "
    b"sender x-mailer dkim-signature content-transfer-encoding in-reply-to references x-original-to".split()
)
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|p|span|meta|style|center|h[1-6])[\s>/]", re.I)
_DELIMITERS = b";\t,|"


def media_type(content: bytes, name: str = "") -> str:
    """The media type of a file's content; `application/octet-stream` when nothing fits."""
    head = content[:4096]
    if b"%PDF-" in head[:1024]:
        return PDF
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:2] == b"BM" and len(content) > 54 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _in_zip(content)
    if head.startswith(_OLE):
        return _in_ole(content)
    return _textual(content, name)


def _in_zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {info.filename for info in archive.infolist()[:5000]}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                if declared in (ODS, ODT):
                    return declared
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, EOFError, NotImplementedError, KeyError):
        names = set()
    if any(n.startswith("word/") for n in names):
        return DOCX
    if "xl/workbook.bin" in names:
        return XLSB
    if any(n.startswith("xl/") for n in names):
        return XLSX
    if any(n.startswith("ppt/") for n in names):
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    return ZIP


def _in_ole(content: bytes) -> str:
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            return kind
    return "application/x-ole-storage"


def _textual(content: bytes, name: str) -> str:
    head = content[:8192]
    for bom in (b"\xff\xfe", b"\xfe\xff"):
        if head.startswith(bom):
            head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not head.strip():
        return TEXT
    if _is_mail(head.lstrip(), name):
        return MAIL  # before anything else: its parts may be binary
    if b"\x00" in head or _unprintable(head) > 0.1 * len(head):
        return BINARY
    start = head.lstrip()
    if start.startswith((b"UNA", b"UNB+", b"UNB:")) and b"'" in head:
        return EDIFACT
    if start.startswith(b"ISA") and len(start) > 105 and not start[3:4].isalnum():
        return X12
    if start.startswith(b"<"):
        if start.startswith(b"<?xml") and not re.search(rb"<(?:!doctype\s+)?html[\s>]", start[:1500], re.I):
            return XML
        if _HTML_START.search(start[:1500]):
            return HTML
        if re.match(rb"<[A-Za-z_!]", start):
            return XML
    if re.search(rb"<(?:html|body)[\s>]", head[:2000], re.I):
        return HTML
    return CSV if _is_csv(head, name, is_whole=len(content) <= 8192) else TEXT


def _unprintable(head: bytes) -> int:
    return sum(1 for byte in head if byte < 9 or 13 < byte < 27 or 27 < byte < 32)


def _is_mail(start: bytes, name: str) -> bool:
    known = 0
    lines = start.split(b"\n")[:60]
    if lines and lines[0].startswith(b"From "):
        lines = lines[1:]
    for i, line in enumerate(lines):
        if not line.strip():
            break
        if line[:1] in b" \t" and i:
            continue
        match = _HEADER.match(line)
        if match and match.group().rstrip(b": \t").lower() in _MAIL_HEADERS:
            known += 1
        elif not match and i == 0:
            return False
    return known >= 3 or (known >= 1 and name.lower().endswith((".eml", ".mht", ".mhtml")))


def _is_csv(head: bytes, name: str, *, is_whole: bool) -> bool:
    lines = [line for line in head.splitlines() if line.strip()]
    if not is_whole:
        lines = lines[:-1]
    if name.lower().endswith((".csv", ".tsv", ".tab")):
        return any(d in head for d in _DELIMITERS)
    if len(lines) < 3:
        return False
    return any(
        min(counts) >= 2 and len(set(counts)) == 1
        for d in _DELIMITERS
        for counts in [[line.count(bytes([d])) for line in lines[:30]]]
    )
