"""The job again: with other numbers of partitions, with workers that die, with files that are broken or there twice.

Called by spark.py. What is asserted is what examples/spark/README.md promises.
"""

from __future__ import annotations

import collections
import os
import pathlib
import random
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import job
import pyarrow
import pyarrow.parquet
from cutting import Keys, counted, cut, one_call, trouble
from pyspark.sql import SparkSession
from pyspark.taskcontext import TaskContext

#: Tables as the job leaves them.
ALL = (*job.TABLES, "limits", "files")


def dying(function: Callable[..., Any], name: str, marks: pathlib.Path, always: list[str] | None = None) -> Callable[..., Any]:
    """A step whose worker process is killed behind its first batch, the first time that each task is tried; `always`: each time,
    and only where the batch has these columns. Leaves a mark for each death."""

    def step(*given: Any) -> Iterator[pyarrow.RecordBatch]:
        context = TaskContext.get()
        for batch in function(*given):
            yield batch
            if batch.schema.names == always or always is None and context.attemptNumber() == 0:
                (marks / f"{name}-{context.stageId()}-{context.partitionId()}-{context.attemptNumber()}").touch()
                os.kill(os.getpid(), signal.SIGKILL)

    return step


def killed(marks: pathlib.Path) -> Any:
    """Patches every step of the job so that its workers die."""

    def made(name: str) -> Callable[..., Any]:
        make = getattr(job, name)
        return lambda *arguments: dying(make(*arguments), name, marks)

    steps = {name: made(name) for name in ("survey", "split", "dissect")}
    return mock.patch.multiple(job, **steps, unpack=dying(job.unpack, "unpack", marks))


def files_of(out: pathlib.Path) -> dict[tuple[str, str], bytes]:
    """The bytes of each file, by table and number; what is in the folders beside is told by Hadoop's names."""
    found = {}
    for table in ALL:
        names = {path.name for path in (out / table).iterdir() if not path.name.endswith(".crc")}
        assert "_SUCCESS" in names, (table, names)
        for name in names - {"_SUCCESS"}:
            number = re.fullmatch(r"part-(\d+)-[0-9a-f-]+-c(\d+)\.snappy\.parquet", name)
            assert number, (table, name)
            assert (table, number[1] + number[2]) not in found, (table, name)
            found[table, number[1] + number[2]] = (out / table / name).read_bytes()
    return found


def by_unit(out: pathlib.Path) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    """The rows of each unit in their order, every column."""
    found = collections.defaultdict(list)
    for table in ALL:
        rows = pyarrow.parquet.read_table(out / table)
        units = rows.column("unit" if table != "files" else "path").to_pylist()
        for unit, row in zip(units, zip(*(rows.column(name).to_pylist() for name in rows.schema.names))):
            found[table, unit].append(row)
    return found


def captures_with_trouble(paths: list[pathlib.Path], folder: pathlib.Path) -> dict[str, list[pathlib.Path]]:
    """Each capture in forty files, and among them some that are no captures, damaged, or there twice."""
    chance = random.Random(17)
    sites = {}
    for path in paths:
        files = cut(path, folder / path.stem, 40, chance)
        damaged, twice = files[11], files[23]
        # The file's end is in the middle of its last packet.
        damaged.write_bytes(damaged.read_bytes()[:-7])
        others = {
            "00017-empty.pcap": b"",
            "00019-none.pcap": b"this is no capture at all, and never was",
            "00019-head.pcap": job.NO_PACKETS,
            f"00023-again{twice.suffix}": twice.read_bytes(),
        }
        for name, data in others.items():
            (folder / path.stem / name).write_bytes(data)
        sites[path.stem] = sorted((folder / path.stem).iterdir())
    return sites


def check(spark: SparkSession, captures: list[pathlib.Path], work: pathlib.Path, keys: Keys, others: tuple[int, ...]) -> None:
    """Runs the job over the captures with three partitions, with as many and workers that die, and with other numbers of them."""
    shutil.rmtree(work, ignore_errors=True)
    sites = captures_with_trouble(captures, work / "captures")

    def run(name: str, partitions: int) -> pathlib.Path:
        job.run(spark, str(work / "captures"), str(work / name), keys=keys, sites=True, partitions=partitions)
        return work / name

    first = run("first", 3)
    rows = by_unit(first)
    for table in job.TABLES:
        written = pyarrow.parquet.read_schema(next((first / table).glob("*.parquet")))
        assert written.remove_metadata().equals(job.schemas()[table]), (table, written)
    for site, files in sites.items():
        for table in job.TABLES:
            # In one site no row has anything that tells units apart, if there are several.
            found = pyarrow.parquet.read_table(first / table)
            own = [unit.split("/", 1)[0] == site for unit in found.column("unit").to_pylist()]
            found = found.filter(pyarrow.array(own, pyarrow.bool_()))
            assert counted(found) == counted(one_call(files, table, keys)), (site, table)
        told = {pathlib.Path(row[0]).name: row for (table, _), (row, *_) in rows.items() if table == "files" and row[1] == site}
        status = {name: row[2] for name, row in told.items() if row[2] != "read"}
        assert trouble(files[11])[0] and len(told) == len(files), (site, len(told))
        expected = {"00017-empty.pcap": "empty", "00019-none.pcap": "skipped", "00019-head.pcap": "empty", files[11].name: "cut"}
        assert status == expected, (site, status)
        assert all(row[3] for name, row in told.items() if name in status and name != "00019-head.pcap"), (site, told)

    # Workers that die: the same bytes. Spark's log would tell each of them.
    marks = work / "deaths"
    marks.mkdir()
    spark.sparkContext.setLogLevel("OFF")
    with killed(marks):
        again = run("again", 3)
    spark.sparkContext.setLogLevel("ERROR")
    deaths = collections.Counter(path.name.split("-")[0] for path in marks.iterdir())
    assert set(deaths) == {"survey", "split", "dissect", "unpack"}, deaths
    assert files_of(again) == files_of(first)

    # Other numbers of partitions: the same rows in the same order within each unit.
    for partitions in others:
        assert by_unit(run(f"partitions-{partitions}", partitions)) == rows, partitions

    # A run that fails for good in the middle of its third table, and a second one into the same folder.
    broken = work / "broken"
    columns = job.schemas()["properties"].names
    spark.sparkContext.setLogLevel("OFF")
    with mock.patch.object(job, "unpack", dying(job.unpack, "unpack", marks, columns)):
        try:
            run("broken", 3)
        except Exception as error:
            assert "crashed" in str(error), error
        else:
            raise AssertionError("a job whose workers always die has come to an end")
    spark.sparkContext.setLogLevel("ERROR")
    whole = sorted(table for table in ALL if (broken / table / "_SUCCESS").exists())
    assert whole == ["calls", "files", "messages"], whole
    assert not list((broken / "properties").glob("*.parquet")) and not (broken / "limits").exists()
    before = sorted(str(path) for path in broken.rglob("*"))
    try:
        run("broken", 3)
    except FileExistsError:
        pass
    else:
        raise AssertionError("tables of two runs in one folder")
    assert sorted(str(path) for path in broken.rglob("*")) == before
    print(
        f"Spark again: {len(sites)} captures with files that are empty, none, damaged or there twice: rows of one call; "
        f"{', '.join(map(str, sorted((3, *others))))} partitions: the same {sum(map(len, rows.values()))} rows; "
        f"{deaths.total()} workers killed ({', '.join(f'{name} {count}' for name, count in sorted(deaths.items()))}): "
        f"the same bytes in {len(files_of(first))} files; a run that fails leaves no table that looks whole",
        flush=True,
    )
