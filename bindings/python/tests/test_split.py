"""Packets divided among sessions: put together again they give the tables of one call."""

from __future__ import annotations

import pytest
from conftest import ROOT

import cluscope

TOUR = ROOT / "captures" / "tour.pcapng"


def test_groups_have_the_rows_of_one_call() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    data = TOUR.read_bytes()
    found = cluscope.survey(data)
    assert found["error"] is None and found["frames"] > 100 and found["left_out"] == 0
    groups = cluscope.group_pairs(found["pairs"], found["links"])
    rows = []
    for group in set(groups.values()):
        session = cluscope.TableSession(["calls"], captures=[(0, str(TOUR))])
        own = (packet[:5] for packet in cluscope.split_packets(data) if groups[packet[5], packet[6]] == group)
        parts = session.packets(own) + session.finish()
        assert session.limits == {}
        rows += [row for part in parts for row in pyarrow.table(part).to_pylist()]
    assert rows and rows == pyarrow.table(cluscope.table(TOUR, "calls")).to_pylist()


def test_what_is_wrong_is_told() -> None:
    with pytest.raises(cluscope.CaptureError):
        cluscope.split_packets(b"no capture at all, however one reads it")
    with pytest.raises(cluscope.CaptureError):
        cluscope.survey(b"")
    with pytest.raises(ValueError, match="no address"):
        cluscope.group_pairs([("a", "b", "rpc")])
    session = cluscope.TableSession()
    with pytest.raises(ValueError, match="behind packet 2"):
        session.packets([(2, None, 1, b"", 0), (1, None, 1, b"", 0)])
    session.finish()
    with pytest.raises(ValueError, match="finished"):
        session.packets([(3, None, 1, b"", 0)])
