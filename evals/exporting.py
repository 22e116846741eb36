"""Decided cases as a labelled dataset in the corpus format, with customers' data replaced by invented data.

A message is written anew from what was read of it: text, the headers that the engine looks at, and its attachments as
text. Nothing of the original bytes is copied, so no picture, property or hidden text of a file can carry data out.
Before anything is written, each file is searched for every name and number known; one that still holds any is left out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Any

from app.documents.reading import Address, Mail, Reading
from app.errors import Conflict
from app.firm import Firm
from app.llm.masking import people, quoted_names
from evals.decided import Decided, Known
from evals.metrics import normalised
from evals.pseudonyms import Pseudonyms, is_telling, names_in

ABOUT = "export.json"
_KEPT_HEADERS = ("auto-submitted", "precedence", "x-auto-response-suppress", "importance")
_PLAIN_VALUE = re.compile(r"[a-z0-9 ;=-]{1,40}", re.IGNORECASE)
_POLICY = policy.default.clone(linesep="\n", max_line_length=78, cte_type="7bit")


@dataclass(slots=True)
class Exported:
    """What an export came to. `left_out` says why for each case that was not written, by a pseudonymous id."""

    cases: int = 0
    with_reason: int = 0
    with_fields: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "cases": self.cases, "with_reason": self.with_reason, "with_fields": self.with_fields,
            "left_out": self.left_out, "replaced": self.replaced,
        }  # fmt: skip


def export(
    cases: Iterable[Decided], known: Known, folder: Path, *, secret: str, seed: str = "0", firm: Firm | None = None
) -> Exported:
    """Write labels.jsonl and a masked file for each case. The same cases, secret and seed give the same bytes.

    Raises:
        Conflict: The folder holds something that no export wrote.
    """
    _require_ours(folder)
    cases = list(cases)
    key = hmac.new(secret.encode(), f"export\0{seed}".encode(), hashlib.sha256).digest()
    invented = Pseudonyms(key, firm)
    _learn(invented, cases, known)
    result = Exported()
    files: dict[str, bytes] = {}
    lines: list[dict[str, Any]] = []
    for case in cases:
        name = f"c{invented.identifier(str(case.case_id))}"
        try:
            file, content, text = _masked_file(name, case.reading, invented)
        except ValueError as error:
            result.left_out[name] = str(error)
            continue
        line = _masked_label(case, text, invented)
        if left := invented.leaks(text + json.dumps(line, ensure_ascii=False)):
            result.left_out[name] = f"{len(left)} names or numbers would have stayed in it"
            continue
        files[file] = content
        lines.append({"id": name, "file": file, **line})
        result.with_reason += "reason" in line
        result.with_fields += bool(line["fields"])
    result.cases = len(lines)
    result.replaced = {sort: count for sort, count in sorted(invented.replaced.items()) if sort}
    lines.sort(key=lambda line: str(line["id"]))
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=False) + "\n" for line in lines)
    _replace_all(folder, {**files, "labels.jsonl": text.encode(), ABOUT: _about(result, seed)})
    return result


def _require_ours(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / ABOUT).exists():
        raise Conflict(f"{folder} holds other files. Name an empty folder, or one that an earlier export wrote.")


def _about(result: Exported, seed: str) -> bytes:
    return (json.dumps({"seed": seed, **result.as_dict()}, indent=2, ensure_ascii=False) + "\n").encode()


def _replace_all(folder: Path, files: dict[str, bytes]) -> None:
    """Make the folder hold exactly these files."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_file() and old.name not in files:
            old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _learn(invented: Pseudonyms, cases: Iterable[Decided], known: Known) -> None:
    """Every name and number of all cases, so that what one message names is masked in every other."""
    invented.names |= {name for name in known.people if is_telling(name)}
    invented.companies |= {name for name in known.companies if is_telling(name)}
    for case in cases:
        invented.references |= case.numbers
        invented.companies |= {name for name in case.companies if is_telling(name)}
        for part in case.reading.walk():
            said = [*names_in(part.text), *people(quoted_names(part.text))]
            if part.mail is not None:
                shown = [a for a in (part.mail.sender, part.mail.reply_to, *part.mail.to, *part.mail.cc) if a]
                said += people([a.name for a in shown])
            invented.names |= {name for name in said if is_telling(name)}


