#!/usr/bin/env python3
"""Compares what the plugin adds to tshark's tree with what `cluscope dissect` prints, value by value.

    compare.py --cluscope PROGRAM --tshark COMMAND --stock COMMAND [--keytab FILE] [--password TEXT] CAPTURE...

COMMAND is a command line (split at blanks) that runs tshark, with the plugin and without it. For each capture:

* every item of the plugin's that stands for a value is compared with the value at its path in the JSON of the same message;
* the bytes at its place (PDML's `pos` and `size`) are decoded here, by its type alone, and must give the value shown;
* every value of the JSON must have an item, but for what a tree does not show by design (ONLY_JSON);
* objects and statuses agree;
* frames that tshark calls malformed are no more than without the plugin.

Prints a line for each capture and the totals; exit status 1 if anything differs.
"""
import argparse
import collections
import concurrent.futures
import datetime
import ipaddress
import json
import os
import re
import subprocess
import sys
import uuid
import xml.etree.ElementTree

# What the plugin adds that is no value of the stub: compared by Message.summary, or one of tshark's expert items.
ABOUT = {"cluscope", "cluscope.opnum", "cluscope.method", "cluscope.control_code", "cluscope.status", "cluscope.trailing",
         "cluscope.unread", "cluscope.opaque", "cluscope.object", "cluscope.object.kind", "cluscope.object.state",
         "cluscope.object.opened", "cluscope.error", "cluscope.cut", "cluscope.diagnostic", "cluscope.buffer_error",
         "cluscope.truncated", "cluscope.reserved"}
# In `decoded` of a buffer: the rest stands at the message in the tree, or only in JSON.
DECODED_BESIDE = {"type", "reading", "diagnostics", "trailing", "error", "expression", "control_code", "guess",
                  "diagnostics_omitted"}


class Difference(Exception):
    pass


def field_types(tshark):
    """Type of each of the plugin's fields, by filter name."""
    out = subprocess.run(tshark + ["-G", "fields"], capture_output=True, text=True, check=True).stdout
    types = {}
    for line in out.splitlines():
        parts = line.split("\t")
        if parts[0] == "F" and parts[2].startswith("cluscope"):
            types[parts[2]] = parts[3]
    return types


def utf16(raw, endian):
    """The text before the first null unit."""
    units = [int.from_bytes(raw[i:i + 2], endian) for i in range(0, len(raw) - 1, 2)]
    if 0 in units:
        units = units[:units.index(0)]
    return b"".join(u.to_bytes(2, "little") for u in units).decode("utf-16-le", "replace")


def shown_text(text):
    """As the tree shows text: what it can't show is replaced."""
    return text.replace("\0", "\u2400")


def guid(raw, endian):
    return str(uuid.UUID(bytes_le=raw) if endian == "little" else uuid.UUID(bytes=raw))


