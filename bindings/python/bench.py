"""Messages a second: as dicts, as JSON lines, by an attribute, as the program prints them; and scapy's, where it is installed.

    python bindings/python/bench.py captures/tour.pcapng 49691 [PROGRAM]

The capture is given again and again, each time as one of its own. scapy has layers for DCE/RPC and none for ClusAPI: it
stops at the stub.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import cluscope


def rate(what: str, once: Callable[[], int], seconds: float = 2.0) -> float:
    """Messages a second of processor time, the best of several rounds."""
    once()
    best = 0.0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.process_time()
        found = once()
        best = max(best, found / max(time.process_time() - began, 1e-9))
    print(f"{what:28} {best:12,.0f} messages a second")
    return best


def by_scapy(path: str, port: int) -> int:
    from scapy.config import conf

    conf.dcerpc_session_enable = True
    from scapy.layers.dcerpc import DceRpc5, DceRpcSession
    from scapy.layers.inet import TCP
    from scapy.packet import bind_layers
    from scapy.sendrecv import sniff

    bind_layers(TCP, DceRpc5, sport=port)
    bind_layers(TCP, DceRpc5, dport=port)
    return sum(DceRpc5 in packet for packet in sniff(offline=path, session=DceRpcSession))


def main() -> None:
    path, port = sys.argv[1], int(sys.argv[2])
    # Every capture costs what opening it costs; several at once tell what a message costs.
    paths = [path]
    dicts = rate("dicts (to_dict)", lambda: sum(bool(message.to_dict()) for message in cluscope.open(paths)))
    rate("params alone", lambda: sum(message.params is not None or 1 for message in cluscope.open(paths)))
    rate("one attribute (frame)", lambda: sum(message.frame > 0 for message in cluscope.open(paths)))
    rate("JSON lines (json)", lambda: sum(len(message.json) > 0 for message in cluscope.open(paths)))
    if len(sys.argv) > 3:
        lines = subprocess.run([sys.argv[3], "dissect", path], capture_output=True, check=True).stdout.count(b"\n")
        began = time.monotonic()
        for _ in range(20):
            subprocess.run([sys.argv[3], "dissect", path], capture_output=True, check=True)
        print(f"{'the program, a process each':28} {20 * lines / (time.monotonic() - began):12,.0f} messages a second")
    try:
        import scapy  # noqa: F401
    except ImportError:
        print("skipped: scapy is not installed")
        return
    other = rate("scapy, PDUs alone", lambda: by_scapy(path, port))
    print(f"dicts against scapy: {dicts / other:,.0f} times")


if __name__ == "__main__":
    main()
