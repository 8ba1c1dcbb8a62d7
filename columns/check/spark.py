"""Captures cut into many files at random places: the tables that examples/spark/job.py makes of all files are those of one call.

    python columns/check/spark.py CAPTURES WORK [--seeds 3] [--parts 40] [--only WORD,WORD]

CAPTURES is the folder of the recorded captures, WORK a folder of its own. Each capture is a site of its own: they share
addresses. Every column of every row is compared but `stream`, frames among them. Beside it, how many messages are lost, or
have no method or another one, when each file is read alone.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import os
import pathlib
import random
import shutil
import struct
import sys
import time

import pyarrow
import pyarrow.parquet
from pyspark.sql import SparkSession

import cluscope

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "spark"))
import job  # noqa: E402


def pieces(data: bytes) -> tuple[bool, list[tuple[bytes, bytes]]]:
    """Whether this is pcapng, and each packet's bytes with the headers that a file has to begin with to hold it."""
    found: list[tuple[bytes, bytes]] = []
    if data[:4] != b"\x0a\x0d\x0d\x0a":
        order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        at = 24
        while at < len(data):
            length = struct.unpack_from(order + "I", data, at + 8)[0] if at + 16 <= len(data) else len(data)
            end = min(at + 16 + length, len(data))
            found.append((data[:24], data[at:end]))
            at = end
        return False, found
    head, order, at = b"", "<", 0
    while at < len(data):
        kind = data[at : at + 4]
        if kind == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            head = b""
        length = struct.unpack_from(order + "I", data, at + 4)[0] if at + 8 <= len(data) else len(data)
        end = min(at + max(length, 12), len(data))
        block = data[at:end]
        if kind == b"\x0a\x0d\x0d\x0a" or struct.unpack(order + "I", kind.ljust(4, b"\0"))[0] == 1:
            head += block
        else:
            found.append((head, block))
        at = end
    return True, found


def cut(path: pathlib.Path, folder: pathlib.Path, parts: int, chance: random.Random) -> list[pathlib.Path]:
    """Cuts a capture into so many files between packets, at random places; what is damaged at its end stays there."""
    pcapng, blocks = pieces(path.read_bytes())
    places = sorted(chance.sample(range(1, len(blocks)), min(parts, len(blocks)) - 1))
    folder.mkdir(parents=True)
    files = []
    for number, (begin, end) in enumerate(zip([0, *places], [*places, len(blocks)])):
        part, head = b"", None
        for needed, block in blocks[begin:end]:
            if head is None:
                part += needed
            elif needed != head:
                # Interfaces that were added, or another section.
                part += needed[len(head) :] if needed.startswith(head) else needed
            head = needed
            part += block
        files.append(folder / f"{number:05}.{'pcapng' if pcapng else 'pcap'}")
        files[-1].write_bytes(part)
    return files


def rows(table: pyarrow.Table) -> collections.Counter[tuple[str, ...]]:
    """The rows without the numbers that may differ."""
    columns = [name for name in table.schema.names if name not in ("stream", "unit", "time")]
    lists = [table.column(name).to_pylist() for name in columns]
    return collections.Counter(zip(*lists))


def one_call(files: list[pathlib.Path], keys: dict[str, bytes]) -> dict[str, collections.Counter[tuple[str, ...]]]:
    found = {}
    for name in job.TABLES:
        parts = []
        try:
            for batch in pyarrow.RecordBatchReader.from_stream(cluscope.table(list(map(str, files)), name, **keys)):
                parts.append(batch)
        except Exception as error:  # What could not be read is told behind everything that could.
            assert "cut off" in str(error) or "truncated" in str(error), error
        schema = job.schemas()[name]
        table = pyarrow.Table.from_batches(parts) if parts else schema.empty_table()
        found[name] = rows(table)
    return found


#: What tells messages apart, whatever the numbers of frames over all files are.
KNOWN_BY = ["capture", "capture_frame", "type", "interface", "method", "call_id"]


