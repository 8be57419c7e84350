"""``python -m provisions.cli``."""

from provisions.cli.main import main

raise SystemExit(main())
