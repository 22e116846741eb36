"""docs/roles.md says who may open what, as the pages have it."""

from __future__ import annotations

import re
from pathlib import Path

from app.review.areas import ROLES, areas
from app.users import models

PAGE = (Path(__file__).parents[4] / "docs" / "roles.md").read_text(encoding="utf-8")


def test_every_role_is_there_and_no_other() -> None:
    table = PAGE.partition("| role | what it is for |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == set(models.ROLES)


def test_every_area_names_the_roles_that_open_it() -> None:
    table = PAGE.partition("| area | address | roles |")[2].partition("\n\n")[0]
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| `")]
    said = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) for row in rows}
    assert said == {area: set(roles) for area, roles in ROLES.items()}


def test_more_roles_open_more_and_none_opens_nothing() -> None:
    assert not any(getattr(areas(()), area) for area in ROLES)
    assert areas(("auditor", "administrator")).audit
    assert areas(("auditor", "administrator")).administration
    assert not areas(("project_manager",)).narratives
