"""Opening a mailbox, whatever it speaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from app.mailboxes.models import Mailbox
from app.mailboxes.port import MailboxFails, MailSource
from app.mailboxes.reached import Reached
from app.mailboxes.tokens import AccessTokens


def open_source(
    mailbox: Mailbox, credentials: Mapping[str, str], *, keep: Callable[[str], None] | None = None,
    one_by_one: bool = False,
) -> MailSource:  # fmt: skip
    """Connect and sign in. `keep` is given a new refresh token when the token server hands one out. `one_by_one`: no
    message is read together with others.

    Raises:
        MailboxFails: It cannot be opened; `facts["step"]` says at which step.
    """
    reached = Reached.model_validate(mailbox.settings)
    tokens = AccessTokens(reached.oauth, credentials, keep) if reached.oauth is not None else None
    if mailbox.kind == "imap":
        from app.mailboxes.imap import open_imap

        return open_imap(reached, credentials, tokens, one_by_one=one_by_one)
    if mailbox.kind == "maildir":
        from app.mailboxes.maildir import MaildirSource

        return MaildirSource(Path(reached.path))
    if mailbox.kind == "graph":
        from app.mailboxes.graph import open_graph

        return open_graph(reached, tokens)
    if mailbox.kind == "gmail":
        from app.mailboxes.gmail import open_gmail

        return open_gmail(reached, tokens)
    raise MailboxFails(f"The mailbox {mailbox.name} is of a kind that is not fetched: {mailbox.kind}.", step="name")
