"""The rules that procedures refer to by name: every public function of the modules of this package."""

import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import getmembers, isfunction
from types import MappingProxyType
from typing import Any

from knowledge import rules

NOT_RULES = frozenset({"named", "dates", "lunar"})
"""How dates are read, and the lunar calendar."""


def _collected() -> Mapping[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(rules.__path__)):
        if name in NOT_RULES:
            continue
        module = import_module(f"{rules.__name__}.{name}")
        for own, function in getmembers(module, isfunction):
            if function.__module__ != module.__name__ or own.startswith("_"):
                continue
            if own in found:
                raise ValueError(f"two rules are called {own}")
            found[own] = function
    return MappingProxyType(found)


RULES = _collected()
"""By name; the files of procedures name them, and `check` compares their parameters."""
