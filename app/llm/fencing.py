"""Outside text goes to a model between marks that it cannot know and does not hold, so that it cannot end itself.

A fence lowers the odds of an injection and proves nothing: what holds is that the model has no tools, answers in a
closed schema, and is believed only as far as its sources bear it out.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_TURN_MARKS = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>|<｜[^｜<>\n]{1,40}｜>", re.IGNORECASE
)
"""Marks by which chat templates tell turns apart; some servers read them inside a message as well."""
_BRACKETS = str.maketrans("<>[]", "()()")
_KIND = re.compile(r"[a-z][a-z_]{0,30}")


@dataclass(frozen=True, slots=True)
class Fence:
    """One boundary for all outside texts of a request. The prompt names it (`opening`, `closing`) before they come."""

    boundary: str

    @classmethod
    def around(cls, texts: Sequence[str], *, salt: bytes | None = None) -> Fence:
        """A boundary that none of these texts holds.

        It is random. With a `salt` the same texts get the same one, so that an answer can be found again in a cache;
        whoever writes a text can no more guess it, as it changes with the text itself.
        """
        every = "\n".join(texts).casefold()
        digest = hashlib.sha256(salt or secrets.token_bytes(16))
        for text in texts:
            encoded = text.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
        boundary = digest.hexdigest()[:16]
        while boundary in every:
            digest.update(b"again")
            boundary = digest.hexdigest()[:16]
        return cls(boundary)

    @property
    def opening(self) -> str:
        """How every fenced text begins, up to what it is."""
        return f"<<<DATA {self.boundary}"

    @property
    def closing(self) -> str:
        return f"<<<END {self.boundary}>>>"

    def wrap(self, text: str, kind: str, attributes: Mapping[str, str] | None = None) -> str:
        """The text as data of a kind ("new", "table"). Attributes (a file's name) are outside text too: one line each.

        Raises ValueError for a kind that is no plain word, and for a text that holds the boundary.
        """
        if not _KIND.fullmatch(kind):
            raise ValueError(f"a kind of data is a plain word, not {kind!r}")
        lines = [f"{self.opening} {kind}>>>"]
        lines += [f"{name}: {' '.join(value.split())}" for name, value in (attributes or {}).items()]
        lines += [text]
        inside = harmless("\n".join(lines[1:]))
        if self.boundary in inside.casefold():
            raise ValueError("the text holds the boundary: make the fence around all texts that it shall hold")
        return f"{lines[0]}\n{inside}\n{self.closing}"


def harmless(text: str) -> str:
    """The text, as long as it was, with the marks of chat templates made plain: "<|im_end|>" becomes "(|im_end|)"."""
    return _TURN_MARKS.sub(lambda match: match.group().translate(_BRACKETS), text)
