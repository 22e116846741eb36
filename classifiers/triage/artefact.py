"""The trained model as plain arrays and JSON: no pickle, small, the same bytes for the same training."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Artefact:
    """Arrays by name, and settings (names, thresholds, version, what it was trained on) as JSON values."""

    arrays: Mapping[str, np.ndarray[Any, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return str(self.settings.get("version", ""))

    def save(self, folder: Path, name: str = "triage") -> None:
        """Write `<name>.npz` and `<name>.json` into a folder, made if missing."""
        import numpy as np

        folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **{name: self.arrays[name] for name in sorted(self.arrays)})  # type: ignore[arg-type]
        (folder / f"{name}.npz").write_bytes(buffer.getvalue())
        text = json.dumps(self.settings, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str = "triage") -> Artefact:
        """Read what `save` wrote. Raises FileNotFoundError, or ValueError for another format."""
        import numpy as np

        settings = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        if settings.get("format") != FORMAT:
            raise ValueError(f"model format {settings.get('format')} is not {FORMAT}: train it again")
        with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
            return cls({name: arrays[name] for name in arrays.files}, settings)


@lru_cache(maxsize=1)
def packaged() -> Artefact:
    """The model that ships with the product, loaded once."""
    return Artefact.load(Path(str(files("classifiers.triage") / "model")))
