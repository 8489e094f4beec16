"""Getting ready: the store opened and migrated, the bundled figures in it, the ledger up to date. Needs no network."""

from __future__ import annotations

from monitor import bundle, situations, watch
from monitor.settings import Settings
from monitor.store import Store, ledger, open_store


def prepare(settings: Settings) -> Store:
    """An open store that has at least the bundled figures. Safe to call by several processes at once."""
    store = open_store(settings.database_url)
    now = settings.clock()
    # Nobody waits for a refresh under way when there is nothing to do.
    if bundle.missing(store, settings.seeds_dir, now).rows or not ledger.begun(store):
        with store.alone(wait=60.0):
            bundle.load(store, settings.seeds_dir, now)
            watch.update_ledger(store, situations.load_all(settings.seeds_dir / "situations"), now)
    return store
