"""One module a source. A source is added by adding a file: the registry is this folder."""

from __future__ import annotations

import pkgutil
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
from typing import cast

from monitor.model import Connector


@lru_cache(maxsize=1)
def registry() -> MappingProxyType[str, Connector]:
    """Every connector by the id of its source, in alphabetical order."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    modules = [cast(Connector, import_module(f"{__name__}.{name}")) for name in names]
    return MappingProxyType({module.SOURCE.id: module for module in modules})
