"""Measures the program on endless traffic, for benches/endurance."""

import collections
import json
import os
import re
import subprocess
import sys
import threading
import time

CLUSCOPE, TRAFFIC = sys.argv[1:3]
GIGABYTES, CONNECTIONS, HANDLES, DAYS = (float(a) for a in sys.argv[3:7])
NAMES = ["tour", "ndr64", "bigendian", "fragments", "sealed", "clean", "witness"]
CAPTURES = [f"captures/{name}.pcapng" for name in NAMES]
SAMPLE = b":65000\""
HANDLE = re.compile(r'(?<="attributes":0,"uuid":")[0-9a-f-]*(?=")')
# Notify ports are numbered through the whole input.
PORT = re.compile(r'(?<="kind":"notify","name":"port )[0-9]+(?=")')
TICK = os.sysconf("SC_CLK_TCK")
# What a repetition may have otherwise than its recording.
OTHER = {"frame", "frames", "time", "stream", "src", "dst", "community_id", "request_frame", "latency_ns"}


def plain(value):
    """A record without what may differ, as text."""
    if isinstance(value, dict):
        if str(value.get("reason", "")).startswith("repeated session"):
            # A sealed session that is played again is opened, and rightly told from a first one.
            value = {key: inner for key, inner in value.items() if key != "reason"} | {"verified": True}
        # "opened" is a frame.
        return {key: plain(inner) for key, inner in value.items() if key != "opened"}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def record(line):
    line = PORT.sub("", HANDLE.sub("", line))
    # Of a handle that was not seen opened, it isn't known that it is older once others were forgotten.
    line = line.replace('"state":"before_capture"', '"state":"unknown"')
    return json.dumps({key: plain(value) for key, value in json.loads(line).items() if key not in OTHER})


def by_connection(lines, key):
    found = collections.OrderedDict()
    for line in lines:
        found.setdefault(key(json.loads(line)), []).append(record(line))
    return found


def recordings():
    """The records of each recorded connection, in the order of the connection."""
    found = []
    for name in NAMES:
        run = [CLUSCOPE, "dissect", "--format", "jsonl", "--keys", "captures/lab.keys", f"captures/{name}.pcapng"]
        lines = subprocess.run(run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
        found += by_connection(lines.splitlines(), lambda r: (name, r["stream"])).values()
    return [tuple(lines) for lines in found]


def status(pid):
    """Resident memory in MB, processor time in seconds, bytes read."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/io") as file:
        read = int(file.readline().split()[1])
    return int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6, (int(fields[11]) + int(fields[12])) / TICK, read


def spread(values):
    return (max(values) / min(values) - 1) * 100 if values and min(values) > 0 else 0.0


def run(title, traffic, check=False):
    made = subprocess.Popen([TRAFFIC] + [str(a) for a in traffic], stdout=subprocess.PIPE)
    command = [CLUSCOPE, "dissect", "--format", "jsonl", "--keys", "captures/lab.keys", "-"]
    read = subprocess.Popen(command, stdin=made.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    made.stdout.close()
    errors = []
    drain = threading.Thread(target=lambda: errors.extend(read.stderr))
    drain.start()
    sampled, count, seen, begun, next_at, rest = [], 0, [], time.time(), 0.0, b""
    while block := read.stdout.read1(1 << 20):
        count += block.count(b"\n")
        if check:
            block = rest + block
            cut = block.rfind(b"\n") + 1
            block, rest = block[:cut], block[cut:]
            at = block.find(SAMPLE)
            while at >= 0:
                start, end = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
                sampled.append(block[start:end].decode())
                at = block.find(SAMPLE, end)
        if time.time() >= next_at:
            try:
                seen.append((time.time() - begun, *status(read.pid)))
            except (OSError, IndexError):
                break
            next_at = time.time() + 0.2
    failed = read.wait()
    drain.join()
    if made.wait() or failed:
        sys.exit(f"{title}: failed: {b''.join(errors)[-400:].decode(errors='replace')}")
    total = seen[-1][3]
    print(f"{title}: {count} records, {total / 1e6:.0f} MB in {seen[-1][0]:.0f} s, {seen[-1][2]:.1f} s of processor time")
    # Tenths of what was read; the first two, in which tables fill, are shown and not judged.
    memory, speed, shown = [], [], []
    for tenth in range(10):
        inside = [s for s in seen if total * tenth <= s[3] * 10 <= total * (tenth + 1)]
        if len(inside) < 2 or inside[-1][2] - inside[0][2] < 0.05:
            continue
        rate = (inside[-1][3] - inside[0][3]) / (inside[-1][2] - inside[0][2]) / 1e6
        shown.append(f"{max(s[1] for s in inside):.0f}/{rate:.0f}")
        if tenth >= 2:
            memory.append(max(s[1] for s in inside))
            speed.append(rate)
    print("  resident MB / MB a second, by tenths: " + (" ".join(shown) or "too short to tell"))
    well = True
    if len(speed) >= 4:
        for what, values in (("memory", memory), ("speed", speed)):
            flat = spread(values) <= 10
            well &= flat
            print(f"  {what}: {'flat' if flat else 'NOT flat'}, {spread(values):.1f} % between lowest and highest")
    for line in errors:
        if b"evict" in line or b"limit" in line:
            print("  " + line.decode(errors="replace").rstrip())
    if check:
        expected = collections.Counter(recordings())
        right, wrong = 0, []
        # A client's address and port are its connection's.
        client = lambda r: next(end for end in (r["src"], r["dst"]) if end.endswith(":65000"))
        for key, lines in by_connection(sampled, client).items():
            if tuple(lines) in expected:
                right += 1
            else:
                wrong.append((key, lines))
        print(f"  sample: {right} connections as recorded, {len(wrong)} not, {len(sampled)} records")
        for key, lines in wrong[:3]:
            nearest = max(expected, key=lambda e: sum(a == b for a, b in zip(e, lines)))
            odd = next(((a, b) for a, b in zip(nearest, lines) if a != b), (len(nearest), len(lines)))
            print(f"  {key}: recorded {str(odd[0])[:600]}\n    repeated {str(odd[1])[:600]}")
        well &= not wrong and right > 0
    return well


def main():
    size = int(GIGABYTES * 1e9)
    plain_capture = ["captures/tour.pcapng"]
    results = [
        run(f"{GIGABYTES:g} GB", ["endless", size, 100] + CAPTURES, check=True),
        run(f"{CONNECTIONS:.0f} connections", ["connections", int(CONNECTIONS), 1000] + CAPTURES),
        run(f"{HANDLES:.0f} handles never closed", ["handles", int(HANDLES), "open"] + plain_capture),
        run(f"{HANDLES:.0f} handles closed", ["handles", int(HANDLES), "closed"] + plain_capture),
        run(f"{DAYS:g} days idle", ["idle", int(DAYS * 86400), 100] + CAPTURES, check=True),
    ]
    sys.exit(0 if all(results) else 1)


main()
