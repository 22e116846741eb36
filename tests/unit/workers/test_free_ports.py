"""Ports for servers that we start."""

from __future__ import annotations

import socket

from workers.engines import free_port, is_port_taken

FIRST_OF_OUTGOING = 32_768
"""From here on Linux takes the ports of outgoing connections, unless it is told otherwise."""


def test_each_port_is_given_once_and_no_connection_takes_it_by_chance() -> None:
    found = [free_port() for _ in range(60)]
    assert len(set(found)) == len(found)
    assert max(found) < FIRST_OF_OUTGOING


def test_a_port_on_which_somebody_listens_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert is_port_taken("127.0.0.1", listening.getsockname()[1])
