"""People at the product with a browser: the whole house with its web face on a real port, and Debian's Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.documents.page_images import Renderer
from app.suggestions.models import Suggestion
from app.users import access
from app.users.models import User
from tests.house import House
from tests.web import SECRET, served, settings

AXE = Path(__file__).parent / "browser" / "axe" / "axe-4.14.1.min.js"
UNDO_SECONDS = 60
PATIENCE = 60_000
"""Milliseconds that a page is waited for; a machine may be slow."""


@dataclass
class Desk:
    """The product as people have it before them."""

    house: House
    url: str
    chromium: Any
    wrong: list[str] = field(default_factory=list)
    """What any browser of this test complained about: scripts, styles and connections against the policy."""

    def person(self, name: str = "Ines", *roles: str, **options: Any) -> Any:
        """A page of somebody who has just signed in. Options are Playwright's for the browser context."""
        email = f"{name.casefold()}@firm.example"
        with self.house.parts.database.transaction() as session:
            user_id = session.execute(select(User.id).where(User.email == email)).scalar_one_or_none()
        if user_id is None:
            user_id = self.house.person(name, *(roles or ("reviewer",))).user_id
        options.setdefault("viewport", {"width": 1280, "height": 860})
        page = self.chromium.new_context(base_url=self.url, **options).new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.wrong.append(str(e)))
        page.goto(access.sign_in_link(self.url, SECRET, user_id))
        page.click("main button[type=submit]")
        page.wait_for_url("**/inbox")
        return page

    def says(self, page: Any, words: str) -> None:
        """Wait until the live region has said this."""
        page.locator("#live", has_text=words).wait_for(state="attached")

    def undo_bar(self, page: Any) -> str:
        """What the bar to undo says, once the page that came with it stands there and obeys keys."""
        page.wait_for_selector("#undo")
        page.wait_for_load_state()
        return str(page.inner_text("#undo"))

    def case(self, sample: str) -> int:
        """Take in a sample and read it."""
        taken = self.house.take_in_sample(sample)
        self.house.work()
        return taken.case_id

    def written(self) -> None:
        """The time to undo is over, and the workers write."""
        self.house.time_passes()
        self.house.write()

    def states(self, case_id: int) -> dict[str, str]:
        """The state of the newest suggestion of each kind."""
        with self.house.parts.database.transaction() as session:
            rows = session.execute(
                select(Suggestion.kind, Suggestion.state)
                .where(Suggestion.case_id == case_id)
                .order_by(Suggestion.version)
            )
            return {row.kind: row.state for row in rows}

    def axe(self, page: Any) -> list[str]:
        """What axe finds against WCAG 2.2 AA, each with its first place. The page's context must bypass the policy.

        It looks at a page that has come to rest: all of it is there, and no colour is on its way to another.
        """
        page.wait_for_load_state()
        page.evaluate(
            """() => Promise.allSettled(document.getAnimations()
                .filter(one => one instanceof CSSTransition).map(one => one.finished)).then(() => null)"""
        )
        if not page.evaluate("Boolean(window.axe)"):
            page.add_script_tag(path=str(AXE))
        found = page.evaluate(
            """async () => (await axe.run(document, {
                runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
                resultTypes: ["violations"] })).violations"""
        )
        return [
            f"{v['id']}: {v['nodes'][0]['html'][:200]} {json.dumps(v['nodes'][0]['failureSummary'])}" for v in found
        ]


@contextmanager
def open_desk(house: House, chromium: Any, renderer: Renderer | None = None) -> Iterator[Desk]:
    """The web face of this house on a port of its own, until the end. Page images are blank without a renderer."""
    given = settings(countersign_undo_seconds=UNDO_SECONDS, odoo_url="https://odoo.example")
    with served(given, house.parts.database, odoo=house.parts.odoo, renderer=renderer) as url:
        yield Desk(house, url, chromium)
        for context in chromium.contexts:
            context.close()
