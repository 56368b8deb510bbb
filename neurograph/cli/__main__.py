"""The command, as ``python -m neurograph.cli``."""

import sys

from neurograph.cli.main import main

sys.exit(main())
