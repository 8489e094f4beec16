"""Getting ready: the store opened and migrated, the bundled figures in it, the ledger up to date. Needs no network."""

from __future__ import annotations

from collections.abc import Mapping

from monitor import bundle, queueing, rulebook, situations, watch
from monitor.model import Situation
from monitor.settings import Settings
from monitor.store import Store, ledger, open_store


def checked_situations(settings: Settings) -> Mapping[str, Situation]:
    """Every situation by id; raises SituationError for one that cannot be used, or that speaks of a source that there is not."""
    found = situations.load_all(settings.seeds_dir / "situations")
    known = {name: source for name, (source, _) in bundle.sources(settings.seeds_dir).items()}
    for situation in found.values():
        situations.check_sources(situation, known)
    return found


def prepare(settings: Settings) -> Store:
    """An open store that has at least the bundled figures. Safe to call by several processes at once."""
    known = checked_situations(settings)
    store = open_store(settings.database_url)
    now = settings.clock()
    # Nobody waits for a refresh under way when there is nothing to do.
    if bundle.missing(store, settings.seeds_dir, now).rows or not ledger.begun(store):
        with store.alone(wait=60.0):
            bundle.load(store, settings.seeds_dir, now)
            watch.update_ledger(store, rulebook.all_filled(store, known), now, queueing.queueing(settings))
    return store
