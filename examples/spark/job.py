"""Tables of a folder of captures by Spark: the rows of one ``cluscope export`` over all files, whatever the files' boundaries.

    spark-submit examples/spark/job.py CAPTURES OUT [--keys FILE] [--keytab FILE] [--ccache FILE]
        [--decode-as RULE] [--by cluster|pair] [--sites] [--partitions N] [--memory-limit SIZE] [--hide-secrets]

Three steps; see README.md beside this file. It needs PySpark 4.1 or later, pyarrow and the package ``cluscope`` on every node.
"""

from __future__ import annotations

import argparse
import io
import pathlib
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pyarrow
from pyspark import StorageLevel
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema

import cluscope

TABLES = ("messages", "calls", "properties", "commands", "handles", "events", "findings")

#: What is known of each file: ``status`` is ``read``, ``cut`` (an error ended it behind some packets), ``empty`` or ``skipped``.
FILES = (
    "path string, site string, status string, error string, frames long, first_ns long, problems long, left_out long, "
    "pairs array<struct<low: string, high: string, bearing: string>>, "
    "links array<struct<low: string, high: string, other_low: string, other_high: string>>"
)
PACKETS = "unit string, frame long, time_ns long, link_type long, data binary, length long"
BATCHES = "unit string, number long, table string, rows long, batch binary"

#: Bytes of packets in a batch that is handed to Spark.
BATCH = 4 << 20


