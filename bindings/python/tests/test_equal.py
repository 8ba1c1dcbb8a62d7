"""The package hands out what the program prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import CASES, ROOT, Case, Count, program

import cluscope

NAMES = [case.path.name for case in CASES]


def parsed(lines: list[str]) -> list[Any]:
    return [json.loads(line) for line in lines]


def exact(a: Any, b: Any) -> bool:
    """Equal, and of the same types: in Python 1 equals 1.0 and True."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(exact(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(exact, a, b))
    return bool(a == b)


def compare(found: list[Any], expected: list[Any], what: str, count: Count) -> None:
    for number, (one, other) in enumerate(zip(found, expected)):
        assert exact(one, other), (what, number, one, other)
        count.add(what, one)
    assert len(found) == len(expected), what


# Secrets are hidden in every capture alike: those beside this project and the sealed ones tell.
HIDDEN = [case for case in CASES if ROOT in case.path.parents or case.path.parent.name == "sealed"]


@pytest.mark.parametrize(
    ("case", "hidden"),
    [(case, False) for case in CASES] + [(case, True) for case in HIDDEN],
    ids=[*NAMES, *(f"{case.path.name}-hidden" for case in HIDDEN)],
)
def test_messages(case: Case, hidden: bool, count: Count) -> None:
    lines = program("dissect", *case.arguments, *["--hide-secrets"] * hidden, status=(0, 3))
    expected = [one for one in parsed(lines) if one.get("type") not in ("limits", "capture")]
    messages: list[cluscope.Message] = []
    reader = cluscope.open(case.path, hide_secrets=hidden, **case.options)
    try:
        messages.extend(reader)
    except cluscope.CaptureError:
        # What the program tells on standard error.
        pass
    # What is told of the capture as a whole.
    whole = {one["type"]: one for one in parsed(lines) if one["type"] in ("limits", "capture")}
    assert {"type": "limits", **reader.limits} == whole.get("limits", {"type": "limits"})
    assert reader.unread == whole.get("capture", {}).get("unread", [])
    compare([message.to_dict() for message in messages], expected, "dissect", count)
    for message, one in zip(messages, expected):
        # By its members, too.
        assert exact(dict(message.items()), one)
        assert message.frame == one["frame"] and message.params == one.get("params")
        assert message.return_ == one.get("return") and message.type == one["type"]
        assert json.loads(message.json) == one
        assert message.stub is None or not hidden


@pytest.mark.parametrize("case", CASES, ids=NAMES)
@pytest.mark.parametrize("view", ["calls", "story", "check", "stats"])
def test_views(case: Case, view: str, count: Count) -> None:
    lines = program(view, "--format", "jsonl", *case.arguments, status=(0, 3))
    expected = [one for one in parsed(lines) if one.get("type") not in ("limits", "capture")]
    reader = getattr(cluscope, view)(case.path, **case.options)
    found = []
    try:
        for one in reader:
            found.append(one if isinstance(one, dict) else one.to_dict())
    except cluscope.CaptureError:
        pass
    compare(found, expected, view, count)


def test_filtered_views(count: Count) -> None:
    expression = 'object == "IP1" or method == "ApiOpenNode"'
    for view in ("calls", "story", "stats"):
        lines = program(view, "--format", "jsonl", "captures/tour.pcapng", "--filter", expression)
        found = getattr(cluscope, view)("captures/tour.pcapng", filter=expression)
        compare([{**one} for one in found], parsed(lines), f"{view} --filter", count)


def test_rules(count: Count) -> None:
    compare(cluscope.Schema.rules(), parsed(program("check", "--list", "--format", "jsonl")), "rules", count)


def test_one_by_one_as_packets(count: Count) -> None:
    """Packets given to a session make the same messages as the file they are from."""
    import struct

    path = Path("captures/manager.pcap")
    data = path.read_bytes()
    magic, _, _, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    nano = magic == 0xA1B23C4D
    assert magic in (0xA1B2C3D4, 0xA1B23C4D)
    packets: list[tuple[int | None, bytes, int]] = []
    at = 24
    while at < len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, at)
        time = seconds * 10**9 + fraction * (1 if nano else 1000)
        packets.append((time, data[at + 16 : at + 16 + captured], link))
        at += 16 + captured
    expected = [message.to_dict() for message in cluscope.open(path)]
    whole = cluscope.Session()
    found = whole.packets(packets) + whole.finish()
    compare([message.to_dict() for message in found], expected, "packets in one batch", count)
    single = cluscope.Session()
    found = [
        message for time, packet, link in packets for message in single.packet(packet, time, link_type=link)
    ] + single.finish()
    compare([message.to_dict() for message in found], expected, "packets one by one", count)
    assert [message.time_ns for message in found] == [message.time_ns for message in cluscope.open(path)]


def test_stubs_decode_and_encode_again(count: Count) -> None:
    for name in ("tour", "ndr64", "bigendian", "faults", "witness", "manager"):
        [path] = Path("captures").glob(f"{name}.pcap*")
        requests: dict[tuple[int, int, int], bytes] = {}
        for message in cluscope.open(path):
            stub, opnum, call = message.stub, message.opnum, message.call_id
            if stub is None or opnum is None or call is None or message.error is not None:
                continue
            direction = message.type
            assert direction in ("request", "response")
            endian: Any = message.get("endian", "little")
            key = (message.stream, call, opnum)
            if direction == "request":
                requests[key] = stub
            found = cluscope.decode_stub(
                stub,
                opnum=opnum,
                direction=direction,  # type: ignore[arg-type]
                interface=message.interface or "",
                version=message.version,
                syntax=message.syntax,  # type: ignore[arg-type]
                endian=endian,
                request=requests.get(key),
            )
            plain = [(key, value) for key, value in found.items() if key in ("params", "return")]
            count.add("stubs", dict(plain))
            if "params" in found:
                assert list(found["params"]) == list(message["params"])
            if direction == "response" and key in requests:
                found["request"] = requests[key].hex()
            assert cluscope.encode_stub(found) == stub
            if direction == "request":
                assert cluscope.encode_stub(message) == stub


@pytest.mark.parametrize(
    "what", ["interfaces", "methods", "structs", "enums", "control-codes", "notifications", "limits"]
)
def test_lists(what: str, count: Count) -> None:
    expected = parsed(program("list", what, "--format", "jsonl"))
    found = getattr(cluscope.Schema, what.replace("-", "_"))()
    if what == "structs":
        expected = [one for one in expected if one["kind"] != "ndr"]
    compare(found, expected, f"list {what}", count)


@pytest.mark.parametrize("name", ["record", "ApiOpenResource", "PROPERTY_LIST"])
def test_json_schema(name: str) -> None:
    assert cluscope.Schema.json_schema(name) == json.loads("\n".join(program("schema", name)))


def test_filter(count: Count) -> None:
    expression = 'method == "ApiOpenNode" or status != 0'
    expected = parsed(program("dissect", "captures/tour.pcapng", "--filter", expression))
    found = [message.to_dict() for message in cluscope.open("captures/tour.pcapng", filter=expression)]
    compare(found, expected, "dissect --filter", count)
    assert 0 < len(found) < 250


def test_several_files(count: Count) -> None:
    paths = ["captures/tour.pcapng", "captures/clean.pcapng", "captures/manager.pcap"]
    expected = [one for one in parsed(program("dissect", *paths)) if one.get("type") not in ("limits", "capture")]
    compare([message.to_dict() for message in cluscope.open(paths)], expected, "several files", count)
