"""The command line: ``python -m core --help``. Exit codes: 0 done, 1 refused, 2 usage."""

import io
import sys

from core.commands.app import app


def main() -> None:
    """Run one command; what it prints is UTF-8 wherever it goes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    app(prog_name="python -m core")


if __name__ == "__main__":
    main()
