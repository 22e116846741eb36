"""What an operation is: where it works, what it reads from the caller, which rights it needs, what it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..exceptions import OperationRefused

KINDS = {}


@dataclass(frozen=True)
class Call:
    """A change about to be made: the locked record, checked values, the decision, the files, and its key."""

    target: Any
    values: dict
    mandate: dict
    files: tuple
    key: str

    @property
    def env(self):
        return self.target.env


@dataclass(frozen=True)
class Outcome:
    """What was done.

    `notes` are (record, Markup) to post; files go with the note on `evidence_on`. `made` is what the record looked like
    afterwards, kept in Odoo alone, to tell later whether somebody touched it.
    """

    result: dict
    notes: list
    made: dict | None = None
    evidence_on: Any = None


@dataclass(frozen=True)
class Kind:
    """What can be asked for.

    `guards`: model -> fields whose expected values may be compared; `access`: right a person needs on the record;
    `only_ours`: it works on nothing but what an earlier operation made, which the service user need not see.
    """

    name: str
    guards: dict
    values: dict
    required: frozenset
    access: str
    takes_files: bool
    only_ours: bool
    run: Callable = field(repr=False)

    def check_values(self, env, values, attachments):
        if not isinstance(values, dict):
            raise OperationRefused(env._("The values must be an object."), "values")
        unknown = set(values) - set(self.values)
        if unknown:
            raise OperationRefused(
                env._("%(kind)s does not take %(names)s.", kind=self.name, names=", ".join(sorted(unknown))),
                "unknown_field",
            )
        missing = {name for name in self.required if values.get(name) in (None, "", [])}
        if missing:
            raise OperationRefused(
                env._("%(kind)s needs %(names)s.", kind=self.name, names=", ".join(sorted(missing))), "missing_value"
            )
        if attachments and not self.takes_files:
            raise OperationRefused(env._("%s takes no files.", self.name), "files")

    def read_values(self, env, values):
        """The values that were given, each through its reader; those left out stay out."""
        return {name: self.values[name](env, name, value) for name, value in values.items()}


def operation(name, *, guards, values=None, required=(), access="write", takes_files=False, only_ours=False):
    """Register the decorated function `run(call) -> Outcome` as the operation `name`."""

    def register(run):
        KINDS[name] = Kind(
            name=name,
            guards=guards,
            values=values or {},
            required=frozenset(required),
            access=access,
            takes_files=takes_files,
            only_ours=only_ours,
            run=run,
        )
        return run

    return register
