"""The raw archive: every answer as it came, compressed, under the data directory.

One file an answer, named by its sha256, so that the same answer is kept once. Its first line is a JSON object with the
address (without secrets), the time of the first retrieval and the sha256; the rest is the body:

    zcat data/raw/unhcr/1f/1f0c....gz | tail -n +2
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Archive:
    """A folder of raw answers."""

    data_dir: Path

    def keep(self, source: str, url: str, body: bytes, retrieved_at: dt.datetime) -> tuple[str, str]:
        """Store one body; returns (sha256, file relative to the data directory)."""
        sha256 = hashlib.sha256(body).hexdigest()
        name = f"raw/{source}/{sha256[:2]}/{sha256}.gz"
        path = self.data_dir / name
        if self.read(name) != body:  # not there yet, or damaged
            head = json.dumps({"url": url, "retrieved_at": retrieved_at.isoformat(timespec="seconds"), "sha256": sha256})
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                file.write(gzip.compress(head.encode() + b"\n" + body, 6, mtime=0))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)  # whole or not at all, whenever the process or the machine ends
        return sha256, name

    def read(self, name: str) -> bytes | None:
        """The body of one file of the archive; None when it is not there or not whole."""
        try:
            return gzip.decompress((self.data_dir / name).read_bytes()).split(b"\n", 1)[1]
        except (OSError, EOFError, IndexError, zlib.error):
            return None

    def prune(self, keep: Iterable[str], older_than: dt.datetime, most_bytes: int, sources: Iterable[str]) -> int:
        """Delete files of these sources that are not in `keep`; returns how many.

        Those that were last written before `older_than` go, and the oldest of a source beyond `most_bytes` in sum.
        """
        kept = set(keep)
        gone = 0
        for source in sources:
            files = [path for path in (self.data_dir / "raw" / source).rglob("*") if path.is_file()]
            idle = [(path.stat(), path) for path in files if path.relative_to(self.data_dir).as_posix() not in kept]
            size = 0
            for about, path in sorted(idle, key=lambda one: one[0].st_mtime, reverse=True):
                size += about.st_size
                if size > most_bytes or dt.datetime.fromtimestamp(about.st_mtime, dt.UTC) < older_than:
                    path.unlink()
                    gone += 1
        return gone
