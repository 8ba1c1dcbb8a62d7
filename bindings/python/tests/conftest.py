"""Captures, keys and the program that the package is compared with."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# Where the tests run may be a copy of where they are kept.
ROOT = Path(os.environ.get("CLUSCOPE_ROOT", Path(__file__).resolve().parents[3]))
SHARED = Path(os.environ.get("CLUSCOPE_SHARED", ROOT.parent / "shared"))
PROGRAM = os.environ.get("CLUSCOPE_PROGRAM", str(ROOT / "target" / "debug" / "cluscope"))


@dataclass(frozen=True)
class Case:
    """A capture with the keys that open it."""

    path: Path
    keys: tuple[Path, ...] = ()
    keytab: tuple[Path, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """As the program takes them."""
        keys = [argument for path in self.keys for argument in ("--keys", str(path))]
        keytab = [argument for path in self.keytab for argument in ("--keytab", str(path))]
        return [str(self.path), *keys, *keytab]

    @property
    def options(self) -> dict[str, Any]:
        """As the package takes them."""
        return {"keys": [*self.keys], "keytab": [*self.keytab]}


def cases() -> list[Case]:
    found = []
    keys = ROOT / "captures" / "lab.keys"
    for path in sorted((ROOT / "captures").glob("*.pcap*")):
        found.append(Case(path, (keys,)))
    shared = SHARED / "captures"
    keytab = shared / "service.keytab"
    for path in sorted(path for path in shared.rglob("*") if path.suffix in (".pcap", ".pcapng", ".etl")):
        found.append(Case(path, (keys,), (keytab,) if keytab.exists() else ()))
    return found


CASES = cases()


def program(*arguments: str, status: tuple[int, ...] = (0,)) -> list[str]:
    """Lines of the program."""
    environment = {name: value for name, value in os.environ.items() if name != "CLUSCOPE_KEYS"}
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, env=environment)
    assert done.returncode in status, done.stderr
    return done.stdout.splitlines()


def values(value: Any) -> int:
    """Values in something that came of JSON."""
    if isinstance(value, dict):
        return sum(map(values, value.values()))
    if isinstance(value, list):
        return sum(map(values, value))
    return 1


class Count:
    """What was compared."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = {}

    def add(self, what: str, one: Any) -> None:
        counts = self.counts.setdefault(what, [0, 0])
        counts[0] += 1
        counts[1] += values(one)


COUNT = Count()


@pytest.fixture(scope="session")
def count() -> Count:
    return COUNT


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for what, (records, compared) in COUNT.counts.items():
        terminalreporter.write_line(f"compared with the program: {what}: {records} records, {compared} values")


def pytest_configure(config: Any) -> None:
    os.chdir(ROOT)
