"""`make bench`: every ratio measured side by side in one run; nothing is asserted here."""

from __future__ import annotations

from importlib import import_module

PARTS = ("bench_import", "bench_catalogue", "bench_models", "bench_pages")

if __name__ == "__main__":
    for part in PARTS:
        import_module(f"tests.bench.{part}").main()
        print()
