"""The job with very many packets of one pair of hosts, all of which one session reads: what a worker's memory comes to.

Called by spark.py, or python columns/check/spark_many.py WORK [PACKETS ...]. A recorded capture is repeated with other ports of the
client and later times, in files of 25,000 packets.
"""

from __future__ import annotations

import pathlib
import resource
import shutil
import struct
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "spark"))
import job  # noqa: E402
import pyarrow  # noqa: E402
import pyarrow.parquet  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402

import cluscope  # noqa: E402

TOUR = ROOT / "captures" / "tour.pcapng"

#: Packets of a file.
FILE = 25_000

#: Where a packet of the capture (Ethernet, IPv4 without options, TCP) has its ports, and the server's one.
PORTS, SERVER = (34, 36), 49691


def repeated(folder: pathlib.Path, packets: int) -> int:
    """Writes so many packets, or some more to come to an end; returns how often the capture was repeated."""
    folder.mkdir(parents=True)
    own = [packet[1:5] for packet in cluscope.split_packets(TOUR)]
    times = -(-packets // len(own))
    places = [at for *_, data, _ in own for at in PORTS if struct.unpack_from(">H", data, at)[0] != SERVER]
    clients = sorted({struct.unpack_from(">H", data, at)[0] for (*_, data, _), at in zip(own, places)})
    assert len(places) == len(own) and times * len(clients) < 45_000
    span = own[-1][0] - own[0][0] + 1_000_000
    out = None
    for number in range(times * len(own)):
        again, place = divmod(number, len(own))
        if number % FILE == 0:
            if out:
                out.close()
            out = (folder / f"{number // FILE:05}.pcap").open("wb")
            # Times in nanoseconds, Ethernet.
            out.write(struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 1 << 18, 1))
        when, link, data, length = own[place]
        assert link == 1
        changed = bytearray(data)
        client = clients.index(struct.unpack_from(">H", data, places[place])[0])
        struct.pack_into(">H", changed, places[place], 20_000 + again * len(clients) + client)
        seconds, rest = divmod(when + again * span, 1_000_000_000)
        out.write(struct.pack("<IIII", seconds, rest, len(changed), length) + changed)
    out.close()
    return times


def measured(make: Callable[..., Any], name: str, marks: pathlib.Path) -> Callable[..., Any]:
    """A step of the job that leaves the most memory that its process has had, in KiB, as a file's name."""

    def made(*arguments: Any) -> Callable[..., Any]:
        function = make(*arguments)

        def step(*given: Any) -> Iterator[pyarrow.RecordBatch]:
            yield from function(*given)
            (marks / f"{name}-{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}").touch()

        return step

    return made


def check(spark: SparkSession, work: pathlib.Path, counts: list[int]) -> None:
    """Runs the job over each number of packets."""
    one = pyarrow.table(cluscope.table(TOUR, "messages")).num_rows
    peaks = []
    for count in counts:
        shutil.rmtree(work, ignore_errors=True)
        times = repeated(work / "captures", count)
        marks = work / "marks"
        marks.mkdir()
        steps = {name: measured(getattr(job, name), name, marks) for name in ("split", "dissect")}
        began = time.time()
        with mock.patch.multiple(job, **steps):
            written = job.run(spark, str(work / "captures"), str(work / "tables"), partitions=2)
        assert written["messages"] == times * one, (written, times, one)
        units = set(pyarrow.parquet.read_table(work / "tables" / "messages").column("unit").to_pylist())
        assert len(units) == 1, units
        given_up = pyarrow.parquet.read_table(work / "tables" / "limits").to_pylist()
        peak = {
            step: max(int(mark.name.split("-")[1]) for mark in marks.glob(f"{step}-*")) // 1024 for step in ("split", "dissect")
        }
        peaks.append(peak["dissect"])
        print(
            f"Spark, {count} packets of one pair: {written['messages']} messages, all of them; most memory of a worker: splitting "
            f"{peak['split']} MiB, dissecting {peak['dissect']} MiB; given up for limits: "
            f"{ {row['counter']: row['count'] for row in given_up} or 'nothing'} ({time.time() - began:.0f} s)",
            flush=True,
        )
    # A session's limit, and as much again for Python, Arrow's buffers and batches.
    assert max(peaks) < 512, peaks


if __name__ == "__main__":
    import os

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "1g")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    check(session, pathlib.Path(sys.argv[1]), list(map(int, sys.argv[2:])))
