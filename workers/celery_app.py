"""Celery: how nudges travel. A message only says "look at this row"; losing or doubling one changes nothing."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    heartbeat_sent,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from app import config
from workers.pulse import Word

log = logging.getLogger(__name__)
settings = config.load()

MODELS = "models"
"""The queue of what waits for a language model, so that nothing else waits with it."""


def at_night(task: str, time_of_day: str) -> dict[str, Any]:
    """The entry of the schedule for a task that runs once a day, at HH:MM UTC; none where no time is set."""
    if not time_of_day:
        return {}
    hour, _, minute = time_of_day.partition(":")
    return {task: {"task": task, "schedule": crontab(hour=hour, minute=minute), "options": {"expires": 6 * 3600}}}


celery_app = Celery("countersign", broker=settings.redis_url.get_secret_value() or "redis://127.0.0.1:1/0")
celery_app.conf.update(
    include=[
        "workers.assessment",
        "workers.consulting",
        "workers.drafting",
        "workers.writeback",
        "workers.posting",
        "workers.sweep",
        "workers.detection",
        "workers.mirroring",
        "workers.nightly",
        "workers.noticing",
        "workers.signing_in",
    ],
    task_routes={
        "case.consult": {"queue": MODELS},
        "case.draft": {"queue": MODELS},
        **({"narratives.run": {"queue": MODELS}} if settings.has_llm else {}),
    },
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=5.0,
    worker_cancel_long_running_tasks_on_connection_loss=False,  # a second delivery finds the lease, so let it end
    worker_hijack_root_logger=False,
    task_soft_time_limit=320,  # above what reading the slowest document may take (app/documents/limits.py)
    task_time_limit=350,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
    },
    beat_schedule={
        "sweep": {"task": "sweep.resend", "schedule": 2.0, "options": {"expires": 10}},
        "seal": {"task": "sweep.seal_audit", "schedule": 60.0, "options": {"expires": 60}},
        "forget": {"task": "sweep.forget", "schedule": 3600.0, "options": {"expires": 3600}},
        "copies": {"task": "letter.copy_due", "schedule": 60.0, "options": {"expires": 60}},
        "wake": {"task": "sweep.wake", "schedule": 15.0, "options": {"expires": 15}},
        "senders": {"task": "sweep.check_senders", "schedule": 60.0, "options": {"expires": 60}},
        "watch": {"task": "sweep.watched_folder", "schedule": 3.0, "options": {"expires": 10}},
        "mirror": {"task": "mirror.run", "schedule": 180.0, "options": {"expires": 180}},
        "detect": {"task": "detection.run", "schedule": 600.0, "options": {"expires": 600}},
        "notices": {"task": "notices.run", "schedule": 60.0, "options": {"expires": 60}},
        "detect-wished": {"task": "detection.wished", "schedule": 20.0, "options": {"expires": 20}},
        **at_night("narratives.run", settings.countersign_narratives_at),
    },
)


_PAUSE = 5.0
"""Seconds without nudges after the broker failed to take one: nobody waits for it again and again."""
_quiet_until = 0.0


def send(task: str, subject: str) -> None:
    """Nudge a worker. With the broker down nothing is lost: the sweeper finds the row when it is back."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        celery_app.send_task(task, args=[subject], retry=False)
    except (OperationalError, OSError) as error:
        _quiet_until = time.monotonic() + _PAUSE
        log.warning("The broker does not answer (%s). Nothing is lost: work goes on when it is back.",
                    type(error).__name__)  # fmt: skip


def queued(queue: str = "") -> int:
    """How many nudges wait for a worker, in the queue of this name or the usual one; 0 when the broker cannot say."""
    try:
        with celery_app.connection_for_read() as connection:
            return int(connection.default_channel.client.llen(queue or celery_app.conf.task_default_queue))
    except (OperationalError, OSError, RedisError):
        return 0


_word: Word | None = None


@worker_ready.connect
def _say_what_is_read(sender: Any, **_: object) -> None:
    """Let the web app know which queues somebody reads."""
    global _word
    url = settings.redis_url.get_secret_value()
    if url:
        _word = Word(url, str(sender.hostname), list(celery_app.amqp.queues.consume_from))
        _word.say()


@heartbeat_sent.connect
def _say_it_again(**_: object) -> None:
    if _word is not None:
        _word.say()


@worker_shutdown.connect
def _say_goodbye(**_: object) -> None:
    global _word
    if _word is not None:
        _word.end()
    _word = None


@worker_init.connect
def _prepare(**_: object) -> None:
    """Once in each worker, before it forks or starts threads."""
    _begin()
    if settings.has_llm:
        from app.llm.openai_chat import preload

        preload()


@worker_process_init.connect
def _begin(**_: object) -> None:
    from app.jobs import send_nudges_with

    send_nudges_with(send)


@worker_shutdown.connect
@worker_process_shutdown.connect
def _end(**_: object) -> None:
    from workers.wiring import parts

    parts().close()
