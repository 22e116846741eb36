"""What the checks of a sender come to: signs, each under a code, and what they mean together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FAILED = (
    "several_senders", "server_says_no", "broken_signature", "unsigned_this_time", "looks_like_us",
    "looks_like_customer", "mixed_letters", "name_shows_another", "name_of_ours", "answers_to_lookalike",
    "answers_to_free_mail",
)  # fmt: skip
"""Signs of a check that failed, the gravest first: nothing is closed without a person, money asks for a controller."""
CONFIRMED = ("signed", "confirmed_by_server")
NOTES = (
    "not_checked", "never_checked", "changed_on_way", "key_gone", "partly_signed", "signed_by_another", "not_signed",
    "own_unconfirmed", "no_sender", "answers_elsewhere", "first_contact",
)  # fmt: skip
"""Signs that are said and prove nothing either way: most small firms do not sign, lists and forwarding break seals."""
CODES = (*FAILED, *CONFIRMED, *NOTES)


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was found; `facts` are outside text, for the words (domain, address, server, how, count)."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """failed, confirmed or note."""
        return "failed" if self.code in FAILED else "confirmed" if self.code in CONFIRMED else "note"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked of a mail's sender. `house` is the sender's registered domain (see `domains.house`)."""

    house: str
    signs: tuple[Sign, ...]
    is_signed: bool = False

    @property
    def failed(self) -> tuple[str, ...]:
        """Codes of the checks that failed; empty when none did."""
        return tuple(dict.fromkeys(s.code for s in self.signs if s.level == "failed"))

    @property
    def is_confirmed(self) -> bool:
        """Whether the sender's own house answers for the mail, and nothing speaks against it."""
        return not self.failed and any(s.level == "confirmed" for s in self.signs)

    @property
    def waits(self) -> bool:
        """Whether the name service has still to be asked."""
        return any(s.code == "not_checked" for s in self.signs)

    @property
    def verdict(self) -> str:
        """One of `models.VERDICTS`."""
        if self.failed:
            return "failed"
        if self.is_confirmed:
            return "confirmed"
        return "not_checked" if self.waits else "unconfirmed"
