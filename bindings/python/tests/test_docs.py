"""Examples in docstrings and in the README say what is so."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PROGRAM, ROOT

import cluscope
from cluscope import _cluscope, _errors


def documented() -> Iterator[tuple[str, str]]:
    """Names and docstrings of whatever is public."""
    seen: set[str] = set()
    for module in (cluscope, _cluscope, _errors):
        yield module.__name__, module.__doc__ or ""
        for name, one in vars(module).items():
            if name.startswith("_") or not callable(one) or name in seen:
                continue
            seen.add(name)
            yield name, inspect.getdoc(one) or ""
            if inspect.isclass(one):
                for inner, member in vars(one).items():
                    if not inner.startswith("_"):
                        yield f"{name}.{inner}", inspect.getdoc(member) or ""


def run(name: str, text: str) -> int:
    names: dict[str, Any] = {}
    test = doctest.DocTestParser().get_doctest(text, names, name, None, 0)
    runner = doctest.DocTestRunner()
    report: list[str] = []
    runner.run(test, out=report.append)
    assert runner.failures == 0, "".join(report)
    return runner.tries


def test_examples() -> None:
    examples = {name: run(name, text) for name, text in documented()}
    assert sum(examples.values()) >= 40, examples
    for name in cluscope.__all__:
        if inspect.isclass(getattr(cluscope, name)) and name not in ("Error", "Connection", "Conversation"):
            assert examples[name] > 0, f"{name} has no example"


def test_everything_has_a_docstring() -> None:
    for name, text in documented():
        if name.split(".")[-1] not in ("filename", "line", "offset", "path", "partial"):
            assert text.strip(), name


def test_readme() -> None:
    text = Path("bindings/python/README.md").read_text()
    assert run("README.md", text) > 5


def programs(document: str) -> list[str]:
    """The programs in Python that a document shows."""
    return re.findall("```python\n(.*?)```", (ROOT / "docs" / document).read_text(), re.DOTALL)


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A capture in two files, one of which begins in the middle of a call; their names are not in the order of time."""
    # pcap: a header of 24 bytes and records with their captured length behind 8 bytes.
    data = (ROOT / "captures" / "manager.pcap").read_bytes()
    end = 24
    while end < len(data) // 3:
        end += 16 + int.from_bytes(data[end + 8 : end + 12], "little")
    (tmp_path / "ring").mkdir()
    (tmp_path / "ring" / "2.pcapng").write_bytes(data[:end])
    (tmp_path / "ring" / "1.pcapng").write_bytes(data[:24] + data[end:])
    monkeypatch.chdir(tmp_path)
    return tmp_path / "ring"


def calls_of(*captures: Path) -> int:
    return sum(1 for _ in cluscope.calls(captures))


def test_many_sessions(ring: Path) -> None:
    """What docs/embedding.md shows finds as many calls as one call does."""
    (program,) = programs("embedding.md")
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(compile(program, "docs/embedding.md", "exec"), {})
    found = sum(int(line.split()[1]) for line in told.getvalue().splitlines())
    assert found == calls_of(*ring.iterdir()) == 20, told.getvalue()


def test_file_by_file(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What docs/queries.md shows for DuckDB and Dask reads each file alone, with the loss that it tells of."""
    by_name = {word: program for program in programs("queries.md") for word in ("dask", "insert into") if word in program}
    alone = sum(calls_of(path) for path in ring.iterdir())
    assert alone != calls_of(*ring.iterdir())
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    exec(compile(by_name["insert into"], "docs/queries.md", "exec"), {})
    assert duckdb.sql("select count(*) from calls").fetchall() == [(alone,)]
    # The connection is every test's.
    duckdb.sql("drop table calls")
    pytest.importorskip("dask.dataframe")
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(PROGRAM).parent), os.environ["PATH"]]))
    names: dict[str, Any] = {}
    exec(compile(by_name["dask"], "docs/queries.md", "exec"), names)
    assert len(names["rows"]) == sum(1 for path in ring.iterdir() for _ in cluscope.open(path))
