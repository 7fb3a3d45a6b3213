"""Who acts. Every service takes an actor from the first day; until there are sign-ins it is the local owner."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person, the worker or the command line; ``name`` goes into the audit trail."""

    name: str

    @classmethod
    def owner(cls) -> "Actor":
        """The shop owner at this machine."""
        return cls("owner")

    @classmethod
    def worker(cls) -> "Actor":
        """The worker process."""
        return cls("worker")

    @classmethod
    def command_line(cls) -> "Actor":
        """The owner on the command line."""
        return cls("owner@cli")
