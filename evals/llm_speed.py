"""How many questions one process keeps under way: `python -m evals.llm_speed`. Prints JSON; needs no model.

Asks an endpoint on the loopback, in a process of its own, that answers every question after the same time and says
always the same. The ideal is that time, once for every `--at-once` questions; the share of it says what the client
adds. With `--metered` the questions go through cache, budget and record in an empty PostgreSQL as well. The first
question, which imports LangChain, is measured apart.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import resource
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from app.llm.chat import Answer, ChatModel, Message, Schema
from app.llm.openai_chat import OpenAiChat

SCHEMA = Schema("triage", {
    "type": "object",
    "properties": {"reason": {"enum": ["rate", "hours"]}, "summary": {"type": "string", "maxLength": 600}},
    "required": ["reason", "summary"],
    "additionalProperties": False,
})  # fmt: skip
SAID = json.dumps({"reason": "rate", "summary": "The customer disputes the rate of the senior consultant. " * 3})


def main() -> None:
    """Serve, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=256)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--latency", type=float, default=2.0, help="seconds until the endpoint answers")
    parser.add_argument("--letters", type=int, default=12_000, help="of each question")
    parser.add_argument("--metered", action="store_true", help="with cache, budget and record in PostgreSQL")
    given = parser.parse_args()
    if given.metered:
        from evals.tasks.detectors import scratch_database

    with _served(given.latency) as address, scratch_database(None) if given.metered else nullcontext("") as url:
        print(json.dumps(asyncio.run(measure(address, url, given)), indent=1))


async def measure(address: str, database_url: str, given: argparse.Namespace) -> dict[str, Any]:
    """Seconds, share of the ideal throughput, and memory of this process."""
    before = _megabytes()
    async with OpenAiChat("small", base_url=address, concurrency=given.at_once) as model:
        chat, done = _metered(model, database_url)
        began = time.perf_counter()
        await _ask(chat, "the first", given.letters)
        first = time.perf_counter() - began
        began = time.perf_counter()
        answers = await asyncio.gather(*(_ask(chat, str(n), given.letters) for n in range(given.questions)))
        took = time.perf_counter() - began
        done()
    ideal = math.ceil(given.questions / given.at_once) * given.latency
    waits = sorted(a.seconds for a in answers)
    return {
        "questions": given.questions, "at_once": given.at_once, "latency_seconds": given.latency,
        "metered": given.metered, "answered": len(answers), "requests": sum(a.attempts for a in answers),
        "first_question_seconds": round(first, 2), "seconds": round(took, 2), "ideal_seconds": round(ideal, 2),
        "share_of_ideal": round(ideal / took, 3), "median_wait_seconds": round(statistics.median(waits), 2),
        "longest_wait_seconds": round(waits[-1], 2), "processor_seconds": round(time.process_time(), 2),
        "megabytes_before": before, "megabytes_at_most": _megabytes(),
    }  # fmt: skip


async def _ask(chat: ChatModel, what: str, letters: int) -> Answer:
    body = (f"Question {what}. " + "The rate of 180.00 EUR an hour is not what we agreed on. " * (letters // 56 + 1))[
        :letters
    ]
    return await chat.answer([Message("user", body)], schema=SCHEMA, max_tokens=400, deadline=600)


def _metered(model: OpenAiChat, database_url: str) -> tuple[ChatModel, Any]:
    if not database_url:
        return model, lambda: None
    from app.db import Database
    from app.llm.metered import MeteredChat
    from app.llm.usage import Tariff

    database = Database(database_url)
    tariff = Tariff.of({"small": (Decimal("0.40"), Decimal("1.60"))}, "USD", Decimal(1_000))
    return MeteredChat(model, database, tariff, purpose="measuring"), database.dispose


@contextmanager
def _served(latency: float) -> Iterator[str]:
    """The address of an endpoint that runs until the block ends."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, latency), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/v1"
    finally:
        process.terminate()
        process.join(10)


def _serve(told: Connection, latency: float) -> None:
    body = json.dumps({
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "small",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": SAID}}],
        "usage": {"prompt_tokens": 3_000, "completion_tokens": 60, "total_tokens": 3_060},
    }).encode()  # fmt: skip
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                await reader.readexactly(int(asked.partition("content-length:")[2].partition("\r\n")[0]))
                await asyncio.sleep(latency)
                writer.write(head + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def _megabytes() -> int:
    """The most memory that this process has held (resident)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
