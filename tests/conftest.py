"""Property tests try the same examples on every run; nothing is left in the user's cache."""

import os

from hypothesis import settings

os.environ["STACKDUMP_CACHE"] = ""

settings.register_profile("same-everywhere", derandomize=True, deadline=None, database=None)
settings.load_profile("same-everywhere")
