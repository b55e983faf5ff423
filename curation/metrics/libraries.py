"""Optional libraries, imported when a measure needs one."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType

from curation.metrics.measure import NotMeasuredError

_PACKAGES = {"sklearn": "scikit-learn", "mauve": "mauve-text", "profanity_check": "alt-profanity-check"}


def library(name: str) -> ModuleType:
    """Return the module `name`. Raises NotMeasuredError, saying what to install, where it is missing."""
    root = name.partition(".")[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module(name)
    except ImportError:
        package = _PACKAGES.get(root, root)
        raise NotMeasuredError(f"needs {package}; pip install 'duologue[evaluate]'") from None


@contextmanager
def silent() -> Iterator[None]:
    """Drop what is written to standard error meanwhile, compiled libraries' warnings included."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
