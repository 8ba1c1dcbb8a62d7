"""Captures cut into many files at random places, and their tables read by one call or file by file."""

from __future__ import annotations

import collections
import functools
import pathlib
import random
import struct

import pyarrow

import cluscope

#: Rows with how often each is there.
Rows = collections.Counter[tuple[object, ...]]

#: Arguments for keys.
Keys = dict[str, bytes | None]

#: Columns that may differ from one call's: `stream` is counted within a unit, `unit` is the job's own.
NUMBERS = ("stream", "unit")


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


def counted(table: pyarrow.Table) -> Rows:
    """The rows without the numbers that may differ."""
    names = [name for name in table.schema.names if name not in NUMBERS]
    return collections.Counter(zip(*(table.column(name).to_pylist() for name in names)))


@functools.cache
def trouble(path: pathlib.Path) -> tuple[str | None, bool]:
    """Why a file can't be read to its end, or nothing; and whether whoever reads it is told by an exception: not if it is merely
    cut off behind some packets."""
    try:
        known = cluscope.survey(path)
    except cluscope.CaptureError as error:
        return str(error), True
    error = known["error"]
    return error, error is not None and not ("cut off" in error and known["frames"] > 0)


def one_call(files: list[pathlib.Path], table: str, keys: Keys) -> pyarrow.Table:
    """A table of files. An error stands behind everything that could be read: it has to be there where, and only where, one of
    the files has one."""
    source = cluscope.table(list(map(str, files)), table, **keys)
    batches, failed = [], None
    try:
        reader = pyarrow.RecordBatchReader.from_stream(source)
    except cluscope.CaptureError as error:
        # A single file that can't even be opened.
        assert len(files) == 1 and trouble(files[0])[1], error
        return None
    while True:
        try:
            batches.append(reader.read_next_batch())
        except StopIteration:
            break
        except (pyarrow.ArrowException, OSError) as error:
            failed = error
            break
    assert (failed is not None) == any(trouble(file)[1] for file in files), (files[0], failed)
    return pyarrow.Table.from_batches(batches, reader.schema)


#: What tells messages apart: the first three which one it is, the others what it was read as.
KNOWN_BY = ("capture", "capture_frame", "type", "interface", "method", "call_id")


def messages(files: list[pathlib.Path], keys: Keys) -> Rows:
    """The messages of one call."""
    table = one_call(files, "messages", keys)
    return collections.Counter(zip(*(table.column(name).to_pylist() for name in KNOWN_BY))) if table else collections.Counter()


def lost(files: list[pathlib.Path], keys: Keys) -> tuple[int, int]:
    """Of the messages that one call reads: how many are missing where each file is read by itself, and how many more have no
    method or another one there."""
    together = messages(files, keys)
    alone: Rows = collections.Counter()
    for file in files:
        alone += messages([file], keys)

    def which(rows: Rows) -> Rows:
        found: Rows = collections.Counter()
        for row, count in rows.items():
            found[row[:3]] += count
        return found

    missing = (which(together) - which(alone)).total()
    return missing, (together - alone).total() - missing
