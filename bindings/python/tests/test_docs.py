"""Examples in docstrings and in the README say what is so."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
