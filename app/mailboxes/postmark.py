"""Mail that Postmark posts to an inbound webhook: JSON, with the raw message where "include raw email" is switched on.

By Postmark's documentation ("Inbound webhook"): any answer but 200 is tried again ten times, except 403, which ends it.
Postmark signs nothing; the address holds a name and a password (https://inbound:KEY@host/…), sent as basic
authentication.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.errors import Malformed
from app.mailboxes.pushed import Attached, Parsed, Pushed, put_together

Words = Annotated[str, BeforeValidator(lambda given: "" if given is None else given)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Header(_Given):
    Name: Words = ""
    Value: Words = ""


class _Address(_Given):
    Email: Words = ""
    Name: Words = ""


class _Attachment(_Given):
    Name: Words = ""
    Content: Words = ""
    ContentType: Words = ""
    ContentID: Words = ""


class InboundMessage(_Given):
    """The fields that are read of Postmark's document; others may stand beside them."""

    RawEmail: Words = Field("", description="The message as it was sent, if the server is set to include it.")
    From: Words = ""
    To: Words = ""
    Cc: Words = ""
    ReplyTo: Words = ""
    Subject: Words = ""
    Date: Words = ""
    OriginalRecipient: Words = ""
    Headers: list[_Header] = Field(default_factory=list, max_length=2000)
    TextBody: Words = ""
    HtmlBody: Words = ""
    Attachments: list[_Attachment] = Field(default_factory=list, max_length=2000)


def message_of(body: bytes) -> Pushed:
    """The mail in a request's body.

    Raises:
        Malformed: It is not Postmark's JSON, or an attachment cannot be read.
    """
    try:
        given: Any = json.loads(body)
        said = InboundMessage.model_validate(given)
    except (ValueError, RecursionError) as error:
        where = ".".join(str(p) for p in error.errors()[0]["loc"]) if isinstance(error, ValidationError) else "the body"
        raise Malformed(f"{where} is not as Postmark sends it. Check that the address ends with /postmark.") from None
    if said.RawEmail.strip():
        return Pushed(said.RawEmail.encode("utf-8", "replace"))
    if not (said.From or said.Headers or said.TextBody or said.HtmlBody):
        raise Malformed("The request holds no message: neither RawEmail nor From, Headers or a body.")
    own = [
        ("From", said.From), ("To", said.To), ("Cc", said.Cc), ("Reply-To", said.ReplyTo), ("Subject", said.Subject),
        ("Date", said.Date), ("X-Inbound-Envelope-To", said.OriginalRecipient),
    ]  # fmt: skip
    listed = [(header.Name, header.Value) for header in said.Headers]
    named = {name.casefold() for name, _ in listed}
    headers = [pair for pair in own if pair[1] and pair[0].casefold() not in named] + listed
    attached = [
        Attached(one.Name, one.ContentType, _decoded(one), one.ContentID.strip("<>")) for one in said.Attachments
    ]
    return Pushed(
        put_together(Parsed("postmark", headers, said.TextBody, said.HtmlBody, attached)), is_put_together=True
    )


def _decoded(one: _Attachment) -> bytes:
    try:
        return base64.b64decode(one.Content, validate=False)
    except (binascii.Error, ValueError):
        raise Malformed(f"The attachment {one.Name[:80]!r} is not base64. Have the message sent again.") from None