def survey(decode_as: list[str], memory: str, root: str | None) -> Any:
    """Of each file: its packets and pairs of hosts, or why it can't be read."""

    def files(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                known: dict[str, Any] = {"path": row["path"], "site": site(row["path"], root)}
                try:
                    found = cluscope.survey(row["content"], decode_as=decode_as, memory_limit=memory)
                except cluscope.CaptureError as error:
                    status = "skipped" if row["length"] else "empty"
                    found = {"status": status, "error": str(error), "frames": 0, "pairs": [], "links": [], "left_out": 0}
                else:
                    found["status"] = "cut" if found["error"] else "read" if found["frames"] else "empty"
                known |= found
                known["pairs"] = [dict(zip(("low", "high", "bearing"), pair)) for pair in found["pairs"]]
                names = ("low", "high", "other_low", "other_high")
                known["links"] = [dict(zip(names, link)) for link in found["links"]]
                yield pyarrow.RecordBatch.from_pylist([known], schema=FILES_ARROW)

    return files


_TEXT, _LONG = pyarrow.string(), pyarrow.int64()
FILES_ARROW = pyarrow.schema(
    [(name, _TEXT) for name in ("path", "site", "status", "error")]
    + [(name, _LONG) for name in ("frames", "first_ns", "problems", "left_out")]
    + [
        ("pairs", pyarrow.list_(pyarrow.struct([(name, _TEXT) for name in ("low", "high", "bearing")]))),
        ("links", pyarrow.list_(pyarrow.struct([(n, _TEXT) for n in ("low", "high", "other_low", "other_high")]))),
    ]
)
PACKETS_ARROW = pyarrow.schema(
    [("unit", _TEXT), ("frame", _LONG), ("time_ns", _LONG), ("link_type", _LONG), ("data", pyarrow.binary()), ("length", _LONG)]
)
BATCHES_ARROW = pyarrow.schema(
    [("unit", _TEXT), ("number", _LONG), ("table", _TEXT), ("rows", _LONG), ("batch", pyarrow.binary())]
)


def site(path: str, root: str | None) -> str:
    """The folder below the captures' own that a file lies in, where each such folder is a site with addresses of its own."""
    if root is None:
        return ""
    below = path.split(root.rstrip("/") + "/", 1)[-1].split("/")
    return below[0] if len(below) > 1 else ""


def plan(rows: list[Any], by: str) -> tuple[dict[str, int], dict[str, list[tuple[int, str]]], dict[tuple[str, str, str], str]]:
    """In which order the files of each site are read, as one run reads them, and which pairs of hosts are read together.

    Returns how many packets come before each file, the same by site, and the unit of each pair of a site.
    """
    before: dict[str, int] = {}
    captures: dict[str, list[tuple[int, str]]] = {}
    units: dict[tuple[str, str, str], str] = {}
    for name in sorted({row.site for row in rows}):
        files = sorted((row for row in rows if row.site == name and row.frames), key=lambda row: row.path)
        # The rule of the program: by the first packet's time, unless one has none.
        if all(row.first_ns is not None for row in files):
            files.sort(key=lambda row: row.first_ns)
        frames = 0
        pairs, links = [], []
        captures[name] = []
        for row in files:
            before[row.path] = frames
            captures[name].append((frames, row.path.removeprefix("file:")))
            frames += row.frames
            pairs += [(pair.low, pair.high, pair.bearing) for pair in row.pairs]
            links += [(link.low, link.high, link.other_low, link.other_high) for link in row.links]
        for (low, high), group in cluscope.group_pairs(pairs, links, by=by).items():
            units[name, low, high] = f"{name}/{group}"
    return before, captures, units


def split(decode_as: list[str], memory: str, root: str | None, plan: Any) -> Any:
    """The packets of each file, with the unit that reads them and their number over all files."""

    def packets(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        before, units = plan.value
        rows: list[dict[str, Any]] = []
        size = 0
        for batch in batches:
            for row in batch.to_pylist():
                if row["path"] not in before:
                    continue
                first, place = before[row["path"]], site(row["path"], root)
                found = cluscope.split_packets(row["content"], decode_as=decode_as, memory_limit=memory)
                while True:
                    try:
                        frame, time, link, data, length, low, high = next(found)
                    except (StopIteration, cluscope.CaptureError):
                        # The table of files tells of the error.
                        break
                    unit = units.get((place, low, high), f"{place}/{low}-{high}")
                    names = ("unit", "frame", "time_ns", "link_type", "data", "length")
                    rows.append(dict(zip(names, (unit, first + frame, time, link, data, length))))
                    size += len(data) + 128
                    if size >= BATCH:
                        yield pyarrow.RecordBatch.from_pylist(rows, schema=PACKETS_ARROW)
                        rows, size = [], 0
        if rows:
            yield pyarrow.RecordBatch.from_pylist(rows, schema=PACKETS_ARROW)

    return packets


def serialized(batch: pyarrow.Table) -> bytes:
    out = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(out, batch.schema) as writer:
        writer.write_table(batch)
    return out.getvalue().to_pybytes()


def dissect(keys: dict[str, bytes | None], options: dict[str, Any], plan: Any) -> Any:
    """The rows of all tables of a unit, whose packets come in their order."""

    def tables(key: Any, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        (unit,) = (scalar.as_py() for scalar in key)
        captures = plan.value[unit.split("/", 1)[0]]
        session = cluscope.TableSession(captures=captures, **{name: key for name, key in keys.items() if key}, **options)
        number = 0

        def rows(found: list[cluscope.Rows]) -> Iterator[pyarrow.RecordBatch]:
            nonlocal number
            for part in found:
                packed = serialized(pyarrow.table(part))
                row = {"unit": unit, "number": number, "table": part.name, "rows": len(part), "batch": packed}
                yield pyarrow.RecordBatch.from_pylist([row], schema=BATCHES_ARROW)
                number += 1

        for batch in batches:
            columns = [batch.column(name) for name in ("frame", "time_ns", "link_type", "data", "length")]
            # Packets that are not in their order raise a ValueError: nothing is read in a wrong order silently.
            yield from rows(session.packets(zip(*(column.to_pylist() for column in columns))))
        yield from rows(session.finish())
        given_up = session.limits
        if given_up:
            packed = serialized(pyarrow.table({"counter": list(given_up), "count": list(given_up.values())}))
            row = {"unit": unit, "number": number, "table": "limits", "rows": len(given_up), "batch": packed}
            yield pyarrow.RecordBatch.from_pylist([row], schema=BATCHES_ARROW)

    return tables


def unpack(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
    for batch in batches:
        for unit, packed in zip(batch.column("unit").to_pylist(), batch.column("batch").to_pylist()):
            for part in pyarrow.ipc.open_stream(packed):
                units = pyarrow.array([unit] * part.num_rows, pyarrow.string())
                yield pyarrow.RecordBatch.from_arrays([units, *part.columns], names=["unit", *part.schema.names])


def schemas() -> dict[str, pyarrow.Schema]:
    """The tables' columns: those of docs/schema.md behind the unit."""
    found = {}
    for name in TABLES:
        # A capture without packets, for the sake of its columns.
        empty = pyarrow.table(cluscope.table(io.BytesIO(NO_PACKETS), name)).schema
        found[name] = pyarrow.schema([pyarrow.field("unit", pyarrow.string()), *empty])
    limits = [("unit", pyarrow.string()), ("counter", pyarrow.string()), ("count", pyarrow.int64())]
    return found | {"limits": pyarrow.schema(limits)}


#: A pcap file without packets.
NO_PACKETS = bytes.fromhex("d4c3b2a1020004000000000000000000") + bytes.fromhex("0000040001000000")


def run(
    spark: SparkSession,
    captures: str,
    out: str,
    *,
    keys: dict[str, bytes | None] | None = None,
    decode_as: list[str] | None = None,
    by: str = "cluster",
    sites: bool = False,
    partitions: int = 8,
    memory: str = "256MB",
    hide_secrets: bool = False,
) -> dict[str, int]:
    """Reads all files below ``captures`` and writes the tables below ``out``, where none may be: ``files`` first and ``limits``
    last. Returns how many rows each has."""
    # Which rows come into which file must not depend on how large something turned out to be.
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # Arrow batches of few rows and bytes: packets may be large, and files are. One row goes whatever its size.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1024")
    spark.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", str(BATCH))
    # The type of docs/schema.md, not one of 96 bits.
    spark.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    try:
        spark.read.format("binaryFile").load(f"{out}/files")
    except AnalysisException as error:
        if error.getCondition() != "PATH_NOT_FOUND":
            raise
    else:
        # Tables of two runs must not stand side by side.
        raise FileExistsError(f"{out} already has tables")
    rules = decode_as or []
    root = captures if sites else None
    context = spark.sparkContext
    if __name__ != "__main__":
        # Workers find its functions by the module's name.
        context.addPyFile(__file__)
    content = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(captures)

    # 1. What is in each file. Small: a row a file.
    files = content.select("path", "length", "content").mapInArrow(survey(rules, memory, root), FILES)
    files = files.persist(StorageLevel.DISK_ONLY)
    known = [row.asDict() for row in files.select(*FILES_ARROW.names).collect()]
    # Spark hands out no row for a file without a byte; it is told of all the same.
    seen = {row["path"] for row in known}
    for uri in content.inputFiles():
        path = re.sub("^file:/+", "file:/", urllib.parse.unquote(uri))
        if path not in seen:
            nothing = {"status": "empty", "error": "no bytes", "frames": 0, "left_out": 0, "pairs": [], "links": []}
            known.append(dict.fromkeys(FILES_ARROW.names) | nothing | {"path": path, "site": site(path, root)})
    known = [Row(**row) for row in sorted(known, key=lambda row: row["path"])]
    before, named, units = plan(known, by)
    told = spark.createDataFrame(known, FILES).drop("pairs", "links").coalesce(1)
    told.write.mode("errorifexists").parquet(f"{out}/files")

    # 2. Packets to the units that read them, in their order.
    planned = context.broadcast((before, units))
    packets = content.select("path", "content").mapInArrow(split(rules, memory, root, planned), PACKETS)
    ordered = packets.repartition(partitions, "unit").sortWithinPartitions("unit", "frame")

    # 3. Each unit by one session. The order within the partition is kept: it is what grouping asks for, and more.
    options: dict[str, Any] = {"decode_as": rules, "memory_limit": memory, "hide_secrets": hide_secrets}
    tables = dissect(keys or {}, options, context.broadcast(named))

    def typed(key: tuple[pyarrow.Scalar, ...], batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        return tables(key, batches)

    # Spark decides by the annotations whether a function takes batches.
    typed.__annotations__ = {
        "key": tuple[pyarrow.Scalar, ...],
        "batches": Iterator[pyarrow.RecordBatch],
        "return": Iterator[pyarrow.RecordBatch],
    }
    batches = ordered.groupBy("unit").applyInArrow(typed, BATCHES).persist(StorageLevel.DISK_ONLY)
    counted = {row["table"]: row["rows"] for row in batches.groupBy("table").agg(sql.sum("rows").alias("rows")).collect()}
    written = {}
    for name, schema in schemas().items():
        rows: DataFrame = batches.where(sql.col("table") == name).mapInArrow(unpack, from_arrow_schema(schema))
        # Spark leaves no _SUCCESS behind a table that is not whole. The last one tells that all are.
        rows.write.mode("errorifexists").parquet(f"{out}/{name}")
        written[name] = int(counted.get(name, 0))
    written["files"] = len(known)
    skipped = sum(row.status == "skipped" for row in known)
    cut = sum(row.status == "cut" for row in known)
    empty = sum(row.status == "empty" for row in known)
    print(f"{len(known)} files: {skipped} skipped, {cut} cut, {empty} empty")
    batches.unpersist()
    files.unpersist()
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description="Tables of a folder of captures.")
    parser.add_argument("captures")
    parser.add_argument("out")
    for name in ("keys", "keytab", "ccache"):
        parser.add_argument(f"--{name}", type=pathlib.Path, help="a file that the driver reads and hands to the workers")
    parser.add_argument("--decode-as", action="append", default=[])
    parser.add_argument("--by", choices=["cluster", "pair"], default="cluster")
    parser.add_argument("--sites", action="store_true", help="each folder below CAPTURES is a site with addresses of its own")
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--memory-limit", default="256MB", help="of each session")
    parser.add_argument("--hide-secrets", action="store_true")
    given = parser.parse_args()
    keys = {name: path.read_bytes() if path else None for name in ("keys", "keytab", "ccache") for path in [vars(given)[name]]}
    spark = SparkSession.builder.appName("cluscope").getOrCreate()
    written = run(
        spark, given.captures, given.out, keys=keys, decode_as=given.decode_as, by=given.by, sites=given.sites,
        partitions=given.partitions, memory=given.memory_limit, hide_secrets=given.hide_secrets,
    )
    print(", ".join(f"{name} {rows}" for name, rows in written.items()))
    spark.stop()


if __name__ == "__main__":
    main()
