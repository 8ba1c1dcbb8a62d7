"""Captures cut into many files at random places: the tables that examples/spark/job.py makes of all files are those of one call.

    python columns/check/spark.py CAPTURES WORK [--seeds 3] [--parts 40] [--some]

CAPTURES is the folder of the recorded captures, WORK a folder of its own; with --some a few of the captures do. Each capture is a
site of its own: they share addresses. Every column of every row is compared but `stream`, frames among them. Beside it, how many
messages are missing, or have no method or another one, when each file is read alone. Then spark_again.py.
"""

from __future__ import annotations

import argparse
import collections
import os
import pathlib
import random
import shutil
import sys
import time

import pyarrow
import pyarrow.parquet
from pyspark.sql import SparkSession

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "spark"))
import job  # noqa: E402
import spark_again  # noqa: E402
from cutting import Keys, counted, cut, lost, one_call  # noqa: E402

#: VLAN tags, IP fragments, 2.0 over UDP, the endpoint mapper with sealed messages, a file without its end, Kerberos.
SOME = ("tour", "n-vlan", "n-udp-ipfragments", "k-v2-udp", "j2-epm-ntlm-seal", "n-cutfile", "g-v3-spnego-krb5-seal")


def compare(spark: SparkSession, captures: list[pathlib.Path], work: pathlib.Path, seed: int, parts: int, keys: Keys) -> None:
    """One seed: cuts the captures, runs the job, compares."""
    began = time.time()
    chance = random.Random(seed)
    shutil.rmtree(work, ignore_errors=True)
    sites = {}
    for number, path in enumerate(captures):
        name = f"{number:03}-{path.stem}"
        sites[name] = cut(path, work / "captures" / name, parts, chance)
    partitions = (1, 3, 8)[seed % 3]
    job.run(spark, str(work / "captures"), str(work / "tables"), keys=keys, sites=True, partitions=partitions)
    took = time.time() - began
    made: dict[str, dict[str, pyarrow.Table]] = {}
    for name in job.TABLES:
        table = pyarrow.parquet.read_table(work / "tables" / name)
        by: dict[str, list[int]] = collections.defaultdict(list)
        for at, unit in enumerate(table.column("unit").to_pylist()):
            by[unit.split("/", 1)[0]].append(at)
        made[name] = {unit: table.take(pyarrow.array(places, pyarrow.int64())) for unit, places in by.items()}
    totals: collections.Counter[str] = collections.Counter()
    missing = other = 0
    wrong = []
    for name, files in sites.items():
        for table in job.TABLES:
            expected = counted(one_call(files, table, keys))
            totals[table] += expected.total()
            found = counted(made[table][name]) if name in made[table] else collections.Counter()
            if found != expected:
                wrong.append((name, table, list((expected - found).items())[:1], list((found - expected).items())[:1]))
        one, two = lost(files, keys)
        missing, other = missing + one, other + two
    for one in wrong[:8]:
        print("differs:", *one, file=sys.stderr)
    assert not wrong, f"{len(wrong)} tables of captures differ"
    assert totals["messages"] and totals["calls"] and totals["events"], totals
    count = sum(map(len, sites.values()))
    print(
        f"Spark, seed {seed}, {partitions} partitions: {len(sites)} captures in {count} files, all rows equal to one call's: "
        + ", ".join(f"{table} {rows}" for table, rows in totals.items())
        + f"; file by file {missing} messages of {totals['messages']} are missing, {other} more have no method or another"
        + f" ({took:.0f} s, compared in {time.time() - began - took:.0f} s)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("captures", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--parts", type=int, default=40)
    parser.add_argument("--some", action="store_true")
    given = parser.parse_args()
    folders = [given.captures, given.captures / "sealed", ROOT / "captures"]
    found = sorted(path for folder in folders for path in folder.iterdir() if path.suffix in (".pcap", ".pcapng"))
    found = [path for path in found if not given.some or path.stem in SOME]
    assert len(found) >= len(SOME), found
    keys = {"keys": (ROOT / "captures" / "lab.keys").read_bytes(), "keytab": (given.captures / "service.keytab").read_bytes()}
    os.environ["PYSPARK_PYTHON"] = sys.executable
    # A task may fail once: by default none may where there is one machine.
    spark = (
        SparkSession.builder.master("local[2,2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "1g")
        .config("spark.sql.shuffle.partitions", "4").getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for seed in range(1, given.seeds + 1):
        compare(spark, found, given.work / f"seed-{seed}", seed, given.parts, keys)
    again = [ROOT / "captures" / f"{name}.pcapng" for name in ("tour", "witness", "ndr64")]
    spark_again.check(spark, again, given.work / "again", keys, (8,) if given.some else (1, 8))
    spark.stop()


if __name__ == "__main__":
    main()
