"""The port to Odoo: what the product may ask, whoever answers (a real Odoo 19 over JSON-2, or the sandbox)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from app.errors import Conflict
from app.odoo.commands import WriteCommand

Row: TypeAlias = Mapping[str, Any]
"""A record as Odoo's JSON writes it: `False` for empty, `[id, name]` for a many2one. Only mapping.py looks inside."""

Domain: TypeAlias = Sequence[Any]
"""Odoo's search domain in prefix notation: `[["state", "=", "posted"], ["partner_id.vat", "=", "DE…"]]`."""


class WriteStatus(StrEnum):
    """How a write ended. `already` means the same key was applied earlier and nothing changed now."""

    APPLIED = "applied"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Odoo's answer to a write: the same result for the first call and every repetition of it."""

    status: WriteStatus
    result: Mapping[str, Any]
    """`model`, `id`, `name` of what was changed or made, `before` with the old values, amounts as text, and `undo`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value the person saw that is no longer so. Both as JSON values; amounts as text."""

    field: str
    expected: Any
    actual: Any


class Stale(Conflict):
    """The record is not what the person saw: nothing was written, the case goes back to review.

    `differences` names each field with both values.
    """

    def __init__(self, message: str, differences: Sequence[Difference], **facts: object) -> None:
        super().__init__(message, differences=tuple(differences), **facts)
        self.differences = tuple(differences)


@dataclass(frozen=True, slots=True)
class OdooVersion:
    """What answers: Odoo's series ("19.0") and our addon's version, None where it is not installed."""

    server: str
    addon: str | None = None


class OdooGateway(Protocol):
    """Reads by anyone, writes only by `apply`.

    Every call may raise `Unavailable` (try later), `Misconfigured` (address, database, key or a field is wrong) and
    `Refused` (Odoo's access rights or rules said no).
    """

    def companies(self) -> Sequence[int]:
        """Ids of the companies the service user may see, ascending."""
        ...

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        companies: Sequence[int],
        limit: int | None = None,
        offset: int = 0,
        order: str = "id",
        archived: bool = False,
    ) -> list[Row]:
        """Records of the given companies (and those of none) that fulfil the domain; archived ones only if asked."""
        ...

    def search_count(self, model: str, domain: Domain, *, companies: Sequence[int], archived: bool = False) -> int: ...

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], *, companies: Sequence[int], archived: bool = False
    ) -> list[Row]:
        """The records of these ids, in this order; lists of links name archived records only if asked.

        Raises:
            NotFound: One of them does not exist; Odoo itself would answer with fewer rows.
        """
        ...

    def apply(self, command: WriteCommand, *, key: str) -> Receipt:
        """Make the change exactly once per key, or nothing at all.

        Raises:
            Stale: The record differs from what the person saw.
            Conflict: The key was used for another change.
            NotFound: The record is gone.
            Refused: Odoo's rights, or the addon's closed list (posted invoice, other company, unknown field).
            Unavailable: No answer, or the record is being edited right now. The same key may be sent again safely.
        """
        ...

    def ask_addon(self, question: str, *, companies: Sequence[int] = (), **arguments: Any) -> Any:
        """The answer of a read-only method of our addon's `countersign.operation`, archived records among them.

        Without companies the answer is about all that the service user may see.

        Raises:
            AddonMissing: The addon is not installed, or too old to know the question.
        """
        ...

    def fields(self, model: str, names: Sequence[str]) -> list[str]:
        """Those of the names that are fields of the model and may be seen."""
        ...

    def clock(self) -> datetime:
        """Odoo's present, to the second."""
        ...

    def version(self) -> OdooVersion: ...