class Message:
    """Compares the items of one message with its JSON."""

    def __init__(self, types, record, frames, answers):
        self.types, self.record, self.frames, self.answers = types, record, frames, answers
        self.count = 0
        self.only_json = collections.Counter()
        self.endian = record.get("endian", "little")

    def compare(self, proto, asked):
        self.summary(proto, asked)
        values = dict(self.record.get("params", self.record.get("partial", {})))
        if "return" in self.record:
            values["return"] = self.record["return"]
        self.members(proto, values, self.endian, "")

    def summary(self, proto, asked):
        """What is told of the message as a whole. `asked` is the JSON of a response's request."""
        record = self.record
        values = record.get("params", record.get("partial", {}))
        before = asked and asked.get("params", asked.get("partial", {}))
        for item in proto:
            name, show = item.get("name"), item.get("show")
            if name == "cluscope.opnum":
                self.agree(name, show, str(record["opnum"]))
            elif name == "cluscope.method":
                self.agree(name, show, record["method"])
            elif name == "cluscope.control_code":
                codes = [value["value"] for value in (before or values).values()
                         if isinstance(value, dict) and ("control_code" in value or "CTL_" in value.get("name", ""))]
                self.agree(name, [int(show, 0)], codes)
            elif name == "cluscope.status":
                returned = record.get("return")
                if not isinstance(returned, dict) or "value" not in returned:
                    # The first status parameter, of a method that returns a handle.
                    returned = next(value for key, value in values.items() if key.lower().endswith("status"))
                self.agree(name, int(show, 0), returned["value"])
                self.agree(name, int.from_bytes(bytes.fromhex(item.get("value")), self.endian), returned["value"])
            elif name == "cluscope.trailing":
                self.agree(name, item.get("value"), record.get("trailing"))
            elif name == "cluscope.object" and asked:
                names = [value["object"].get("name") for value in before.values()
                         if isinstance(value, dict) and "object" in value]
                if names and show not in names:
                    raise Difference(f"{name}: {show!r} is none of {names}")

    def agree(self, name, one, other):
        self.count += 1
        if one != other:
            raise Difference(f"{name}: {one!r} is not {other!r}")

    def members(self, outer, values, endian, path):
        """The items below `outer` against the members of an object or the elements of a list."""
        seen = set()
        last = None
        for item in outer:
            name = item.get("name", "")
            if name == "cluscope.property.number":
                self.number_beside(item, last)
                continue
            if not name.startswith("cluscope.") or name in ABOUT:
                continue
            label = item.get("showname").removeprefix(" [truncated]")
            if re.match(r"[01. ]+ = ", label):
                continue   # a bit of the mask around it
            element = re.match(r"\[(\d+)\]", label)
            word = element or re.match(r"([^:\s(]+)", label)
            if not word:
                raise Difference(f"{path}: an item {name} with the label {label!r}")
            key = int(word.group(1)) if element else word.group(1)
            here = f"{path}[{key}]" if element else f"{path}.{key}" if path else key
            if isinstance(values, list):
                if not element or key >= len(values):
                    raise Difference(f"{here}: not in the JSON list")
                value = values[key]
            elif isinstance(values, dict) and key in values:
                value = values[key]
            else:
                raise Difference(f"{here}: not in the JSON")
            seen.add(key)
            last = (item, value, here)
            self.item(item, value, endian, here)
        every = range(len(values)) if isinstance(values, list) else values
        for key in every:
            if key not in seen:
                raise Difference(f"{path}: {key!r} has no item")

    def number_beside(self, item, last):
        number = int(item.get("show"))
        if last is None or int(last[0].get("show")) & (2**64 - 1) != number & (2**64 - 1):
            raise Difference(f"{last and last[2]}: the number beside it is {number}")

    def item(self, item, value, endian, path):
        try:
            self.one(item, value, endian, path)
        except Difference:
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise Difference(f"{path}: {error!r}: {item.attrib} {json.dumps(value)[:200]}") from error

    def one(self, item, value, endian, path):
        name, kind = item.get("name"), self.types[item.get("name")]
        size = int(item.get("size"))
        raw = bytes.fromhex(item.get("unmaskedvalue") or item.get("value") or "")
        if name in ("cluscope.null", "cluscope.secret"):
            return self.absent(item, name, value, raw, size, path)
        if kind == "FT_NONE":
            return self.outer(item, value, endian, path)
        if len(raw) != size:
            raise Difference(f"{path}: {len(raw)} bytes at its place, {size} said")
        if kind == "FT_BYTES":
            return self.bytes(item, value, raw, path)
        self.count += 1
        shown, decoded = {
            "FT_STRING": self.text, "FT_GUID": self.guid, "FT_BOOLEAN": self.boolean, "FT_ABSOLUTE_TIME": self.time,
            "FT_IPv4": self.ipv4, "FT_IPv6": self.ipv6,
        }.get(kind, self.integer)(item, value, raw, endian)
        if shown is not True:
            raise Difference(f"{path}: {item.get('showname')!r} is not {json.dumps(value)[:300]}: {shown}")
        if decoded is not True:
            raise Difference(f"{path}: the bytes {raw.hex()[:200]} are not {item.get('show')!r}: {decoded}")

    def absent(self, item, name, value, raw, size, path):
        self.count += 1
        if item.get("show") != path:
            raise Difference(f"{path}: its path is {item.get('show')!r}")
        if name == "cluscope.null":
            if value is not None or any(raw):
                raise Difference(f"{path}: a null pointer, {raw.hex()}, and {json.dumps(value)[:100]}")
            return
        if isinstance(value, dict) and (value.get("secret") or value.get("decoded", {}).get("guess")):
            return
        # What may be a secret is left out of the tree whole, in JSON where something says so.
        if isinstance(value, dict) and "hex" in value and size * 2 == len(value["hex"]):
            self.only_json["bytes that may be a secret"] += 1
            return
        raise Difference(f"{path}: a secret of {size} bytes, and {json.dumps(value)[:200]}")

    def outer(self, item, value, endian, path):
        if isinstance(value, dict) and set(value) == {"value", "hex"}:
            value = value["value"]
        if isinstance(value, dict):
            value = {key: inner for key, inner in value.items() if key != "reading"}
        if not isinstance(value, (dict, list)):
            raise Difference(f"{path}: holds others, and {json.dumps(value)[:100]}")
        self.members(item, value, endian, path)

    def bytes(self, item, value, raw, path):
        """A buffer: its digits, then what it holds, which is little-endian whatever the stub is."""
        self.count += 1
        digits = item.get("show").replace(":", "")
        if isinstance(value, dict) and isinstance(value.get("value"), list):
            return self.units_as_bytes(value, raw, path)
        if digits != value["hex"]:
            raise Difference(f"{path}: {digits[:200]} is not {value['hex'][:200]}")
        if not value.get("secret") and raw.hex() != digits:
            raise Difference(f"{path}: the bytes {raw.hex()[:200]} are not {digits[:200]}")
        inner = [child for child in item if child.get("name", "").startswith("cluscope.")
                 and re.match(r"( \[truncated\])?decoded", child.get("showname") or "")]
        if not inner:
            if "decoded" in value:
                held = value["decoded"]
                if not isinstance(held, dict) or ("value" in held and not held.get("guess")):
                    raise Difference(f"{path}: what it holds has no item")
                self.only_json["a guess" if held.get("guess") else "what can't be read of a buffer"] += 1
            return
        held = value["decoded"]
        if isinstance(held, dict) and "type" in held and set(held) - {"value", "partial"} <= DECODED_BESIDE:
            held = held["value"] if "value" in held else held["partial"]
        self.members(item, {"decoded": held}, "little", path)

    def text(self, item, value, raw, endian):
        show = item.get("show")
        if isinstance(value, dict) and "decoded" in value and isinstance(value.get("value"), list):
            units = [int.from_bytes(raw[i:i + 2], endian) for i in range(0, len(raw), 2)]
            return show == shown_text("\0".join(value["decoded"])), units == value["value"]
        if isinstance(value, dict) and "text" in value and isinstance(value.get("value"), list):
            units = [int.from_bytes(raw[i:i + 2], endian) for i in range(0, len(raw), 2)]
            return show == value["text"], units == value["value"] and utf16(raw, endian) == show
        if isinstance(value, dict) and "value" in value and "hex" in value and "name" not in value:
            # A value whose bytes are not what encoding it gives.
            if raw.hex() != value["hex"]:
                return f"bytes {raw.hex()}", True
            value = value["value"]
        if isinstance(value, dict) and "utf16" in value:
            given = bytes.fromhex(value["utf16"])
            return show == given.decode("utf-16-le", "replace"), raw[:len(given)] == given
        if isinstance(value, dict) and "hex" in value:
            words = value.get("sddl", value.get("partial_sddl", value["hex"]))
            return show == words, raw.hex() == value["hex"]
        if isinstance(value, str):
            if item.get("name") == "cluscope.property.value" or self.of_any_kind(item):
                if show == value and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) and len(raw) == 16:
                    return True, guid(raw, endian) == value
            return show == value, utf16(raw, endian) == value
        # A number, shown as its digits.
        number = value["value"] if isinstance(value, dict) else int(value)
        named = self.names(item, value)
        if isinstance(value, dict) and "time" in value and show == value["time"]:
            return named, int.from_bytes(raw, endian) == number
        if isinstance(value, bool):
            return show == str(int(value)), True
        ok = int(show) == number
        return (ok and named) or f"{show}", int.from_bytes(raw, endian, signed=number < 0) == number

    def of_any_kind(self, item):
        return item.get("name") == "cluscope.BATCH_UPDATE_COMMAND.Data"

    def names(self, item, value):
        if not isinstance(value, dict):
            return True
        # An item for each bit that has a name of its own.
        for bit in item:
            name = bit.get("name").rsplit(".", 1)[-1]
            if not re.match(r"[01. ]+ = ", bit.get("showname") or "") or bit.get("show") not in ("1", "True"):
                continue
            if value.get("flags") is None or not any(name == re.sub(r"[^A-Za-z0-9_-]", "_", f) for f in value["flags"]):
                return False
            self.count += 1
        label = item.get("showname")
        return (("name" not in value or value["name"] in label)
                and ("time" not in value or value["time"] in label)
                and all(flag in label or len(label) > 200 for flag in value.get("flags", ())))

    def integer(self, item, value, raw, endian):
        show = int(item.get("show"), 0)
        number = value["value"] if isinstance(value, dict) else value
        if isinstance(number, bool) or number != show or not self.names(item, value):
            return f"{show}", True
        if not raw:
            return True, True
        return True, int.from_bytes(raw, endian, signed=number < 0) == number

    def guid(self, item, value, raw, endian):
        show = item.get("show")
        if len(raw) == 16:
            return show == value, guid(raw, endian) == show
        if len(raw) != 20:
            return True, f"{len(raw)} bytes"
        attributes = int.from_bytes(raw[:4], endian)
        if guid(raw[4:], endian) != show:
            return True, guid(raw[4:], endian)
        if value is None:
            return not any(raw), True
        return self.handle(item, value, attributes, show), True

    def handle(self, item, value, attributes, show):
        if (value["uuid"], value["attributes"]) != (show, attributes):
            return f"{attributes}, {show}"
        told = {child.get("name"): child.get("show") for child in item}
        named = value.get("object")
        for key, field in (("kind", "cluscope.object.kind"), ("name", "cluscope.object"),
                           ("state", "cluscope.object.state"), ("opened", "cluscope.object.opened")):
            if named is not None and not self.frames.issuperset(self.opening(named)):
                continue   # tshark did not open or find the messages that opened it
            if named is not None and field in told:
                if told[field] != str(named.get(key)):
                    return f"{field} is {told[field]}"
                self.count += 1
            elif named is not None and key in named:
                return f"{field} is not there"
            elif named is None and field in told:
                return f"{field} is there"
        return True

    def opening(self, named):
        """The frames of the request and response that opened an object."""
        frame = named.get("opened")
        return {frame, self.answers.get(frame, frame)} - {None, self.record["frame"]}

    def boolean(self, item, value, raw, _endian):
        return item.get("show") in (str(int(value)), str(value)), True

    def time(self, item, value, raw, endian):
        words = [int.from_bytes(raw[i:i + 4], endian) for i in (0, 4)]
        number = words[0] | words[1] << 32
        if number != value["value"]:
            return True, f"{number}"
        if value.get("time") and value["time"] not in item.get("showname"):
            return item.get("showname"), True
        return self.clock(item.get("show"), number), True

    def clock(self, show, number):
        """The time that tshark prints by itself, where it is within what Python can count."""
        seconds, rest = divmod(number, 10**7)
        try:
            at = datetime.datetime(1601, 1, 1) + datetime.timedelta(seconds=seconds)
        except OverflowError:
            return True
        wanted = f"{at:%b} {at.day:2d}, {at.year} {at:%H:%M:%S}.{rest:07d}00 UTC"
        return show == wanted or f"{show} is not {wanted}"

    def ipv4(self, item, value, raw, endian):
        # In NDR one integer, whose least significant byte is the first of the address.
        raw = raw if endian == "little" else raw[::-1]
        return item.get("show") == value, ".".join(map(str, raw)) == value

    def ipv6(self, item, value, raw, endian):
        # In NDR eight integers.
        raw = raw if endian == "little" else bytes(raw[i ^ 1] for i in range(len(raw)))
        return ipaddress.ip_address(item.get("show")) == ipaddress.ip_address(value), \
            ipaddress.ip_address(raw) == ipaddress.ip_address(value)

    def units_as_bytes(self, value, raw, path):
        units = [int.from_bytes(raw[i:i + 2], self.endian) for i in range(0, len(raw), 2)]
        if units != value["value"]:
            raise Difference(f"{path}: {raw.hex()[:100]} are not {value['value'][:50]}")


