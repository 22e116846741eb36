"""The mail that brings somebody their link to sign in, in their language."""

from __future__ import annotations

from app.review.languages import SOURCE, _, speaking
from app.review.notice_mail import Words
from app.users.access import Caller
from app.users.personal import LANGUAGES


def link_mail(person: Caller, link: str, *, public_url: str, language: str) -> Words:
    """Subject and text; the link is good for fifteen minutes. `language` is that of who has chosen none."""
    with speaking(person.personal.language or (language if language in LANGUAGES else SOURCE)):
        lines = [
            _("Somebody, probably you, asked for a link to sign in to Countersign at %(address)s:", address=public_url),
            "", f"  {link}", "",
            _("It works once, for fifteen minutes. Opening it does nothing yet: a button on the page signs you in."),
            "", _("If it was not you, do nothing: nobody gets in without this mail."),
            "", "-- ",
            _("A link opens the page; nothing is decided by opening it. Answers to this mail are read by nobody."),
        ]  # fmt: skip
        return Words(_("Your link to sign in"), "\n".join(lines))
