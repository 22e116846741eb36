"""How far a person sees, under the name that the pages use."""

from __future__ import annotations

from app.decisions.reach import may_see as may_see
from app.decisions.reach import only_asked as only_asked
from app.decisions.reach import require_case as require_case
from app.decisions.reach import sees_amounts as sees_amounts
