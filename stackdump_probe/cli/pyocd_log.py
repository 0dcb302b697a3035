"""Where pyOCD's log goes."""

import logging
import sys


def log_of_pyocd(verbose: int) -> None:
    """Silence pyOCD's log; `verbose` 1 lets its news to standard error, 2 all of it."""
    log = logging.getLogger("pyocd")
    log.propagate = False
    log.handlers = [logging.NullHandler()]
    if verbose == 0:
        log.setLevel(logging.CRITICAL + 1)
        return
    log.setLevel(logging.INFO if verbose == 1 else logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    log.handlers = [handler]