def options(args, capture):
    """What tshark needs to open sealed stubs, and to put segments in order."""
    out = ["-o", "tcp.reassemble_out_of_order:TRUE"]
    if args.password:
        out += ["-o", "ntlmssp.nt_password:" + args.password]
    if args.keytab:
        out += ["-o", "kerberos.decrypt:TRUE", "-o", "kerberos.file:" + args.keytab]
    return out


def dissected(args, capture, hide=True):
    command = [args.cluscope, "dissect", "--format", "jsonl"] + ["--hide-secrets"] * hide
    if args.keys:
        command += ["--keys", args.keys]
    if args.keytab:
        command += ["--keytab", args.keytab]
    out = subprocess.run(command + [capture], capture_output=True).stdout
    records = collections.defaultdict(list)
    for line in out.splitlines():
        record = json.loads(line)
        if record.get("type") in ("request", "response") and record.get("interface") in ("clusapi", "witness"):
            records[record["frame"], record["type"], record.get("call_id")].append(record)
    return records


def own_number(layer):
    """The number of the call that a layer of DCE/RPC says, and whether it is a request or response."""
    number = kind = None
    for field in layer.iter("field"):
        name = field.get("name")
        if name in ("dcerpc.cn_call_id", "dcerpc.dg_seqnum") and number is None:
            number = int(field.get("show"), 0)
        elif name == "dcerpc.pkt_type" and kind is None:
            kind = {"0": "request", "2": "response"}.get(field.get("show"))
    return kind, number


