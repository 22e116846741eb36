"""Parts of addresses that several pages share, checked as they come in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

CaseId = Annotated[int, Path(ge=1, le=2**63 - 1)]
DocumentId = Annotated[int, Path(ge=1, le=2**63 - 1)]
PartPath = Annotated[str, Path(pattern=r"^(root|\d{1,4}(\.\d{1,4}){0,9})$")]
PageNumber = Annotated[int, Path(ge=1, le=10_000)]
