"""``python -m app.cli`` is ``storehand``: how one command starts another."""

import sys

from app.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
