"""Writes `practice_recordings.jsonl.gz`, our copy of the recordings beside the repository."""

import gzip
import json

from recordings import replaying

if __name__ == "__main__":
    lines = (json.dumps(one, ensure_ascii=False) for one in replaying.originals())
    text = "\n".join(lines) + "\n"
    replaying.COPY.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))
