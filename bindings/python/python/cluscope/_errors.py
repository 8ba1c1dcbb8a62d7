"""What goes wrong, with the place where it does."""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """The base of this package's exceptions."""


class CaptureError(Error):
    """A capture can't be read, or not to its end. Everything before the place was handed out.

    >>> import io, cluscope
    >>> try:
    ...     cluscope.open(io.BytesIO(b"no capture"))
    ... except cluscope.CaptureError as error:
    ...     print(error.filename, error)
    None not a capture file: it starts with 6e 6f 20 63 61 70 74 75 72 65, which is text
    """

    filename: str | None
    """The file, where there is one."""

    def __init__(self, message: str, filename: str | None = None) -> None:
        super().__init__(message)
        self.filename = filename

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.filename))


class DecodeError(Error, ValueError):
    """Bytes that can't be read as what they are said to be.

    >>> import cluscope
    >>> try:
    ...     cluscope.decode_stub(b"\\x00", method="ApiOpenResource", direction="request")
    ... except cluscope.DecodeError as error:
    ...     print(error.offset, error.path, "-", error)
    0 lpszResourceName - offset 0, lpszResourceName: 4 bytes needed (maximum count), 1 left
    """

    offset: int | None
    """Offset of the byte from the start of what was read."""
    path: str | None
    """The field, as ``ReturnEnum.Entry[3].Name``."""
    partial: Any
    """What was read before it, as ``params`` (of a structure: ``value``) would have it; ``None`` if that is nothing."""

    def __init__(self, message: str, offset: int | None = None, path: str | None = None, partial: Any = None) -> None:
        super().__init__(message)
        self.offset = offset
        self.path = path
        self.partial = partial

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.offset, self.path, self.partial))


class EncodeError(Error, ValueError):
    """Values that no bytes can be made of.

    >>> import cluscope
    >>> try:
    ...     cluscope.encode_stub({"interface": "clusapi", "version": "3.0", "method": "ApiOpenResource",
    ...                  "direction": "request", "syntax": "ndr", "params": {"lpszResourceName": 7}})
    ... except cluscope.EncodeError as error:
    ...     print(error.path)
    params.lpszResourceName
    """

    path: str | None
    """The field, where one is to blame."""

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.path))


class KeyFileError(Error, ValueError):
    """Keys that can't be read. The message tells the place and never what stands there.

    >>> import cluscope
    >>> try:
    ...     cluscope.Keys().add_keys(b"password LAB\\\\alice\\n")
    ... except cluscope.KeyFileError as error:
    ...     print(error.line, error)
    1 line 1: name or key missing
    """

    filename: str | None
    """The file, where there is one."""
    line: int | None
    """Line of a file of keys, counted from 1."""
    offset: int | None
    """Offset in a keytab or credential cache."""

    def __init__(
        self, message: str, filename: str | None = None, line: int | None = None, offset: int | None = None
    ) -> None:
        super().__init__(message)
        self.filename = filename
        self.line = line
        self.offset = offset

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.filename, self.line, self.offset))


class FilterError(Error, ValueError):
    """A filter expression that can't be read.

    >>> import cluscope
    >>> try:
    ...     cluscope.open("trace.pcapng", filter="latency > 'slow'")
    ... except cluscope.FilterError as error:
    ...     print(error.offset)
    10
    """

    offset: int | None
    """Offset of the mistake in the expression, in bytes."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.offset))
