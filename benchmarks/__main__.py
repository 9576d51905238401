"""Runs all benchmarks and prints one line each: ours, the peer's, the ratio."""

from __future__ import annotations

from benchmarks import (
    images,
    ingesting,
    listing,
    meshes,
    pipelines,
    preparing,
    scanning,
    starting,
    tables,
    uploading,
    uploads_page,
)


def main() -> None:
    for part in (
        scanning,
        starting,
        tables,
        preparing,
        listing,
        images,
        ingesting,
        uploading,
        uploads_page,
        pipelines,
        meshes,
    ):
        for name, ours, peer, what in part.measure():
            times = f"{ours * 1000:9.1f} ms   {peer * 1000:9.1f} ms   {ours / peer:6.2f} x"
            print(f"{name:32} {times} {what}")


if __name__ == "__main__":
    main()