def _masked_file(name: str, reading: Reading, invented: Pseudonyms) -> tuple[str, bytes, str]:
    """File name, bytes, and all text in them before any transfer encoding."""
    if reading.mail is None:
        text = invented.masked(reading.text)
        if not text.strip():
            raise ValueError("nothing could be read of it")
        return f"{name}.txt", text.encode(), text
    texts: list[str] = []
    message = _mail(reading, reading.mail, invented, texts, boundary=name)
    return f"{name}.eml", message.as_bytes(), "\n".join(texts)


def _mail(reading: Reading, mail: Mail, invented: Pseudonyms, texts: list[str], *, boundary: str) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)

    def put(header: str, value: str) -> None:
        if value:
            message[header] = value
            texts.append(value)

    def told(addresses: Iterable[Address]) -> str:
        return ", ".join(_address(one, invented) for one in addresses)

    put("From", told([mail.sender]))
    put("Reply-To", told([mail.reply_to] if mail.reply_to else []))
    put("To", told(mail.to))
    put("Cc", told(mail.cc))
    subject = reading.text.partition("\n")[0] if reading.text.startswith(mail.subject) else mail.subject
    put("Subject", " ".join(invented.masked(subject).split()))
    if mail.sent_at is not None:
        message["Date"] = format_datetime(mail.sent_at)
    for header, ids in (("Message-ID", [mail.message_id]), ("In-Reply-To", [mail.in_reply_to]),
                        ("References", list(mail.references))):  # fmt: skip
        put(header, " ".join(f"<{invented.identifier(one)}@mail.example>" for one in ids if one))
    for header in _KEPT_HEADERS:
        value = mail.header(header)
        if _PLAIN_VALUE.fullmatch(value):
            put(header.title(), value)
    if mail.header("list-unsubscribe"):
        put("List-Unsubscribe", "<https://list.example/>")
    if mail.header("return-path").strip() == "<>":
        put("Return-Path", "<>")
    body = invented.masked(reading.text.partition("\n\n")[2])
    texts.append(body)
    message.set_content(body, cte="quoted-printable")
    for number, part in enumerate(reading.attachments):
        _attach(message, part, invented, texts, boundary=f"{boundary}-{number}")
    if message.is_multipart():
        message.set_boundary(f"=_{boundary}")
    return message


def _attach(message: EmailMessage, part: Reading, invented: Pseudonyms, texts: list[str], *, boundary: str) -> None:
    if part.mail is not None:
        inner = _mail(part, part.mail, invented, texts, boundary=boundary)
        message.add_attachment(inner)
        return
    stem, _, ending = part.name.rpartition(".")
    shown = invented.masked(re.sub(r"[_]+", " ", stem or ending)).strip() or "attachment"
    name = re.sub(r"[^\w .-]+", "-", f"{shown}.{ending}.txt" if stem else f"{shown}.txt")
    text = invented.masked(part.text)
    texts += [name, text]
    message.add_attachment(text, filename=name, cte="quoted-printable")
    for child in part.attachments:
        _attach(message, child, invented, texts, boundary=f"{boundary}-{child.path}")


def _address(address: Address, invented: Pseudonyms) -> str:
    name = invented.masked(address.name) if address.name else ""
    return formataddr((name.replace("\n", " "), invented.email(address.email))) if address.email else name


def _masked_label(case: Decided, text: str, invented: Pseudonyms) -> dict[str, Any]:
    """The label with its values replaced as in the message; one that the masked message does not hold is left out."""
    line = dict(case.label)
    fields: dict[str, Any] = {}
    known = list(line["known"])
    for name, value in line["fields"].items():
        values = value if isinstance(value, list) else [value]
        if name in ("po_number", "invoice_refs"):
            values = [invented.reference(str(one)) for one in values]
            squeezed = str(normalised("po_number", text))
            if not all(str(normalised("po_number", one)) in squeezed for one in values):
                known.remove(f"fields.{name}")
                continue
        fields[name] = values if isinstance(value, list) else values[0]
    line |= {"fields": fields, "known": known}
    return line
