"""The trail cannot be edited quietly: every kind of tampering is found and named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.audit import checkpoints, trail
from app.audit.checkpoints import merkle_root
from app.db import Database
from tests.builders import NOW

KEY = b"k" * 32


def three_chains(database: Database) -> None:
    with database.transaction() as session:
        for case_id in (1, 2, 3):
            for n in range(4):
                trail.record(session, f"step.{n}", case_id=case_id, actor="ines@firm.example", at=NOW, n=n)


def seal(database: Database) -> None:
    with database.transaction() as session:
        checkpoints.seal(session, key=KEY, at=NOW)


def verify(database: Database, key: bytes = KEY) -> checkpoints.Verification:
    with database.transaction() as session:
        return checkpoints.verify(session, key=key)


def tamper(database: Database, statement: str) -> None:
    """Change rows the way somebody with full rights in the database would: triggers switched off."""
    with database.transaction() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(text(statement))


def test_an_untouched_trail_holds(database: Database) -> None:
    three_chains(database)
    seal(database)
    found = verify(database)
    assert (found.holds, found.events, found.chains, found.checkpoints) == (True, 12, 3, 1)


def test_sealing_twice_without_news_makes_one_checkpoint(database: Database) -> None:
    three_chains(database)
    seal(database)
    seal(database)
    assert verify(database).checkpoints == 1


@pytest.mark.parametrize(
    ("statement", "case_id", "seq"),
    [
        ("update audit_events set actor = 'x' where case_id = 2 and seq = 2", 2, 2),
        ("update audit_events set content = '{\"n\": 9}' where case_id = 3 and seq = 4", 3, 4),
        ("update audit_events set at = at + interval '1 second' where case_id = 1 and seq = 1", 1, 1),
        ("delete from audit_events where case_id = 2 and seq = 3", 2, 3),
        ("delete from audit_events where case_id = 2 and seq = 4", 2, 4),
        ("delete from audit_events where case_id = 1", 1, 1),
        (
            "update audit_events set seq = case seq when 2 then 30 else 2 end where case_id = 1 and seq in (2, 3)",
            1,
            2,
        ),
    ],
)
def test_tampering_is_found_at_its_place(database: Database, statement: str, case_id: int, seq: int) -> None:
    three_chains(database)
    seal(database)
    tamper(database, statement)
    first = verify(database).broken[0]
    assert (first.case_id, first.seq) == (case_id, seq)


def test_a_chain_rewritten_with_fresh_hashes_is_found_by_the_checkpoint(database: Database) -> None:
    three_chains(database)
    seal(database)
    tamper(database, "delete from audit_events where case_id = 2; delete from audit_heads where case_id = 2")
    with database.transaction() as session:
        for n in range(4):
            trail.record(session, f"step.{n}", case_id=2, actor="mallory@firm.example", at=NOW, n=n)
    found = verify(database)
    assert [b.case_id for b in found.broken] == [2]
    assert "sealed" in found.broken[0].message


def test_a_checkpoint_signed_with_another_key_is_found(database: Database) -> None:
    three_chains(database)
    seal(database)
    assert "signature" in verify(database, key=b"other" * 8).broken[0].message


def test_a_removed_checkpoint_is_found(database: Database) -> None:
    three_chains(database)
    seal(database)
    with database.transaction() as session:
        trail.record(session, "step.later", case_id=1, actor="ines@firm.example", at=NOW)
    seal(database)
    tamper(database, "delete from audit_checkpoints where id = 1")
    assert not verify(database).holds


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=9), st.integers(0, 8))
def test_any_changed_leaf_changes_the_root(leaves: list[bytes], place: int) -> None:
    hexes = [leaf.hex() for leaf in leaves]
    changed = list(hexes)
    changed[place % len(hexes)] = bytes(b ^ 1 for b in leaves[place % len(hexes)]).hex()
    assert merkle_root(hexes) != merkle_root(changed)
