"""Access tokens: got when needed, kept while they hold; a new refresh token takes the place of the old."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import CLIENT_SECRET, REFRESH_TOKEN, OAuth
from app.mailboxes.tokens import AccessTokens
from tests.mail_servers import TokenServer


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as found:
        yield found


def tokens(server: TokenServer, kept: list[str] | None = None, **changed: Any) -> AccessTokens:
    oauth = OAuth(token_url=server.token_url, client_id=server.client_id, **changed)
    credentials = {CLIENT_SECRET: server.client_secret, REFRESH_TOKEN: server.refresh_token}
    return AccessTokens(oauth, credentials, None if kept is None else kept.append)


def test_a_token_is_kept_while_it_holds_and_got_anew_when_it_was_refused(server: TokenServer) -> None:
    ours = tokens(server, scope="mail.read")
    first = ours.get()
    assert ours.get() == first
    assert ours.get(anew=True) != first
    assert [form["scope"] for form in server.asked] == ["mail.read"] * 2


def test_a_token_that_is_about_to_end_is_got_anew(server: TokenServer) -> None:
    server.lifetime = 60
    ours = tokens(server)
    assert ours.get() != ours.get()


def test_a_new_refresh_token_takes_the_place_of_the_old_and_is_told_once(server: TokenServer) -> None:
    server.rotates = True
    kept: list[str] = []
    ours = tokens(server, kept)
    ours.get()
    ours.get(anew=True)
    assert len(kept) == 2
    assert kept[-1] == server.refresh_token
    assert server.asked[1]["refresh_token"] == kept[0]


def test_an_application_signs_in_for_itself(server: TokenServer) -> None:
    assert tokens(server, grant="client_credentials").get()
    assert "refresh_token" not in server.asked[0]


def test_a_refusal_says_why_and_holds_no_secret(server: TokenServer) -> None:
    server.refresh_token = "another"
    ours = tokens(server)
    server.refresh_token = "yet-another"
    with pytest.raises(MailboxFails, match="expired") as failed:
        ours.get()
    assert failed.value.facts["step"] == "sign_in"
    assert server.client_secret not in failed.value.message
    assert "another" not in repr(ours)


def test_a_server_that_repeats_what_it_was_sent_does_not_get_it_into_what_is_shown(server: TokenServer) -> None:
    said = f"not known: {server.client_secret}, {server.refresh_token}"
    server.failing = [(400, {"error": "invalid_grant", "error_description": said})]
    with pytest.raises(MailboxFails, match="not known: …, …") as failed:
        tokens(server).get()
    assert server.client_secret not in failed.value.message
    assert server.refresh_token not in failed.value.message


@pytest.mark.parametrize("answer", [(500, {}), (200, {}), (200, {"error": "odd\r\nX: y"})])
def test_an_answer_without_a_token_is_a_failure(server: TokenServer, answer: tuple[int, dict[str, str]]) -> None:
    server.failing = [answer]
    with pytest.raises(MailboxFails) as failed:
        tokens(server).get()
    assert "\n" not in failed.value.message


def test_tokens_are_not_asked_for_in_the_open() -> None:
    with pytest.raises(MailboxFails, match="https"):
        AccessTokens(OAuth(token_url="http://login.example/token", client_id="x"), {}).get()
