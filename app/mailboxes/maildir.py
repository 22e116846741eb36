"""A Maildir on this machine: a folder into which a mail server delivers, a file for each message."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from app.mailboxes.port import PIECE, MailboxFails, Place, Waiting
from app.mailboxes.words import said

_PARTS = ("tmp", "new", "cur")
_LOOK = 0.5
"""Seconds between two looks at the folder."""
_TICK = 0.02
"""Seconds within which two changes of a folder may bear the same time: systems note it by ticks of their clock."""
_WAITS = 5
"""Ticks that a look waits for at most while mail keeps coming."""


class MaildirSource:
    """A Maildir that is open. Its folders are those of Maildir++: `.Name.Of.It` beside `new` and `cur`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not (path / "new").is_dir():
            raise MailboxFails(
                f"{path} is no Maildir: it has no folder 'new'. Check the path, and that this program may read it.",
                step="folder",
            )
        self._seen: dict[str, int] = {}

    def place(self, folder: str) -> Place:
        if not (self._folder(folder) / "new").is_dir():
            raise MailboxFails(f"The Maildir has no folder {folder}. Check its name.", step="folder", folder=folder)
        return Place(folder, "maildir")

    def waiting(self, place: Place, after: str, *, since: date | None = None) -> Iterator[Waiting]:
        """All messages, by the time of their delivery: a Maildir has no numbers by which to go on after one."""
        self._seen[place.folder] = self._settled(place)
        found: list[tuple[float, str, int]] = []
        for part in ("new", "cur"):
            try:
                entries = list(os.scandir(self._folder(place.folder) / part))
            except OSError as error:
                raise self._fails("reading", place.folder, error) from None
            for entry in entries:
                with suppress(FileNotFoundError):
                    if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
                        continue
                    told = entry.stat()
                    found.append((told.st_mtime, _key(entry.name), told.st_size))
        for delivered, key, size in sorted(found):
            received_at = datetime.fromtimestamp(delivered, UTC)
            if since is None or received_at.date() >= since:
                yield Waiting(key, size, received_at)

    def pieces(self, place: Place, key: str) -> Iterator[bytes]:
        path = self._file(place, key)
        if path is None:
            raise MailboxFails(f"Message {key} is gone from {self._path}.", step="reading", is_gone=True)
        try:
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except OSError as error:
            raise self._fails("reading", place.folder, error) from None

    def file_away(self, place: Place, keys: Sequence[str], folder: str) -> None:
        try:
            target = self._folder(folder) if folder else self._folder(place.folder)
            for part in _PARTS:
                (target / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder and not (target / "maildirfolder").exists():
                (target / "maildirfolder").touch()
            for key in keys:
                path = self._file(place, key)
                if path is not None:
                    path.rename(target / "cur" / f"{key}:2,{_flags(path.name)}")
            if not keys and not os.access(self._folder(place.folder) / "new", os.W_OK):
                raise PermissionError(13, "its files may not be moved")
        except OSError as error:
            raise self._fails("moving", folder or place.folder, error) from None

    def wait(self, place: Place, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._changed(place) != self._seen.get(place.folder):
                return True
            time.sleep(min(left, _LOOK))
        return False

    def close(self) -> None:
        """Nothing is held open."""

    def _settled(self, place: Place) -> int:
        """When the folder was changed, once whatever comes from now on bears a later time."""
        for _ in range(_WAITS):
            changed = self._changed(place)
            if not 0 <= time.time_ns() - changed < _TICK * 1e9:
                break
            time.sleep(_TICK)
        return changed

    def _changed(self, place: Place) -> int:
        try:
            return (self._folder(place.folder) / "new").stat().st_mtime_ns
        except OSError as error:
            raise self._fails("folder", place.folder, error) from None

    def _folder(self, folder: str) -> Path:
        if folder.upper() == "INBOX":
            return self._path
        return self._path / ("." + folder.replace("/", ".").lstrip(".").replace("\0", ""))

    def _file(self, place: Place, key: str) -> Path | None:
        """The file of a message: its flags are part of its name, and a mail program may have changed them."""
        folder = self._folder(place.folder)
        for path in (folder / "new" / key, folder / "cur" / f"{key}:2,", folder / "cur" / f"{key}:2,S"):
            if path.is_file():
                return path
        with suppress(OSError):
            for part in ("cur", "new"):
                for name in os.listdir(folder / part):
                    if _key(name) == key:
                        return folder / part / name
        return None

    def _fails(self, step: str, folder: str, error: OSError) -> MailboxFails:
        return MailboxFails(
            f"The folder {folder} of the Maildir {self._path} cannot be used ({said(error)}). Let this program read "
            "and write it.",
            step=step, folder=folder,
        )  # fmt: skip


def _key(name: str) -> str:
    """What a message is called whatever its flags; bytes of a name that are no text are written out."""
    bare = name.partition(":2,")[0]
    return bare.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _flags(name: str) -> str:
    return "".join(sorted({*name.partition(":2,")[2], "S"}))