def packets(tshark, capture, extra):
    """Each packet of a capture: its frame number and its layers."""
    process = subprocess.Popen(tshark + ["-r", capture, "-T", "pdml"] + extra, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    broken = ""
    try:
        for _, element in xml.etree.ElementTree.iterparse(process.stdout):
            if element.tag == "packet":
                frame = next(int(f.get("show")) for f in element.iter("field") if f.get("name") == "frame.number")
                yield frame, list(element)
                element.clear()
    except xml.etree.ElementTree.ParseError as error:
        broken = str(error)
    error = process.stderr.read().decode("utf-8", "replace")
    process.wait()
    bad = [line for line in error.splitlines() if re.search("cluscope|ERROR|CRITICAL|WARNING|Dissector bug", line)]
    # A capture that ends in the middle of a packet is an error of its own.
    if bad or broken or process.returncode not in (0, 2):
        raise Difference(f"tshark: exit {process.returncode}: {broken} {' '.join(bad or [error])[:300]}")


def malformed(tshark, capture, extra):
    """The frames that tshark calls malformed."""
    out = subprocess.run(tshark + ["-r", capture, "-Y", "_ws.malformed", "-T", "fields", "-e", "frame.number"] + extra,
                         capture_output=True, text=True).stdout
    return set(out.split())


def compare(args, types, capture):
    tshark, stock = args.tshark.split(), args.stock.split()
    extra = options(args, capture)
    counts = collections.Counter()
    problems, sealed, frames = [], [], set()
    records = dissected(args, capture)
    total = sum(map(len, records.values()))
    requests = {(r["frame"], r.get("call_id")): r for rs in records.values() for r in rs if r["type"] == "request"}
    answers = {r["request_frame"]: r["frame"] for rs in records.values() for r in rs if "request_frame" in r}
    try:
        for frame, layers in packets(tshark, capture, extra):
            number = kind = None
            for layer in layers:
                name = layer.get("name", "")
                if name == "dcerpc":
                    kind, number = own_number(layer)
                elif name == "_ws.malformed":
                    counts["malformed"] += 1
                elif name.startswith("cluscope."):
                    one(types, records, (frame, kind, number), layers, layer, (frames, answers, requests), counts, problems, sealed)
    except Difference as difference:
        problems.append(str(difference))
    opened_otherwise(args, capture, sealed, counts, problems)
    counts["records"] = total
    counts["not handed to the plugin by tshark"] = sum(map(len, records.values()))
    counts["stock malformed"] = len(malformed(stock, capture, extra))
    if counts["malformed"] > counts["stock malformed"]:
        problems.append(f"{counts['malformed']} malformed frames, {counts['stock malformed']} without the plugin")
    return os.path.basename(capture), counts, problems


def opened_otherwise(args, capture, sealed, counts, problems):
    """Sealed messages that differ, of which the program has verified the signature: whether tshark, which verifies nothing,
    has opened them to other bytes. Those of the program are what encoding its values gives."""
    if not sealed:
        return
    wanted = {key: (stub, problem) for key, stub, problem in sealed}
    lines = []
    for key, records in dissected(args, capture, hide=False).items():
        lines += [(key, record) for record in records if key in wanted]
    command = [args.cluscope, "stub", "encode", "--jsonl"]
    text = "".join(json.dumps(record) + "\n" for _, record in lines)
    out = subprocess.run(command, input=text, capture_output=True, text=True).stdout.splitlines()
    for (key, _), line in zip(lines, out):
        stub, problem = wanted.pop(key)
        given = json.loads(line).get("hex")
        if given is None or given == stub:
            problems.append(problem)
        else:
            counts["opened to other bytes by tshark"] += 1
    problems += [problem for _, problem in wanted.values()]


def one(types, records, key, layers, layer, known, counts, problems, sealed):
    """One message of the plugin's."""
    frame, kind, number = key
    counts["messages"] += 1
    given = records.get(key)
    where = f"frame {frame}, {kind} {number}"
    if not given:
        counts["only tshark"] += 1
        return
    told = {f.get("name"): f for f in layer}
    method = told["cluscope.method"].get("show") if "cluscope.method" in told else None
    record = next((r for r in given if r.get("method") == method), given[0])
    given.remove(record)
    if "params" not in record and "partial" not in record:
        opaque = told.get("cluscope.opaque")
        # Beyond the last method tshark does not ask the plugin.
        if "opaque" in record and method is not None and (opaque is None or opaque.get("value", "") != record["opaque"]):
            problems.append(f"{where}: the stub of a reserved method is not {record['opaque'][:100]}")
        counts["without values"] += 1
        return
    message = Message(types, record, *known[:2])
    try:
        if record.get("method") != method:
            raise Difference(f"method {method}, {record.get('method')}")
        message.compare(layer, known[2].get((record.get("request_frame"), record.get("call_id"))))
        returned = record.get("return")
        if isinstance(returned, dict) and "value" in returned and "cluscope.status" not in told:
            raise Difference("no cluscope.status")
        if "error" in record and not {"cluscope.error", "cluscope.truncated"} & {f.get("name") for f in layer.iter("field")}:
            raise Difference("an error that the tree does not tell")
        diagnostics = len(record.get("diagnostics", ()))
        experts = sum(f.get("name") == "cluscope.diagnostic" for f in layer.iter("field"))
        if experts < diagnostics:
            raise Difference(f"{diagnostics} diagnostics, {experts} in the tree")
    except (Difference, KeyError, ValueError, TypeError, StopIteration) as difference:
        problem = f"{where}: {record.get('method')}: {difference!r}"
        if record.get("auth", {}).get("verified") and record["auth"].get("level") == "pkt_privacy":
            stub = [f.get("value") for l in layers for f in l.iter("field")
                    if (f.get("show") or "").startswith("Complete stub data")]
            sealed.append((key, stub[-1] if stub else None, problem))
        else:
            problems.append(problem)
        return
    known[0].add(frame)
    counts["compared"] += 1
    counts["diagnostics"] += experts
    counts["values"] += message.count
    for what, n in message.only_json.items():
        counts["only JSON: " + what] += n


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cluscope", required=True)
    parser.add_argument("--tshark", required=True)
    parser.add_argument("--stock", required=True)
    parser.add_argument("--keys")
    parser.add_argument("--keytab")
    parser.add_argument("--password")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("captures", nargs="+")
    args = parser.parse_args()
    types = field_types(args.tshark.split())
    total, failed = collections.Counter(), 0
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(compare, args, types, capture) for capture in args.captures]
        for job in jobs:
            name, counts, problems = job.result()
            total += counts
            failed += bool(problems)
            if problems or args.verbose:
                print(f"{name}: {dict(counts)}")
            for problem in problems[:None if args.verbose else 5]:
                print("    " + problem)
    print(f"{len(args.captures)} captures, {total['messages']} messages dissected by the plugin, "
          f"{total['compared']} of them compared with the JSON: {total['values']} values and {total['diagnostics']} "
          f"diagnostics")
    for what, number in sorted(total.items()):
        print(f"    {what}: {number}")
    if failed or not total["values"]:
        sys.exit(f"{failed} captures differ")


if __name__ == "__main__":
    main()
