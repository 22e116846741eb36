"""What the service said lately, kept in this process: half a minute per record and person.

Other processes of the same server do not hear of a decision made here. They may show what they know until it is too
old; a decision on it is refused by the service, which compares the hash of what was seen.
"""

import threading
import time
from collections import OrderedDict

SECONDS = 30
SECONDS_AFTER_FAILURE = 5
"""While the service is away, records are opened without waiting for it each time."""
ROOM = 2000


class Memory:
    def __init__(self):
        self._lock = threading.Lock()
        self._answers = OrderedDict()  # (database, key) -> (until, what is shown)
        self._failures = {}  # database -> (until, what is shown)

    def known(self, database, key):
        """What was said about this, or that the service did not answer a moment ago; None when it has to be asked."""
        now = time.monotonic()
        with self._lock:
            kept = (self._answers.get((database, key)), self._failures.get(database))
        return next((shown for until, shown in filter(None, kept) if now < until), None)

    def keep(self, database, key, shown):
        with self._lock:
            self._failures.pop(database, None)
            self._answers[database, key] = (time.monotonic() + SECONDS, shown)
            self._answers.move_to_end((database, key))
            while len(self._answers) > ROOM:
                self._answers.popitem(last=False)

    def keep_failure(self, database, shown):
        with self._lock:
            self._failures[database] = (time.monotonic() + SECONDS_AFTER_FAILURE, shown)

    def forget(self, database):
        """A decision can change what is shown on any record of its case."""
        with self._lock:
            self._failures.pop(database, None)
            for kept in [k for k in self._answers if k[0] == database]:
                del self._answers[kept]


memory = Memory()
