"""What is wrong is an exception; nothing that was read is lost, and nobody learns a secret."""

from __future__ import annotations

import errno
import io
import os
import pickle
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cluscope

TOUR = Path("captures/tour.pcapng")
SEALED = Path("captures/sealed.pcapng")
LAB = Path("captures/lab.keys")
ALL = len(list(cluscope.open(TOUR)))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError) as raised:
        cluscope.open("no/such.pcap")
    assert str(raised.value.filename) == "no/such.pcap" and raised.value.errno == errno.ENOENT
    with pytest.raises(FileNotFoundError):
        cluscope.open([TOUR, "no/such.pcap"])
    with pytest.raises(cluscope.CaptureError):
        list(cluscope.open("captures"))


def test_a_file_that_is_no_capture() -> None:
    with pytest.raises(cluscope.CaptureError) as raised:
        cluscope.open("README.md")
    assert raised.value.filename == "README.md"
    # Behind one that is, and before another one: both are read, then it is told.
    reader = cluscope.open([io.BytesIO(TOUR.read_bytes()), "README.md", Path("captures/clean.pcapng")])
    found: list[Any] = []
    with pytest.raises(cluscope.CaptureError):
        for message in reader:
            found.append(message)
    assert len(found) == ALL + len(list(cluscope.open("captures/clean.pcapng")))
    assert next(reader, None) is None


