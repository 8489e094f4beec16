"""The store: the only door between the writer and the reader, and the only importer of sqlalchemy."""

from monitor.store.engine import Store, open_store

__all__ = ["Store", "open_store"]
