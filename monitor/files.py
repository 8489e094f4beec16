"""Files that a person keeps: `file:` addresses below one folder, and nothing beside it.

An address is relative to that folder, as on a web server: `file:///italy/landings.csv` is `<folder>/italy/landings.csv`.
So no path of the machine stands in the store or in a download. The situation file names the addresses, the settings name
the folder; a path that leads out of it (`..`, a drive, a link) is refused, and so is all that is not a plain file.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from monitor.errors import NotThere, SourceError

SCHEME = "file:"
PLAIN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # not each system has each


class ChangingError(Exception):
    """The file was written to while it was read."""


def read(folder: Path | None, address: str, most: int) -> bytes:
    """The bytes of a file, or for an address that ends in / the JSON list of the addresses of the files in that folder.

    Raises SourceError for what is not below `folder`, no plain file or larger than `most` bytes, NotThere for what is missing.
    """
    if folder is None:
        raise NotThere("no folder of files is configured", permanent=True)
    path = _below(folder, address)
    try:
        return _listing(folder.resolve(), path) if address.endswith("/") else _content(path, most)
    except FileNotFoundError:
        told = f"not there: put it into the folder of files ({folder}), or name another folder as MONITOR_FILES_DIR"
        raise NotThere(told, permanent=True) from None
    except (IsADirectoryError, NotADirectoryError):
        raise _refused("a folder where a file is due, or the other way round: the address of a folder ends in /") from None
    except OSError as error:
        raise _refused(f"cannot be read ({error.strerror or error})") from None


def _refused(message: str) -> SourceError:
    return SourceError(message, permanent=True)


def _below(folder: Path, address: str) -> Path:
    """Where the address leads, links followed."""
    try:
        parts = urlsplit(address)
        inside = unquote(parts.path, errors="strict").strip("/")
    except ValueError:
        raise _refused("not an address of a file") from None
    if parts.scheme != "file" or parts.netloc or parts.query or parts.fragment:
        raise _refused("not an address of a file: file:///folder/name is due, with # as %23 and ? as %3F")
    if any(part in ("..", ".") for part in inside.split("/")) or any(letter in "\\\0" or letter < " " for letter in inside):
        raise _refused("leads out of the folder of files, or is no name of a file")
    try:
        root = folder.resolve()
        path = (root / inside).resolve()
    except (OSError, RuntimeError, ValueError):
        raise _refused("is no name of a file") from None
    if not path.is_relative_to(root):
        raise _refused("leads out of the folder of files")
    return path


def _listing(root: Path, folder: Path) -> bytes:
    here = "".join(quote(part) + "/" for part in folder.relative_to(root).parts)
    kept = [path for path in folder.iterdir() if not path.name.startswith((".", "~$")) and path.is_file()]  # ~$ marks what Excel has open
    return json.dumps([f"file:///{here}{quote(path.name)}" for path in sorted(kept)]).encode()


def _content(path: Path, most: int) -> bytes:
    descriptor = os.open(path, PLAIN)  # does not wait for a pipe, nor follow a link that was put there since
    with os.fdopen(descriptor, "rb") as opened:
        before = os.fstat(descriptor)
        if stat.S_ISDIR(before.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(before.st_mode):
            raise _refused("is no plain file")
        body = opened.read(most + 1)
        after = os.fstat(descriptor)
    if len(body) > most:
        raise _refused(f"larger than {most / 1e6:.0f} MB")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ChangingError
    return body
