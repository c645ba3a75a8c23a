"""How long the pages of the shipped studies take, warm, through the whole of Django."""

from __future__ import annotations

import os
import sys
import tempfile
import time

from tests.bench.measure import cost_of, show

ADDRESSES = 60


def _addresses(client: object) -> list[str]:
    """Every local address that can be reached from the home page in two steps."""
    import re

    seen, edge = ["/"], ["/"]
    for _ in range(2):
        pages = [client.get(address).content.decode() for address in edge]  # type: ignore[attr-defined]
        links = {link for page in pages for link in re.findall(r'href="(/[^"#?]*)"', page)}
        skipped = ("/static", "/admin", "/api", "/sign", "/language")
        edge = sorted(link for link in links - set(seen) if not link.startswith(skipped))
        seen += edge
    return seen[:ADDRESSES]


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        environment = {"WAVEBOOK_HOME": home}
        show("make demo after installation", cost_of([sys.executable, "manage.py", "demo"], environment))
        cost_of([sys.executable, "-m", "tests.bench.bench_pages"], environment)


def crawl() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.test import Client

    from surveys.models import User

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="local"))
    times = []
    for address in _addresses(client):
        client.get(address)
        began = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - began, address))
    times.sort(reverse=True)
    print(f"{len(times)} pages; slowest warm:", file=sys.stderr)
    for seconds, address in times[:5]:
        print(f"  {seconds * 1000:6.0f} ms  {address}", file=sys.stderr)


if __name__ == "__main__":
    crawl()
