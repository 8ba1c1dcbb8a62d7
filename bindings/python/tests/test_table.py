"""Tables as Arrow streams: engines take them without a file, and they are those of the program's ``export``."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from conftest import PROGRAM, ROOT

import cluscope

NAMES = ["messages", "calls", "properties", "commands", "handles", "events", "findings"]
CAPTURES = [ROOT / "captures" / name for name in ("tour.pcapng", "sealed.pcapng", "faults.pcapng")]
KEYS = ROOT / "captures" / "lab.keys"


def exported(name: str) -> list[dict[str, Any]]:
    """The rows by the program."""
    arguments = ["export", "--to", "jsonl-flat", "--table", name, "--keys", str(KEYS), *map(str, CAPTURES)]
    lines = subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, check=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_those_of_the_program(name: str) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = cluscope.table(CAPTURES, name, keys=KEYS)
    rows = pyarrow.table(table)
    expected = exported(name)
    assert rows.num_rows == len(expected)
    # None of these captures has a registry batch.
    assert expected or name == "commands"
    assert rows.schema.metadata[b"cluscope.table"] == name.encode()
    for row, line in zip(rows.drop_columns(["time"]).to_pylist(), expected, strict=True):
        del line["time"]
        assert row == line
    # Each stream reads anew.
    assert pyarrow.table(table).equals(rows)


def test_engines_take_it() -> None:
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    calls = cluscope.table(CAPTURES, "calls", keys=KEYS)
    count = len(exported("calls"))
    assert polars.DataFrame(calls).height == count
    assert duckdb.sql("select count(*) from calls").fetchall() == [(count,)]


def test_what_can_not_be_read_is_told() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(FileNotFoundError):
        cluscope.table(ROOT / "no-such-file").__arrow_c_stream__()
    with pytest.raises(cluscope.CaptureError):
        cluscope.table(ROOT / "Cargo.toml").__arrow_c_stream__()
    # Behind everything that could be read.
    reader = pyarrow.RecordBatchReader.from_stream(cluscope.table([CAPTURES[0], ROOT / "Cargo.toml"]))
    rows = 0
    with pytest.raises(Exception, match="Cargo.toml"):
        for batch in reader:
            rows += batch.num_rows
    assert rows > 200
