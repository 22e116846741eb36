"""Forms that a web request brings, byte for byte: a mail in a field is not text that may be decoded on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from app.errors import Malformed

MOST_FIELDS = 2_000


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file of a form; its name and media type as the sender wrote them."""

    name: str
    media_type: str
    content: bytes


@dataclass(slots=True)
class Form:
    """Fields (of one name, the last counts) and files by their field's name, in order."""

    fields: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, FormFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field as text; empty where there is none."""
        return self.fields.get(name, b"").decode("utf-8", "replace")


def read_form(content_type: str, body: bytes) -> Form:
    """The form in a request's body, as application/x-www-form-urlencoded or multipart/form-data.

    Raises:
        Malformed: It is no such form, or holds more fields than any provider sends.
    """
    kind = content_type.split(";")[0].strip().casefold()
    try:
        if kind == "application/x-www-form-urlencoded":
            return _urlencoded(body)
        if kind == "multipart/form-data":
            return _multipart(content_type, body)
    except ValueError as error:
        raise Malformed(f"The form cannot be read: {error}. Send it again as it was made.") from None
    raise Malformed(
        "The request holds no form. Send multipart/form-data or application/x-www-form-urlencoded, as Mailgun does."
    )


def _urlencoded(body: bytes) -> Form:
    form = Form()
    pairs = parse_qsl(
        body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS
    )  # fmt: skip
    for name, value in pairs:
        form.fields[name] = value.encode("latin-1")
    return form


def _multipart(content_type: str, body: bytes) -> Form:
    from python_multipart.multipart import Field, File, FormParser, parse_options_header

    form = Form()
    count = 0

    def counted() -> None:
        nonlocal count
        count += 1
        if count > MOST_FIELDS:
            raise ValueError(f"it has more than {MOST_FIELDS:,} fields")

    def on_field(one: Field) -> None:
        counted()
        form.fields[(one.field_name or b"").decode("utf-8", "replace")] = one.value or b""

    def on_file(one: File) -> None:
        counted()
        one.file_object.seek(0)
        name = (one.file_name or b"").decode("utf-8", "replace")
        found = FormFile(name, one.content_type or "", one.file_object.read())
        form.files[(one.field_name or b"").decode("utf-8", "replace")] = found

    _, options = parse_options_header(content_type)
    parser = FormParser(
        "multipart/form-data", on_field, on_file, boundary=options.get(b"boundary"),
        config={"MAX_MEMORY_FILE_SIZE": len(body) + 1},
    )  # fmt: skip
    parser.write(body)
    parser.finalize()
    return form
