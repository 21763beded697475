"""Gets Debian packages and unpacks them into a folder; nothing is installed."""

import pathlib
import shutil
import subprocess
import sys

from mining.errors import InputError

TOOLS = ("apt-get", "dpkg-deb")


def fetch(packages, cache):
    """Folders of the unpacked packages by name; one that can't be had is named on stderr.

    What ``cache`` holds already, as .deb or unpacked, is not fetched again. InputError if none can
    be had, or the tools are needed and not here.
    """
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing and not all((cache / package).is_dir() for package in packages):
        raise InputError(
            f"the Debian samples need {' and '.join(TOOLS)}: {' and '.join(missing)} not found"
        )
    cache.mkdir(parents=True, exist_ok=True)
    folders = {}
    for package in packages:
        reason = _fetch_one(package, cache)
        if reason:
            print(f"{package}: left out: {reason}", file=sys.stderr)
        else:
            folders[package] = cache / package
    if not folders:
        raise InputError(
            "the Debian samples: no package could be had; run apt-get update, or see the network"
        )
    return folders


def _fetch_one(package, cache):
    """Why ``package`` could not be brought to its folder in ``cache``; '' if it was."""
    if (cache / package).is_dir():
        return ""
    archive = _archive(package, cache)
    if archive is None:
        reason = _run(["apt-get", "download", package], cache)
        archive = _archive(package, cache)
        if archive is None:
            return reason or "apt-get brought no file"
    partial = cache / f"{package}.part"
    shutil.rmtree(partial, ignore_errors=True)
    reason = _run(["dpkg-deb", "--extract", archive.name, partial.name], cache)
    if not reason:
        partial.rename(cache / package)
    return reason


def _archive(package, cache):
    # A version and an architecture follow the name; the newest file counts.
    found = cache.glob(f"{package}_*.deb")
    return max(found, key=lambda path: (path.stat().st_mtime, path.name), default=None)


def _run(command, folder):
    """Why the command failed, in one line; '' if it did not."""
    done = subprocess.run(command, cwd=pathlib.Path(folder), capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if line.startswith(("E:", "dpkg-deb"))]
    return said[0] if said else f"{command[0]} ended with status {done.returncode}"
