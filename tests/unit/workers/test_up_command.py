"""`countersign up` at the moment when it says that it is up."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.command_line import Run
from workers.supervisor import Supervisor


def test_once_it_says_that_it_is_up_it_can_be_ended_in_order(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(Supervisor, "start", lambda self: self.settings)
    monkeypatch.setattr(Supervisor, "stop", lambda self: stopped.append(self._stopping))

    def ended_at_once(line: str, **_: object) -> None:
        if "is up" in line:
            assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, before[0]), "it would just be gone"
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("workers.cli.up.print", ended_at_once, raising=False)
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        assert run("up", "--data", str(tmp_path / "data")).code == 0
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)
    assert stopped == [True]
