"""ClusAPI (MS-CMRP) and Witness (MS-SWN): the management traffic of Windows failover clusters.

>>> import cluscope
>>> for message in cluscope.open("captures/tour.pcapng", filter='method == "ApiGetClusterName" and frame < 10'):
...     print(message.time, message.type, message.params)
2026-11-20T10:03:50.537193149Z request {}
2026-11-20T10:03:50.537362751Z response {'ClusterName': 'LABCLUS1', 'NodeName': 'node1'}

``open`` iterates over the messages of captures, ``calls`` over requests joined with their answers; ``story``, ``check`` and
``stats`` tell what happened. ``Session`` takes packets, or the bytes of connections that the caller has
put together itself. ``decode_stub``, ``encode_stub``, ``decode_struct`` and ``encode_struct`` are for bare bytes, ``Schema``
lists what is known. What goes wrong is an ``Error``.
"""

from __future__ import annotations

from collections.abc import Mapping as _Mapping

from ._cluscope import (
    Call,
    Connection,
    Conversation,
    Keys,
    Message,
    Packets,
    Reader,
    Record,
    Rows,
    Schema,
    Session,
    Table,
    TableSession,
    __version__,
    calls,
    check,
    decode_struct,
    decode_stub,
    encode_struct,
    encode_stub,
    group_pairs,
    open,
    split_packets,
    stats,
    story,
    survey,
    table,
)
from ._errors import CaptureError, DecodeError, EncodeError, Error, FilterError, KeyFileError

_Mapping.register(Record)
for _class in (Error, CaptureError, DecodeError, EncodeError, FilterError, KeyFileError):
    _class.__module__ = __name__
del _class

__all__ = [
    "Call",
    "CaptureError",
    "Connection",
    "Conversation",
    "DecodeError",
    "EncodeError",
    "Error",
    "FilterError",
    "KeyFileError",
    "Keys",
    "Message",
    "Packets",
    "Reader",
    "Record",
    "Rows",
    "Schema",
    "Session",
    "Table",
    "TableSession",
    "__version__",
    "calls",
    "check",
    "decode_struct",
    "decode_stub",
    "encode_struct",
    "encode_stub",
    "group_pairs",
    "open",
    "split_packets",
    "stats",
    "story",
    "survey",
    "table",
]
