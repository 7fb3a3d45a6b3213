"""``python -m tests.trust NAME``: the long form of a trust test; prints its figures as JSON, exit 1 when something broke."""

import json
import sys
from importlib import import_module

if __name__ == "__main__":
    figures = import_module(f"tests.trust.{sys.argv[1]}").run(*sys.argv[2:])
    print(json.dumps(figures, indent=2))
    sys.exit(1 if figures["broken"] else 0)
