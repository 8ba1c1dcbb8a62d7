#!/usr/bin/env python3
"""Compares the programs of examples/c with the program `cluscope`, capture by capture.

    compare.py PROGRAM FEED FOLDER CAPTURES...

PROGRAM is `cluscope`, FEED the example `feed` of the test kit, FOLDER holds the built programs `packets`, `streams` and
`stubs`. Captures whose names end in .keys or .keytab are secrets for all the others. Prints how much was compared.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

program, feed, folder, *paths = sys.argv[1:]
secrets = [path for path in paths if path.endswith((".keys", ".keytab"))]
captures = [path for path in paths if path not in secrets]
keys = [path for path in secrets if path.endswith(".keys")]
keytabs = [path for path in secrets if path.endswith(".keytab")]
options = [word for path in keys for word in ("--keys", path)] + [word for path in keytabs for word in ("--keytab", path)]
counts = dict.fromkeys(("lines", "values", "lines of streams", "stubs", "encoded", "of those byte for byte", "ranges", "paths", "bytes"), 0)
environment = {name: value for name, value in os.environ.items() if name != "CLUSCOPE_KEYS"}


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, env=environment)
    if done.returncode not in (0, 3) or b"AddressSanitizer" in done.stderr or b"runtime error" in done.stderr:
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stderr.decode(errors='replace')[:2000]}")
    return done.stdout


def leaves(value):
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    if isinstance(value, list):
        return sum(map(leaves, value))
    return 1


def same(what, ours, theirs):
    """Fails at the first line that differs."""
    if ours == theirs:
        return
    for n, (a, b) in enumerate(zip(ours.splitlines() + [b"-"], theirs.splitlines() + [b"-"])):
        if a != b:
            sys.exit(f"{what}, line {n + 1}:\n{a.decode()[:600]}\n{b.decode()[:600]}")
    sys.exit(f"{what}: differs")


def without_names(value):
    """What handles stand for is known to those who see the whole capture, and not to who has a stub."""
    if isinstance(value, dict):
        named = "attributes" in value and "uuid" in value
        return {key: without_names(inner) for key, inner in value.items() if not (named and key == "object")}
    if isinstance(value, list):
        return [without_names(inner) for inner in value]
    return value


def without_diagnostics(line):
    return {key: value for key, value in json.loads(line).items() if key != "diagnostics"}


STUB = ("params", "partial", "return", "max_counts", "expressions", "trailing", "diagnostics", "error", "opaque")


def stubs(capture, lines):
    given = run(feed, "stubs", capture, *keys[:1], *keytabs[:1])
    made = run(f"{folder}/stubs", "json", stdin=given).splitlines()
    shown = [json.loads(line) for line in lines.splitlines()]
    shown = [line for line in shown if line["type"] in ("request", "response", "conv_request", "conv_response")
             and any(key in line for key in ("params", "error", "opaque"))]
    fields = [line.split(b" ") for line in given.splitlines()]
    if len(made) != len(fields) or len(shown) != len(made):
        sys.exit(f"{capture}: {len(fields)} stubs, {len(made)} objects, {len(shown)} messages with one")
    for line, message in zip(made, shown):
        line = json.loads(line)
        for key in STUB:
            if without_names(message.get(key)) != line.get(key):
                sys.exit(f"{capture}, frame {message['frame']}, {key}:\n{message.get(key)}\n{line.get(key)}")
        counts["stubs"] += 1
    # The way back, of what could be read: other encoders number referents otherwise, so what was encoded is read again.
    whole = [(line, field) for line, field in zip(made, fields) if b'"error"' not in line and b'"opaque"' not in line]
    back = run(f"{folder}/stubs", "encode", stdin=b"".join(line + b"\n" for line, _ in whole)).splitlines()
    again = b"".join(b" ".join([*field[:9], stub or b"-"]) + b"\n" for stub, (_, field) in zip(back, whole))
    again = run(f"{folder}/stubs", "json", stdin=again).splitlines()
    for (line, field), encoded, read in zip(whole, back, again, strict=True):
        # What is wrong with how it was marshalled is not wrong any more.
        if read != line and without_diagnostics(read) != without_diagnostics(line):
            sys.exit(f"{capture}: {line.decode()[:600]}\nencoded to {encoded.decode()[:300]}\nis {read.decode()[:600]}")
        counts["encoded"] += 1
        counts["of those byte for byte"] += encoded == field[9].replace(b"-", b"")
    values(capture, given, fields, [json.loads(line) for line in made])


UNESCAPE = re.compile(rb"\\(..)")
EVENT = ("VALUE", "BEGIN", "END", "OVERHEAD", "DIAGNOSTIC", "ERROR")


def text(field):
    return UNESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), field).decode()


def resolve(value, path):
    """The JSON of a path, where the two forms have the same steps."""
    for name, index in re.findall(r"([A-Za-z_]\w*)|\[(\d+)\]", path):
        while isinstance(value, dict) and "decoded" in value and name not in value:
            value = value["decoded"]
            value = value["value"] if isinstance(value, dict) and "type" in value and "value" in value else value
        if name:
            if not isinstance(value, dict) or name not in value:
                return None, False
            value = value[name]
        else:
            value = value.get("value") if isinstance(value, dict) and isinstance(value.get("value"), list) else value
            if not isinstance(value, list) or int(index) >= len(value):
                return None, False
            value = value[int(index)]
    return value, True


def equal(kind, number, shown, value):
    """Whether a value of the visitor is that of the JSON."""
    if isinstance(value, dict) and "decoded" in value and kind in (1, 2, 4, 6, 7, 10, 11):
        value = value["decoded"]
        value = value.get("value") if isinstance(value, dict) and "type" in value else value
    if isinstance(value, dict) and "value" in value and "uuid" not in value:
        value = value["value"]
    match kind:
        case 1:
            return value == number
        case 2:
            return value == number - (1 << 64 if number >> 63 else 0)
        case 3:
            return value == bool(number)
        case 4:
            return value == number or value == {"value": number, "time": shown}
        case 5:
            return value is None and shown.replace("0", "") == "----" or value == {"attributes": number, "uuid": shown}
        case 6 | 10 | 11:
            return value == shown
        case 7:
            return value == shown or isinstance(value, dict) and "utf16" in value
        case 12:
            return value is None
    return True


def values(capture, given, fields, objects):
    """Each value: its bytes decode to it, it is what JSON has at its path, and with the rest no byte is left out."""
    told = run(f"{folder}/stubs", "values", stdin=given).split(b"\ndone ")
    blocks = (b"\n" + b"\ndone ".join(told)).split(b"\ndone ")
    # Each block ends with its "done"; what stands before it are its events.
    events = [block.split(b"\n") for block in blocks]
    for n, (field, line) in enumerate(zip(fields, objects)):
        lines = events[n][1:] if n else [line for line in events[0] if line]
        stub = bytes.fromhex(field[9].replace(b"-", b"").decode())
        big = field[6] == b"1"
        covered = bytearray(len(stub))
        for event in lines:
            event, kind, _, offset, length, number, path, _, shown, name = event.split(b" ")
            kind, offset, length, number = int(kind), int(offset), int(length), int(number)
            part = stub[offset:offset + length]
            if event == b"value" or event == b"overhead":
                if any(covered[offset:offset + length]):
                    sys.exit(f"{capture}: {field[3].decode()}: bytes {offset} to {offset + length} are told twice")
                covered[offset:offset + length] = b"\1" * length
            if event != b"value":
                continue
            path, shown = text(path), text(shown)
            # Buffers are little-endian whatever the stub is.
            orders = ("little", "big") if big else ("little",)
            if length and kind in (1, 2):
                found = {int.from_bytes(part, order, signed=kind == 2) % (1 << 64) for order in orders}
                if number not in found:
                    sys.exit(f"{capture}: {path}: {part.hex()} is not {number}")
                counts["ranges"] += 1
            elif length and kind == 4:
                high, low = (4, 0)
                found = {int.from_bytes(part[low:4], order) | int.from_bytes(part[high:8], order) << 32 for order in orders}
                if number not in found:
                    sys.exit(f"{capture}: {path}: {part.hex()} is not {number}")
                counts["ranges"] += 1
            elif length and kind == 7:
                found = {part[:2 * (length // 2)].decode("utf-16-le" if order == "little" else "utf-16-be", "replace")
                         .split("\0")[0] for order in orders}
                if shown.split("\0")[0] not in found:
                    sys.exit(f"{capture}: {path}: {part.hex()} is not {shown!r}")
                counts["ranges"] += 1
            if "error" in line or kind in (8, 9):
                continue
            root = {**line.get("params", {}), "return": line.get("return")}
            value, found = resolve(root, path)
            if found:
                if not equal(kind, number, shown, value):
                    sys.exit(f"{capture}: {path}: {event} {kind} {number} {shown!r} is not {value}")
                counts["paths"] += 1
            else:
                unresolved[path] = unresolved.get(path, 0) + 1
        if not all(covered) and "error" not in line and "opaque" not in line:
            sys.exit(f"{capture}: opnum {field[3].decode()}: byte {covered.index(0)} is not told")
        counts["bytes"] += sum(covered)


unresolved = {}
for capture in captures:
    lines = run(program, "dissect", "--format", "jsonl", *options, capture)
    lines = b"".join(line + b"\n" for line in lines.splitlines() if not line.startswith(b'{"type":"capture"'))
    same(f"packets {capture}", run(f"{folder}/packets", *options, capture), lines)
    hidden = run(program, "dissect", "--format", "jsonl", "--hide-secrets", *options, capture)
    hidden = b"".join(line + b"\n" for line in hidden.splitlines() if not line.startswith(b'{"type":"capture"'))
    same(f"packets --hide-secrets {capture}", run(f"{folder}/packets", "--hide-secrets", *options, capture), hidden)
    counts["lines"] += len(lines.splitlines())
    counts["values"] += sum(leaves(json.loads(line)) for line in lines.splitlines())
    calls = run(feed, "calls", capture)
    same(f"streams {capture}", run(f"{folder}/streams", *options, stdin=calls), lines)
    counts["lines of streams"] += len(lines.splitlines())
    stubs(capture, lines)
if len(unresolved) > 0 and os.environ.get("SHOW_UNRESOLVED"):
    print(sorted(unresolved.items(), key=lambda item: -item[1])[:60])
print(f"C: {len(captures)} captures:", ", ".join(f"{count} {what}" for what, count in counts.items()),
      f"; {sum(unresolved.values())} values whose path JSON does not have")