def test_wrong_arguments() -> None:
    for wrong in (7, None, b"bytes", [None], object()):
        with pytest.raises((TypeError, cluscope.Error)):
            cluscope.open(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        cluscope.open(TOUR, nonsense=1)  # type: ignore[call-arg]
    with pytest.raises(ValueError):
        cluscope.open(TOUR, memory_limit="lots")
    with pytest.raises(ValueError):
        cluscope.open(TOUR, assume=["nonsense"])
    with pytest.raises(ValueError):
        cluscope.open(TOUR, decode_as=["nonsense"])
    with pytest.raises(cluscope.FilterError) as raised:
        cluscope.open(TOUR, filter="method ==")
    assert raised.value.offset == 9
    with pytest.raises(TypeError):
        cluscope.decode_stub(b"")
    with pytest.raises(TypeError):
        cluscope.decode_stub(b"", method="ApiOpenNode", opnum=1)
    with pytest.raises(ValueError, match="did you mean"):
        cluscope.decode_stub(b"", method="ApiOpenNod")
    with pytest.raises(KeyError):
        cluscope.Schema.json_schema("ApiOpenNod")


class Failing(io.RawIOBase):
    """A file that raises an exception after so many bytes."""

    def __init__(self, data: bytes, error: BaseException) -> None:
        self.inner, self.error = io.BytesIO(data), error

    def read(self, size: int = -1, /) -> bytes:
        found = self.inner.read(min(size, 1000))
        if not found:
            raise self.error
        return found


def test_a_file_object_that_raises() -> None:
    data = TOUR.read_bytes()
    found = []
    reader = cluscope.open(Failing(data, ZeroDivisionError("mine")))
    with pytest.raises(ZeroDivisionError, match="mine"):
        for message in reader:
            found.append(message)
    # All of the file was there before.
    assert len(found) == ALL
    assert list(reader) == []
    found = []
    with pytest.raises(KeyboardInterrupt):
        for message in cluscope.open(Failing(data[: len(data) // 2], KeyboardInterrupt())):
            found.append(message)
    assert 0 < len(found) < ALL


def test_a_file_object_that_gives_nonsense() -> None:
    class Nonsense:
        def __init__(self, given: Any) -> None:
            self.given = given

        def read(self, size: int, /) -> Any:
            return self.given

    for given in (None, "text", 7, bytes(1 << 24)):
        with pytest.raises((TypeError, cluscope.CaptureError)):
            list(cluscope.open(Nonsense(given)))


def test_an_iterator_of_packets_that_raises() -> None:
    packet = bytes(60)

    def packets() -> Iterator[Any]:
        yield packet
        yield (5, packet)
        raise ZeroDivisionError("mine")

    session = cluscope.Session()
    with pytest.raises(ZeroDivisionError, match="mine"):
        session.packets(packets())
    for wrong in (7, [7], [(1,)], [(1, packet, 1, 1)], [("x", packet)], [(1, packet, -1)], [None]):
        with pytest.raises((TypeError, ValueError, OverflowError)):
            session.packets(wrong)  # type: ignore[arg-type]
    # What was given before counts.
    assert session.packets([packet]) == [] and session.finish() == []


def test_messages_before_an_exception_are_not_lost() -> None:
    data = Path("captures/manager.pcap").read_bytes()

    def packets() -> Iterator[tuple[int, bytes]]:
        at = 24
        while at < len(data):
            length = int.from_bytes(data[at + 8 : at + 12], "little")
            yield 0, data[at + 16 : at + 16 + length]
            at += 16 + length
        raise ZeroDivisionError

    link = int.from_bytes(data[20:24], "little")
    session = cluscope.Session()
    with pytest.raises(ZeroDivisionError):
        session.packets(packets(), link_type=link)
    found = session.packets([])
    assert [message.frame for message in found] == [m.frame for m in cluscope.open("captures/manager.pcap")]


def test_sessions_that_are_finished_or_mixed() -> None:
    session = cluscope.Session()
    connection = session.connection(("192.0.2.1", 1), ("192.0.2.2", 2))
    with pytest.raises(ValueError, match="not both"):
        session.packet(b"")
    assert session.finish() == [] and session.finish() == []
    with pytest.raises(ValueError, match="finished"):
        connection.data(b"x")
    with pytest.raises(ValueError, match="finished"):
        connection.gap()
    with pytest.raises(ValueError, match="finished"):
        connection.end()
    with pytest.raises(ValueError):
        cluscope.Session().connection(("nowhere", 1), ("192.0.2.2", 2))
    with pytest.raises((ValueError, OverflowError)):
        cluscope.Session().connection(("192.0.2.1", 70000), ("192.0.2.2", 2))


def test_connections_with_gaps_and_rubbish() -> None:
    random.seed(16)
    session = cluscope.Session()
    connections = [session.connection(("192.0.2.1", port), ("2001:db8::1", 445)) for port in range(1, 40)]
    talks = [session.conversation(("192.0.2.1", port), ("192.0.2.2", 135)) for port in range(1, 40)]
    for _ in range(2000):
        data = random.randbytes(random.randrange(200))
        if random.random() < 0.5:
            data = b"\x05\x00\x00\x03\x10\x00\x00\x00" + data
        connection = random.choice(connections)
        match random.randrange(10):
            case 0:
                connection.gap(random.choice([None, 0, 1, 2**64 - 1]), from_server=random.random() < 0.5)
            case 1:
                connection.end(time_ns=random.choice([None, -(2**63), 2**63 - 1]))
            case 2 | 3:
                random.choice(talks).datagram(b"\x04\x00" + data, length=random.choice([None, 0, 70000]))
            case _:
                connection.data(data, from_server=random.random() < 0.5, frame=random.choice([None, 0, 2**64 - 1]))
    session.finish()


def test_hostile_bytes_through_every_door() -> None:
    random.seed(3)
    tour = TOUR.read_bytes()
    methods = [method for method in cluscope.Schema.methods() if method["on_wire"]]
    structures = [structure["struct"] for structure in cluscope.Schema.structs()]
    for _ in range(300):
        data = bytearray(tour)
        for _ in range(random.randrange(1, 60)):
            data[random.randrange(len(data))] = random.randrange(256)
        try:
            for message in cluscope.open(io.BytesIO(data[: random.randrange(len(data))])):
                message.to_dict()
        except cluscope.CaptureError:
            pass
        noise = random.randbytes(random.randrange(300))
        method = random.choice(methods)
        try:
            cluscope.decode_stub(
                noise,
                opnum=method["opnum"],
                interface=method["interface"],
                version=method["version"],
                direction=random.choice(["request", "response"]),
                syntax=random.choice(["ndr", "ndr64"]),
                request=random.choice([None, noise]),
            )
        except cluscope.DecodeError as error:
            assert error.offset is not None and error.offset <= len(noise) + 8
            assert pickle.loads(pickle.dumps(error)).offset == error.offset
        try:
            cluscope.decode_struct(random.choice(structures), noise)
        except cluscope.DecodeError as error:
            assert error.offset is not None
        for wrong in (noise.decode("latin-1"), "{", "[]", "null", '{"a":1,"a":2}', "[" * 100000):
            with pytest.raises((cluscope.EncodeError, ValueError)):
                cluscope.encode_stub(wrong)
            with pytest.raises((cluscope.EncodeError, ValueError)):
                cluscope.encode_struct(wrong)
            with pytest.raises(ValueError):
                cluscope.Message(wrong if wrong != '{"a":1,"a":2}' else "x")
        for keys in (noise, b"password", b"\xff\xfe\x00"):
            try:
                cluscope.Keys().add_keytab(keys)
                cluscope.Keys().add_ccache(keys)
            except cluscope.KeyFileError:
                pass
    with pytest.raises((ValueError, TypeError)):
        cluscope.encode_stub({"params": {1, 2}})
    with pytest.raises((ValueError, TypeError, RecursionError)):
        loop: dict[str, Any] = {}
        loop["params"] = loop
        cluscope.encode_stub(loop)


def test_limits_are_kept_and_told() -> None:
    reader = cluscope.open(TOUR, memory_limit="16M")
    assert len(list(reader)) == ALL
    assert reader.limits == {}
    with pytest.raises(ValueError):
        cluscope.Session(memory_limit=1)
    session = cluscope.Session(memory_limit=16 << 20)
    connections = [session.connection(("192.0.2.1", 1 + n % 65535), (f"198.51.{n % 200}.1", 445)) for n in range(6000)]
    for connection in connections:
        connection.data(b"\x05\x00\x0b\x03\x10\x00\x00\x00\xff\x00\x00\x00\x01\x00\x00\x00")
    session.finish()
    assert session.limits.get("connections_evicted", 0) > 0


def test_secrets_stay_secret() -> None:
    secret = "hunter2-not-a-real-one"
    keys = cluscope.Keys()
    keys.add_password("LAB\\alice", secret)
    assert secret not in repr(keys) + str(keys) + str(vars(type(keys)))
    with pytest.raises((TypeError, pickle.PicklingError)):
        pickle.dumps(keys)
    for wrong in (f"passwrd LAB\\alice {secret}\n", f"nthash LAB\\alice {secret}\n", f"session-key {secret}\n"):
        for door in (lambda: cluscope.Keys().add_keys(wrong.encode()), lambda: cluscope.open(TOUR, keys=wrong.encode())):
            with pytest.raises(cluscope.KeyFileError) as raised:
                door()
            assert raised.value.line == 1 and secret not in str(raised.value) + repr(raised.value)
    with pytest.raises((ValueError, TypeError)) as other:
        cluscope.Keys().add_nt_hash("alice", secret.encode())
    assert secret not in str(other.value)
    with pytest.raises(cluscope.KeyFileError, match="no/such.keys"):
        cluscope.open(TOUR, keys="no/such.keys")
    # Keys in use can't be changed below a session.
    reader = cluscope.open(TOUR, keys=keys)
    with pytest.raises(RuntimeError, match="in use"):
        keys.add_password("LAB\\bob", secret)
    reader.close()
    keys.add_password("LAB\\bob", secret)
    with pytest.raises(TypeError):
        cluscope.open(TOUR, keys=keys, keytab="x")


def test_a_sealed_capture_with_and_without_keys() -> None:
    with_keys = list(cluscope.open(SEALED, keys=LAB))
    text = cluscope.Keys()
    assert text.add_keys(LAB.read_bytes()) == text.add_keys(LAB) > 0
    assert list(cluscope.open(SEALED, keys=text)) == list(cluscope.open(SEALED, keys=text)) == with_keys
    without = list(cluscope.open(SEALED))
    assert len(without) == len(with_keys)
    assert sum(m.params is not None for m in without) < sum(m.params is not None for m in with_keys)


def test_hidden_secrets() -> None:
    for message in cluscope.open(TOUR, hide_secrets=True):
        assert message.stub is None
    assert any(message.stub for message in cluscope.open(TOUR))
    shown = cluscope.decode_struct("PROPERTY_LIST", property_list())
    hidden = cluscope.decode_struct("PROPERTY_LIST", property_list(), hide_secrets=True)
    assert "hunter2" in str(shown) and "hunter2" not in str(hidden)


def property_list() -> bytes:
    value = {"name": "Password", "values": [{"syntax": "CLUSPROP_SYNTAX_LIST_VALUE_SZ", "value": "hunter2"}]}
    return cluscope.encode_struct({"struct": "PROPERTY_LIST", "value": {"properties": [value]}})


def test_a_reader_is_used_by_one_thread_at_a_time() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            time.sleep(0.01)
            return super().read(min(size or 0, 500))

    reader = cluscope.open(Slow(TOUR.read_bytes()))
    found: list[Any] = []
    refused: list[Any] = []

    def work() -> None:
        while True:
            try:
                found.append(next(reader))
            except StopIteration:
                return
            except ValueError as error:
                refused.append(error)
                time.sleep(0.002)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Nothing twice, nothing lost.
    assert sorted(message.json for message in found) == sorted(message.json for message in cluscope.open(TOUR))
    assert refused and all("being used" in str(error) for error in refused)


def test_a_reader_that_is_used_by_its_own_file() -> None:
    class Inward(io.BytesIO):
        reader: Any = None

        def read(self, size: int | None = -1, /) -> bytes:
            if self.reader is not None:
                next(self.reader)
            return super().read(min(size or 0, 500))

    inward = Inward(TOUR.read_bytes())
    reader = cluscope.open(inward)
    inward.reader = reader
    with pytest.raises(ValueError, match="being used"):
        list(reader)


def test_other_threads_run_meanwhile() -> None:
    data = TOUR.read_bytes()
    seconds = 0.0
    beats = []
    stop = threading.Event()

    def beat() -> None:
        while not stop.is_set():
            beats.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        began = time.monotonic()
        while seconds < 0.5:
            for _ in cluscope.open(io.BytesIO(data), filter='method == "nothing"'):
                pass
            seconds = time.monotonic() - began
    finally:
        stop.set()
        thread.join()
    assert len(beats) > 5


def test_a_key_that_is_pressed(tmp_path: Path) -> None:
    """A long run without a single message ends by SIGINT, and what comes after it is still there."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = TOUR.read_bytes()
    writer = threading.Thread(target=lambda: feed(pipe, data))
    writer.start()
    reader = cluscope.open(pipe)
    found = [next(reader)]
    # Whoever is started in the background has it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        for message in reader:
            found.append(message)
    signal.signal(signal.SIGINT, before)
    writer.join()
    assert len(found) > 100


def feed(pipe: Path, data: bytes) -> None:
    with pipe.open("wb") as out:
        out.write(data)
        out.flush()
        time.sleep(1.5)


def test_memory_does_not_grow() -> None:
    resource = pytest.importorskip("resource")
    for _ in range(5):
        for message in cluscope.open(TOUR):
            message.params
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(60):
        for message in cluscope.open(TOUR):
            message.params, message.to_dict(), message.stub
        try:
            cluscope.open(Failing(TOUR.read_bytes()[:300], ZeroDivisionError()))
        except ZeroDivisionError:
            pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_messages_are_mappings() -> None:
    from collections.abc import Mapping

    message = next(iter(cluscope.open(TOUR)))
    assert isinstance(message, Mapping) and isinstance(message, cluscope.Record)
    assert {**message} == message.to_dict() == dict(message)
    assert "frame" in message and message.__contains__(7) is False and "nothing" not in message
    assert message.get("nothing") is None and message.get("nothing", 7) == 7
    with pytest.raises(KeyError):
        message["nothing"]
    with pytest.raises((AttributeError, TypeError)):
        message.frame = 7  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(message))
    assert again == message and hash(again) == hash(message) and again.time_ns == message.time_ns
    assert again.stub == message.stub and type(again) is cluscope.Message
    match message.to_dict():
        case {"type": "bind", "contexts": [first, *_]}:
            assert first["name"] == "clusapi"
        case other:
            pytest.fail(str(other))