def alone(files: list[pathlib.Path], keys: dict[str, bytes]) -> collections.Counter[tuple[str, ...]]:
    """The messages, each file read by itself."""
    count: collections.Counter[tuple[str, ...]] = collections.Counter()
    for file in files:
        count += messages([file], keys)
    return count


def messages(files: list[pathlib.Path], keys: dict[str, bytes]) -> collections.Counter[tuple[str, ...]]:
    count: collections.Counter[tuple[str, ...]] = collections.Counter()
    try:
        for batch in pyarrow.RecordBatchReader.from_stream(cluscope.table(list(map(str, files)), "messages", **keys)):
            count.update(zip(*(batch.column(name).to_pylist() for name in KNOWN_BY)))
    except Exception:  # A tail that is damaged.
        pass
    return count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("captures", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--parts", type=int, default=40)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    folders = [given.captures, given.captures / "sealed", ROOT / "captures"]
    found = sorted(path for folder in folders for path in folder.iterdir() if path.suffix in (".pcap", ".pcapng"))
    only = [word for word in given.only.split(",") if word]
    found = [path for path in found if not only or path.stem in only]
    assert found, "no captures"
    keys = {"keys": (ROOT / "captures" / "lab.keys").read_bytes(), "keytab": (given.captures / "service.keytab").read_bytes()}
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "1g")
        .config("spark.sql.shuffle.partitions", "4").getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for seed in range(1, given.seeds + 1):
        began = time.time()
        chance = random.Random(seed)
        work = given.work / f"seed-{seed}"
        shutil.rmtree(work, ignore_errors=True)
        sites = {}
        for number, path in enumerate(found):
            name = f"{number:03}-{path.stem}"
            sites[name] = cut(path, work / "captures" / name, given.parts, chance)
        # Among a thousand files some are none.
        site = work / "captures" / "broken"
        site.mkdir()
        (site / "empty.pcap").write_bytes(b"")
        (site / "none.pcap").write_bytes(b"this is no capture at all, and never was")
        partitions = (1, 3, 8)[seed % 3]
        job.run(spark, str(work / "captures"), str(work / "tables"), keys=keys, sites=True, partitions=partitions)
        status = collections.Counter(pyarrow.parquet.read_table(work / "tables" / "files").column("status").to_pylist())
        assert status["skipped"] == 1 and status["empty"] >= 1, status
        made = {}
        for name in job.TABLES:
            table = pyarrow.parquet.read_table(work / "tables" / name)
            units = [unit.split("/", 1)[0] for unit in table.column("unit").to_pylist()]
            by: dict[str, list[int]] = collections.defaultdict(list)
            for at, unit in enumerate(units):
                by[unit].append(at)
            made[name] = {unit: rows(table.take(pyarrow.array(places, pyarrow.int64()))) for unit, places in by.items()}
        totals: collections.Counter[str] = collections.Counter()
        lost = 0
        wrong = []
        for name, files in sites.items():
            for table, expected in one_call(files, keys).items():
                totals[table] += expected.total()
                spark_rows = made[table].get(name, collections.Counter())
                if spark_rows != expected:
                    wrong.append((name, table, list((expected - spark_rows).items())[:1], list((spark_rows - expected).items())[:1]))
            lost += (messages(files, keys) - alone(files, keys)).total()
        for one in wrong[:8]:
            print("differs:", *one, file=sys.stderr)
        assert not wrong, f"{len(wrong)} tables of captures differ"
        assert totals["messages"] and totals["calls"] and totals["events"], totals
        files = sum(map(len, sites.values()))
        print(
            f"Spark, seed {seed}, {partitions} partitions: {len(sites)} captures in {files} files, all rows equal to one call's: "
            + ", ".join(f"{table} {count}" for table, count in totals.items())
            + f"; file by file {lost} messages of {totals['messages']} are lost or another's ({time.time() - began:.0f} s)", flush=True
        )
        digest = hashlib.sha256()
        for table in job.TABLES:
            for path in sorted((work / "tables" / table).glob("*.parquet"), key=lambda path: path.name[:10]):
                digest.update(path.read_bytes())
        print("hash of the tables' files:", digest.hexdigest()[:16])
    spark.stop()


if __name__ == "__main__":
    main()
