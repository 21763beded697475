"""Small files of the web that are kept on this machine once they were fetched."""

import concurrent.futures
import os
import pathlib
import uuid

from mining.config import fingerprint
from pipelines.common import progress, web

# Requests at a time.
_AT_ONCE = 8


def cache_folder(url):
    """Where the files below ``url`` are kept: one folder a URL."""
    caches = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return caches / "bitext-mining" / fingerprint(url.rstrip("/"))


def fetched(url, names, fetch):
    """The folder that has the files ``names`` below ``url``; what is not there yet is fetched.

    fetch: mining.config.FetchConfig. A file is there whole or not at all. Raises InputError for
    one that can't be had.
    """
    folder = cache_folder(url)
    missing = [name for name in names if not (folder / name).is_file()]
    if not missing:
        return folder

    def get(name):
        with web.open_url(f"{url.rstrip('/')}/{name}", fetch) as stream:
            content = stream.read()
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{name}.{uuid.uuid4().hex[:8]}.partial"
        try:
            partial.write_bytes(content)
            partial.replace(folder / name)
        finally:
            partial.unlink(missing_ok=True)

    pool = concurrent.futures.ThreadPoolExecutor(_AT_ONCE, "fetch")
    with progress.bar("fetch", len(missing), "files") as reporter:
        try:
            for _ in pool.map(get, missing):
                reporter.add(files=1)
            reporter.flush()
        finally:
            # After an error the rest is not asked for.
            pool.shutdown(cancel_futures=True)
    return folder
