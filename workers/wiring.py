"""Chooses the real parts once per process: database, Odoo, policy, reader."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from app import config
from app.config import SHORTEST_KEY, Settings
from app.db import Database
from app.decisions import approval_matrix
from app.decisions.approval_matrix import Policy
from app.errors import Misconfigured

if TYPE_CHECKING:
    from app.documents.sandbox import Reader
    from app.llm.asking import Asker
    from app.odoo.gateway import OdooGateway
    from app.senders.checking import SenderChecks
    from workers.asking import Asking


class Parts:
    """What a process works with; each part is made when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def database(self) -> Database:
        """The database, with every table known, whatever part of the product is in use.

        Raises:
            Misconfigured: No address is set and no engines have been started here.
        """
        from app.migrations import tables  # noqa: F401 - foreign keys name tables of other stages

        url = self.settings.database_url.get_secret_value()
        if not url:
            raise Misconfigured(
                f"There is no database: nothing has been started with the data in {self.settings.countersign_data}. "
                "Start Countersign with: countersign up (or set DATABASE_URL, or COUNTERSIGN_DATA to its folder)."
            )
        return Database(url)

    @property
    def secret_key(self) -> str:
        """What signs sessions, links and the audit trail's checkpoints.

        Raises:
            Misconfigured: None is set and `countersign up` has made none here.
        """
        key = self.settings.countersign_secret_key.get_secret_value()
        if not key:
            raise Misconfigured(
                "There is no secret key. Set COUNTERSIGN_SECRET_KEY, the same for every process, to at least "
                f"{SHORTEST_KEY} characters chosen at random."
            )
        return key

    @cached_property
    def policy(self) -> Policy:
        return approval_matrix.load(self.settings.countersign_policy)

    @cached_property
    def odoo(self) -> OdooGateway | None:
        """The gateway to Odoo, or None when no address is set: then nothing is matched and nothing can be written."""
        if not self.settings.odoo_url:
            return None
        from app.odoo.json2 import Json2Odoo

        s = self.settings
        return Json2Odoo(
            s.odoo_url, s.odoo_db, (s.odoo_api_key, s.odoo_api_key_next), key_file=s.odoo_api_key_file,
            per_second=s.odoo_calls_per_second,
        )  # fmt: skip

    @cached_property
    def reader(self) -> Reader:
        from app.documents.sandbox import Reader

        return Reader(workers=1)

    @cached_property
    def senders(self) -> SenderChecks:
        """What checks who a mail is from."""
        from app.senders.checking import SenderChecks

        return SenderChecks(self.database, self.settings.firm)

    @cached_property
    def asking(self) -> Asking | None:
        """What asks the language model, or None when none is set. It asks through the database: cached and counted."""
        if not self.settings.has_llm:
            return None
        from workers.asking import Asking

        return Asking(self.settings, self.database)

    @property
    def asker(self) -> Asker | None:
        """Whom to ask questions to the language model, or None when none is set: the offline engine does the job.

        Raises:
            Misconfigured: The model's file cannot be loaded, or there is no database.
        """
        return self.asking.asker if self.asking is not None else None

    def close(self) -> None:
        """Give back what was opened."""
        if self.__dict__.get("asking") is not None:
            self.__dict__["asking"].close()
        if "reader" in self.__dict__:
            self.reader.close()
        if "database" in self.__dict__:
            self.database.dispose()


@cache
def parts() -> Parts:
    """This process's parts, from the environment and the running engines."""
    return Parts(config.load())
