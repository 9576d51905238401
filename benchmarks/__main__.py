"""Runs all benchmarks and prints one line each: ours, the peer's, the ratio."""

from __future__ import annotations

from benchmarks import ingesting, scanning, starting


def main() -> None:
    for name, ours, peer, what in (*scanning.measure(), *starting.measure(), *ingesting.measure()):
        print(
            f"{name:32} {ours * 1000:9.1f} ms   {peer * 1000:9.1f} ms   {ours / peer:6.2f} x {what}"
        )


if __name__ == "__main__":
    main()
