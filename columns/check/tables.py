"""Tables as engines read them: row counts and sums by DuckDB, Polars, PyArrow, pandas and, where it is there, Spark; the answers
of docs/queries.md; the same bytes for every number of threads.

    python columns/check/tables.py PROGRAM CAPTURES WORK [--bless]

CAPTURES is the folder of the recorded captures, WORK a folder of its own. With --bless the answers are written into the document.
"""

import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ["messages", "calls", "properties", "commands", "handles", "events", "findings"]


def run(program, *arguments):
    """Runs the program; files among the captures are damaged on purpose, so that 3 is as good as 0."""
    done = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert done.returncode in (0, 3), done.stderr.decode()
    return done.stdout


def numbers(table):
    """Names of the columns of integers."""
    return [field.name for field in table.schema if field.type == pyarrow.int64()]


def sums(program_tables, name):
    """Rows and sums of a table, by each engine; all have to agree."""
    path = program_tables / "parquet" / f"{name}.parquet"
    table = pyarrow.parquet.read_table(path)
    columns = numbers(table)
    whole = [sum(value or 0 for value in table[column].to_pylist()) for column in columns]
    expected = (table.num_rows, whole)
    total = ", ".join(f'coalesce(sum("{column}"), 0)::hugeint' for column in columns)
    (row,) = duckdb.sql(f"select count(*), {total} from '{path}'").fetchall()
    assert (row[0], [int(value) for value in row[1:]]) == expected, ("DuckDB", name)
    frame = polars.read_parquet(path)
    found = [int(frame[column].cast(polars.Int128).sum() or 0) for column in columns]
    assert (frame.height, found) == expected, ("Polars", name)
    frame = pandas.read_parquet(path)
    # Sums of nanoseconds exceed 64 bits, and columns with nulls would be floating-point numbers: Python's integers do.
    found = [sum(int(value) for value in pandas.array(table[column].to_pandas(integer_object_nulls=True)) if value is not None and value == value) for column in columns]
    assert (len(frame), found) == expected, ("pandas", name)
    arrow = pyarrow.ipc.open_file(program_tables / "arrow" / f"{name}.arrow").read_all()
    assert arrow.equals(table), ("Arrow IPC", name)
    text = pyarrow.csv.read_csv(
        program_tables / "csv" / f"{name}.csv", parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True)
    )
    assert text.num_rows == table.num_rows and text.column_names == table.column_names, ("CSV", name)
    return expected


def partitions(program, files, keys, work, rows):
    """Partitions have the same rows, and nothing twice."""
    for by in ["day", "server"]:
        out = work / f"by-{by}"
        run(program, "export", "--to", "parquet", "--partition", by, "--table", "messages,calls", *keys, *files, "-o", out)
        for table in ["messages", "calls"]:
            glob = f"{out}/{table}/*/*.parquet"
            (row,) = duckdb.sql(
                f"select count(*), count(distinct {'day' if by == 'day' else 'host'}) "
                f"from read_parquet('{glob}', hive_partitioning = true)"
            ).fetchall()
            assert row[0] == rows[table] and row[1] >= 1, (by, table, row)


def shown(relation):
    """An answer as a table of Markdown's kind."""
    rows = [relation.columns] + [["" if value is None else str(value) for value in row] for row in relation.fetchall()]
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join(lines)


def queries(work, bless):
    """Runs the queries of the document and compares their answers."""
    for table in TABLES:
        duckdb.sql(f"create or replace view {table} as select * from '{work / 'parquet' / table}.parquet'")
    duckdb.sql("set timezone = 'UTC'")
    document = ROOT / "docs" / "queries.md"
    text = document.read_text()
    pattern = re.compile(r"```sql\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)
    count = 0
    empty = []

    def answer(match):
        nonlocal count
        count += 1
        found = shown(duckdb.sql(match[1])) + "\n"
        if found.count("\n") < 3:
            empty.append(match[1])
        if not bless:
            assert match[2] == found, f"{match[1]}\nanswers\n{found}\nand the document says\n{match[2]}"
        return f"```sql\n{match[1]}```\n\n```text\n{found}```\n"

    new = pattern.sub(answer, text)
    assert count >= 12, count
    assert not empty, ("no rows", empty)
    if bless:
        document.write_text(new)
    return count


def threads(program, files, keys, work):
    """The same bytes for every number of threads."""
    def digest(number):
        out = work / "threads.parquet"
        run(program, "export", "--to", "parquet", "--threads", number, *keys, *files, "-o", out, "--force")
        outputs = [out.read_bytes()]
        for arguments in [("dissect", "--format", "jsonl"), ("dissect", "--format", "text"), ("calls", "--format", "jsonl")]:
            outputs.append(run(program, *arguments, "--threads", number, *keys, *files))
        return [hashlib.sha256(output).hexdigest()[:16] for output in outputs]

    digests = {number: digest(number) for number in (1, 2, 3, 8)}
    assert len({tuple(digest) for digest in digests.values()}) == 1, digests
    return digests[1]


def spark(work, expected):
    """The same rows and sums by Spark, in a process of its own machine."""
    if shutil.which("java") is None:
        return print("skipped: tables read by Spark: no java")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        return print("skipped: tables read by Spark: no pyspark")
    session = (
        SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC").config("spark.driver.memory", "1g").getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    for table, (rows, whole) in expected.items():
        frame = session.read.parquet(str(work / "parquet" / f"{table}.parquet"))
        columns = [name for name, kind in frame.dtypes if kind == "bigint"]
        frame.createOrReplaceTempView(table)
        total = ", ".join(f"coalesce(sum(cast(`{column}` as decimal(38, 0))), 0)" for column in columns)
        (row,) = session.sql(f"select count(*), {total} from {table}").collect()
        assert (row[0], [int(value) for value in row[1:]]) == (rows, whole), ("Spark", table)
    session.stop()
    print(f"Spark: {len(expected)} tables read, rows and sums equal")


def main():
    program, captures, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    bless = "--bless" in sys.argv
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    folders = [captures, captures / "sealed"]
    files = sorted(path for folder in folders for path in folder.iterdir() if path.suffix in (".pcap", ".pcapng"))
    assert len(files) > 60, files
    keys = ["--keys", "captures/lab.keys", "--keytab", captures / "service.keytab"]
    for to in ["parquet", "arrow", "csv"]:
        run(program, "export", "--to", to, *keys, *files, "-o", work / to)
    expected = {table: sums(work, table) for table in TABLES}
    rows = {table: rows for table, (rows, _) in expected.items()}
    assert all(rows.values()), rows
    print("rows, the same by DuckDB, Polars, PyArrow and pandas:", ", ".join(f"{k} {v}" for k, v in rows.items()))

    records = sum(1 for line in run(program, "dissect", "--format", "jsonl", *keys, *files).splitlines() if line.startswith(b'{"frame":'))
    assert records == rows["messages"], (records, rows["messages"])
    partitions(program, files, keys, work, rows)
    print(f"queries of docs/queries.md: {queries(work, bless)}")
    print("the same for 1, 2, 3 and 8 threads:", *threads(program, files, keys, work))
    spark(work, expected)


if __name__ == "__main__":
    main()
