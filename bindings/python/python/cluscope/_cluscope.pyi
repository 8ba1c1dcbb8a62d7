from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from types import GenericAlias
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, final, overload

from typing_extensions import disjoint_base

__version__: str

__all__ = [
    "Call",
    "Connection",
    "Conversation",
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

_D = TypeVar("_D")
_T_co = TypeVar("_T_co", covariant=True)
_Dict: TypeAlias = dict[str, Any]

class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...

_Path: TypeAlias = str | PathLike[str]
_Capture: TypeAlias = _Path | _Readable
_Captures: TypeAlias = _Capture | Iterable[_Capture]
_KeySource: TypeAlias = _Path | bytes
_KeySources: TypeAlias = _KeySource | Iterable[_KeySource]
_Packet: TypeAlias = bytes | tuple[int | None, bytes] | tuple[int | None, bytes, int]
_End: TypeAlias = tuple[str, int]
_Direction: TypeAlias = Literal["request", "response"]
_Syntax: TypeAlias = Literal["ndr", "ndr64"]
_Endian: TypeAlias = Literal["little", "big"]

@disjoint_base
class Record(Mapping[str, Any]):
    def __new__(cls, json: str, /) -> Record: ...
    @property
    def json(self) -> str: ...
    @property
    def type(self) -> str: ...
    def to_dict(self) -> _Dict: ...
    @overload
    def get(self, key: str, /) -> Any | None: ...
    @overload
    def get(self, key: str, default: _D, /) -> Any | _D: ...
    def keys(self) -> list[str]: ...  # type: ignore[override]
    def values(self) -> list[Any]: ...  # type: ignore[override]
    def items(self) -> list[tuple[str, Any]]: ...  # type: ignore[override]
    def __getitem__(self, key: str, /) -> Any: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Message(Record):
    def __new__(cls, json: str, /, stub: bytes | None = None, time_ns: int | None = None) -> Message: ...
    @property
    def frame(self) -> int: ...
    @property
    def frames(self) -> list[int]: ...
    @property
    def time(self) -> str | None: ...
    @property
    def time_ns(self) -> int | None: ...
    @property
    def transport(self) -> Literal["tcp", "udp"]: ...
    @property
    def stream(self) -> int: ...
    @property
    def src(self) -> str: ...
    @property
    def dst(self) -> str: ...
    @property
    def community_id(self) -> str: ...
    @property
    def call_id(self) -> int | None: ...
    @property
    def interface(self) -> str | None: ...
    @property
    def version(self) -> str | None: ...
    @property
    def opnum(self) -> int | None: ...
    @property
    def method(self) -> str | None: ...
    @property
    def syntax(self) -> str | None: ...
    @property
    def request_frame(self) -> int | None: ...
    @property
    def latency_ns(self) -> int | None: ...
    @property
    def params(self) -> _Dict | None: ...
    @property
    def return_(self) -> _Dict | None: ...
    @property
    def status(self) -> _Dict | None: ...
    @property
    def error(self) -> _Dict | None: ...
    @property
    def diagnostics(self) -> list[_Dict] | None: ...
    @property
    def auth(self) -> _Dict | None: ...
    @property
    def stub(self) -> bytes | None: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

@final
class Call(Record):
    def __new__(cls, json: str, /) -> Call: ...
    @property
    def time(self) -> str | None: ...
    @property
    def transport(self) -> Literal["tcp", "udp"]: ...
    @property
    def stream(self) -> int: ...
    @property
    def src(self) -> str: ...
    @property
    def dst(self) -> str: ...
    @property
    def community_id(self) -> str: ...
    @property
    def call_id(self) -> int: ...
    @property
    def method(self) -> str | None: ...
    @property
    def user(self) -> str | None: ...
    @property
    def latency_ns(self) -> int | None: ...
    @property
    def status(self) -> _Dict | None: ...
    @property
    def request(self) -> _Dict | None: ...
    @property
    def response(self) -> _Dict | None: ...
    @property
    def fault(self) -> _Dict | None: ...
    @property
    def unanswered(self) -> str | None: ...

@final
class Reader(Iterator[_T_co]):
    def __class_getitem__(cls, key: Any) -> GenericAlias: ...
    def __iter__(self) -> Reader[_T_co]: ...
    def __next__(self) -> _T_co: ...
    def __enter__(self) -> Reader[_T_co]: ...
    def __exit__(self, *_exception: object) -> None: ...
    def close(self) -> None: ...
    @property
    def problems(self) -> list[_Dict]: ...
    @property
    def unread(self) -> list[_Dict]: ...
    @property
    def limits(self) -> dict[str, int]: ...

def open(
    captures: _Captures,
    /,
    *,
    keys: _KeySources | Keys | None = None,
    keytab: _KeySources | None = None,
    ccache: _KeySources | None = None,
    filter: str | None = None,
    assume: Sequence[str] | None = None,
    decode_as: Sequence[str] | None = None,
    hide_secrets: bool = False,
    memory_limit: int | str | None = None,
) -> Reader[Message]: ...
def calls(
    captures: _Captures,
    /,
    *,
    keys: _KeySources | Keys | None = None,
    keytab: _KeySources | None = None,
    ccache: _KeySources | None = None,
    filter: str | None = None,
    assume: Sequence[str] | None = None,
    decode_as: Sequence[str] | None = None,
    hide_secrets: bool = False,
    memory_limit: int | str | None = None,
) -> Reader[Call]: ...
def story(
    captures: _Captures,
    /,
    *,
    keys: _KeySources | Keys | None = None,
    keytab: _KeySources | None = None,
    ccache: _KeySources | None = None,
    filter: str | None = None,
    assume: Sequence[str] | None = None,
    decode_as: Sequence[str] | None = None,
    hide_secrets: bool = False,
    memory_limit: int | str | None = None,
) -> Reader[_Dict]: ...
def check(
    captures: _Captures,
    /,
    *,
    keys: _KeySources | Keys | None = None,
    keytab: _KeySources | None = None,
    ccache: _KeySources | None = None,
    filter: str | None = None,
    assume: Sequence[str] | None = None,
    decode_as: Sequence[str] | None = None,
    hide_secrets: bool = False,
    memory_limit: int | str | None = None,
) -> Reader[_Dict]: ...
def stats(
    captures: _Captures,
    /,
    *,
    keys: _KeySources | Keys | None = None,
    keytab: _KeySources | None = None,
    ccache: _KeySources | None = None,
    filter: str | None = None,
    assume: Sequence[str] | None = None,
    decode_as: Sequence[str] | None = None,
    hide_secrets: bool = False,
    memory_limit: int | str | None = None,
) -> Reader[_Dict]: ...
@final
class Keys:
    def __new__(cls) -> Keys: ...
    def add_password(self, name: str, password: str, *, salt: str | None = None) -> None: ...
    def add_nt_hash(self, name: str, nt_hash: bytes) -> None: ...
    def add_session_key(self, key: bytes) -> None: ...
    def add_service_key(self, principal: str, etype: int, key: bytes, *, kvno: int = 0) -> None: ...
    def add_keys(self, source: _KeySource) -> int: ...
    def add_keytab(self, source: _KeySource) -> int: ...
    def add_ccache(self, source: _KeySource) -> int: ...

@final
class Session:
    def __new__(
        cls,
        *,
        keys: _KeySources | Keys | None = None,
        keytab: _KeySources | None = None,
        ccache: _KeySources | None = None,
        filter: str | None = None,
        assume: Sequence[str] | None = None,
        decode_as: Sequence[str] | None = None,
        hide_secrets: bool = False,
        memory_limit: int | str | None = None,
    ) -> Session: ...
    def packet(
        self,
        data: bytes,
        /,
        time_ns: int | None = None,
        *,
        link_type: int = 1,
        frame: int | None = None,
        length: int | None = None,
    ) -> list[Message]: ...
    def packets(self, packets: Iterable[_Packet], /, *, link_type: int = 1) -> list[Message]: ...
    def connection(self, client: _End, server: _End) -> Connection: ...
    def conversation(self, client: _End, server: _End) -> Conversation: ...
    def finish(self) -> list[Message]: ...
    @property
    def limits(self) -> dict[str, int]: ...

@final
class Connection:
    def data(
        self, data: bytes, /, *, from_server: bool = False, time_ns: int | None = None, frame: int | None = None
    ) -> list[Message]: ...
    def gap(
        self,
        lost: int | None = None,
        /,
        *,
        from_server: bool = False,
        time_ns: int | None = None,
        frame: int | None = None,
    ) -> list[Message]: ...
    def end(self, *, time_ns: int | None = None, frame: int | None = None) -> list[Message]: ...

@final
class Conversation:
    def datagram(
        self,
        data: bytes,
        /,
        *,
        from_server: bool = False,
        time_ns: int | None = None,
        frame: int | None = None,
        length: int | None = None,
    ) -> list[Message]: ...

@final
class Schema:
    @staticmethod
    def interfaces() -> list[_Dict]: ...
    @staticmethod
    def methods() -> list[_Dict]: ...
    @staticmethod
    def structs() -> list[_Dict]: ...
    @staticmethod
    def enums() -> list[_Dict]: ...
    @staticmethod
    def control_codes() -> list[_Dict]: ...
    @staticmethod
    def notifications() -> list[_Dict]: ...
    @staticmethod
    def limits() -> list[_Dict]: ...
    @staticmethod
    def rules() -> list[_Dict]: ...
    @staticmethod
    def json_schema(
        name: str,
        /,
        *,
        interface: str | None = None,
        version: str | None = None,
        direction: _Direction | None = None,
    ) -> _Dict: ...

def decode_stub(
    stub: bytes,
    /,
    *,
    method: str | None = None,
    opnum: int | None = None,
    direction: _Direction = "request",
    interface: str = "clusapi",
    version: str | None = None,
    syntax: _Syntax = "ndr",
    endian: _Endian = "little",
    request: bytes | None = None,
    hide_secrets: bool = False,
) -> _Dict: ...
def encode_stub(message: Mapping[str, Any] | str, /) -> bytes: ...
def decode_struct(name: str, data: bytes, /, *, hide_secrets: bool = False) -> _Dict: ...
def encode_struct(value: Mapping[str, Any] | str, /, name: str | None = None) -> bytes: ...

@final
class Table:
    @property
    def name(self) -> str: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

def table(
    captures: _Captures,
    name: str = "messages",
    /,
    *,
    keys: _KeySources | Keys | None = None,
    keytab: _KeySources | None = None,
    ccache: _KeySources | None = None,
    assume: Sequence[str] | None = None,
    decode_as: Sequence[str] | None = None,
    hide_secrets: bool = False,
    memory_limit: int | str | None = None,
) -> Table: ...

@final
class Rows:
    @property
    def name(self) -> str: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class TableSession:
    def __new__(
        cls,
        tables: Sequence[str] | None = None,
        *,
        captures: Sequence[tuple[int, str]] | None = None,
        keys: _KeySources | Keys | None = None,
        keytab: _KeySources | None = None,
        ccache: _KeySources | None = None,
        assume: Sequence[str] | None = None,
        decode_as: Sequence[str] | None = None,
        hide_secrets: bool = False,
        memory_limit: int | str | None = None,
    ) -> TableSession: ...
    def packets(self, packets: Iterable[tuple[int, int | None, int, bytes, int]]) -> list[Rows]: ...
    def finish(self) -> list[Rows]: ...
    @property
    def limits(self) -> dict[str, int]: ...

@final
class Packets(Iterator[tuple[int, int | None, int, bytes, int, str, str]]):
    def __iter__(self) -> Packets: ...
    def __next__(self) -> tuple[int, int | None, int, bytes, int, str, str]: ...

def split_packets(
    capture: _Capture | bytes,
    /,
    *,
    decode_as: Sequence[str] | None = None,
    memory_limit: int | str | None = None,
) -> Packets: ...
def survey(
    capture: _Capture | bytes,
    /,
    *,
    decode_as: Sequence[str] | None = None,
    memory_limit: int | str | None = None,
) -> _Dict: ...
def group_pairs(
    pairs: Sequence[tuple[str, str, str]],
    links: Sequence[tuple[str, str, str, str]] | None = None,
    /,
    *,
    by: Literal["cluster", "pair"] = "cluster",
) -> dict[tuple[str, str], str]: ...
