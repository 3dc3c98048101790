"""Keeps the signing libraries' warnings off the caller's console: what matters of them is in our results."""

import logging

LIBRARIES = ("pyhanko", "pyhanko_certvalidator")


def keep_libraries_quiet() -> None:
    """Silence the libraries' loggers unless somebody has given them a handler or a level; cheap to repeat."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        wanted = any(not isinstance(handler, logging.NullHandler) for handler in logger.handlers)
        if not wanted and logger.level == logging.NOTSET:
            if not logger.handlers:
                logger.addHandler(logging.NullHandler())
            logger.propagate = False
