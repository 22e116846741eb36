"""docs/mailboxes.md names every kind, state, step, command, credential and folder of mailboxes as the code has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.mailboxes import inbound, presets, reached, standing, testing
from app.mailboxes.models import KINDS
from app.mailboxes.reached import Folders
from app.review.mailbox_form import SECRETS
from workers.cli.mailbox import app

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "mailboxes.md").read_text(encoding="utf-8")
PARTS = Folders()
CREDENTIALS = (
    reached.PASSWORD, reached.OUT_PASSWORD, reached.CLIENT_SECRET, reached.REFRESH_TOKEN, inbound.INBOUND_KEY,
    inbound.MAILGUN_SIGNING_KEY,
)  # fmt: skip


@pytest.mark.parametrize(
    "word", [*KINDS, *standing.STATES, *testing.STEPS, *CREDENTIALS, PARTS.taken_in, PARTS.came_again, PARTS.refused]
)
def test_the_page_names_it(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("preset", presets.PRESETS)
def test_the_page_names_the_services_that_are_suggested(preset: str) -> None:
    assert f"`--preset {preset}`" in PAGE


def test_the_page_shows_every_command() -> None:
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        assert f"countersign mailbox {name}" in PAGE or f"`{name}" in PAGE or f"{name} billing" in PAGE, name


def test_every_credential_that_can_be_entered_is_one_of_those_that_are_kept() -> None:
    assert set(SECRETS) | {inbound.INBOUND_KEY} == set(CREDENTIALS)
