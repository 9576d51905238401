"""Whether anything changed since the last scan, told without grouping or reading a file."""

from __future__ import annotations

import hashlib
import json

from hdp import __version__
from hdp.ingest.options import ScanOptions
from hdp.ingest.walk import Walked


def fingerprint(options: ScanOptions, walked: Walked) -> str:
    """A digest of the options and of every file's path, size, time and inode.

    Two scans of equal fingerprint find the same, unless a file was changed by somebody who
    put its time back. A new version of HDP has other fingerprints, as its rules may differ.
    """
    digest = hashlib.sha256()
    given = [__version__, options.to_json(), *_read_of_the_table(options)]
    digest.update(json.dumps(given, sort_keys=True).encode())
    for one in walked.files:
        digest.update(repr(tuple(one)).encode("utf-8", "surrogatepass"))
    rest = [sorted(walked.links.items()), sorted(walked.skipped.items())]
    findings = [one.to_json() for one in walked.findings]
    digest.update(json.dumps([*rest, findings], sort_keys=True, default=str).encode())
    return digest.hexdigest()


def _read_of_the_table(options: ScanOptions) -> list[object]:
    return [sorted(options.table_groups.items()), sorted(options.table_rows.items())]
