"""The wrapper's side of the channel on file descriptor 3. Writes go out at once, so that nothing said before a crash is lost."""
import _thread
import json
import os
import struct
import time

_FD = 3
_START = struct.Struct(">IBBH")
_READ_BYTES = 64 * 1024
# A longer log message travels in several frames; the platform cuts events at this size anyway.
_LOG_BYTES_MAX = 256 * 1024

_SPECIALISE = 0
_INVOKE = 1
_READY = 2
_INIT_ERROR = 3
_RESULT = 4
_ERROR = 5
_TOO_LARGE = 7
_LOG = 8
_OUTPUT = 9
_LATENT = 10
_FILLED = 11

# `threading` has the same lock, and much else that is loaded when a function wants it.
_lock = _thread.allocate_lock()
_delivered = 0.0


def open_channel():
    """Programs the function starts shall not inherit the channel."""
    os.set_inheritable(_FD, False)
    os.set_blocking(_FD, True)


def send_ready(code_ms):
    """`code_ms`: how long the function's own code took to load."""
    _send(_READY, "", "%.3f" % code_ms, b"")


def send_init_error(error_type, payload):
    _send(_INIT_ERROR, "", error_type, payload)


def send_result(request_id, payload, bytes_max):
    """The head tells how many microseconds have passed since the event came."""
    _send_bounded(_RESULT, request_id, "%d" % ((time.perf_counter() - _delivered) * 1e6), payload, bytes_max)


def send_error(request_id, error_type, payload, bytes_max):
    _send_bounded(_ERROR, request_id, error_type, payload, bytes_max)


def send_log(level, text):
    data = text.encode("utf-8", "replace")
    at = 0
    while at < len(data) or at == 0:
        end = min(at + _LOG_BYTES_MAX, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        _send(_LOG, "", level, data[at:end])
        at = max(end, 1)


def send_output(fd, data):
    """Bytes that the program wrote to its own stdout (1) or stderr (2)."""
    view = memoryview(data)
    for at in range(0, len(view), _LOG_BYTES_MAX):
        _send(_OUTPUT, "", str(fd), bytes(view[at : at + _LOG_BYTES_MAX]))


def receive_settings():
    """Tells that this process waits to become a function's; blocks until it shall, and returns `{"env", "cwd"}`."""
    _send(_LATENT, "", "", b"")
    return json.loads(_receive(_SPECIALISE, _START.size)[2].decode("utf-8"))


def receive_filled():
    """Blocks until the function's code is in place."""
    _receive(_FILLED, _START.size)


def receive_invoke():
    """Blocks until an event arrives: (request id, metadata, payload). Ends the process when the platform is gone."""
    global _delivered
    request_id, head, payload = _receive(_INVOKE)
    _delivered = time.perf_counter()
    return request_id, json.loads(head), payload


def _receive(expected, first_bytes=_READ_BYTES):
    """`first_bytes`: of the size of a head where another frame may follow at once."""
    data = _read(first_bytes)
    while len(data) < _START.size:
        data += _read(first_bytes - len(data))
    size, kind, id_bytes, head_bytes = _START.unpack_from(data)
    total = _START.size + size
    if len(data) < total:
        frame = bytearray(total)
        frame[: len(data)] = data
        _fill(memoryview(frame), len(data))
        data = frame
    if kind != expected:
        os._exit(70)
    id_end = _START.size + id_bytes
    head_end = id_end + head_bytes
    head = bytes(data[id_end:head_end]).decode("utf-8")
    return bytes(data[_START.size : id_end]).decode("latin-1"), head, bytes(memoryview(data)[head_end:total])


def _read(count):
    data = os.read(_FD, count)
    if not data:
        _leave()
    return data


def _fill(view, filled):
    while filled < len(view):
        count = os.readv(_FD, [view[filled:]])
        if count == 0:
            _leave()
        filled += count


def _leave():
    # Not sys.exit: threads of the function must not outlive the platform.
    os._exit(0)


def _send_bounded(kind, request_id, head, payload, bytes_max):
    if len(payload) > bytes_max:
        _send(_TOO_LARGE, request_id, str(len(payload)), b"")
    else:
        _send(kind, request_id, head, payload)


def _send(kind, request_id, head, body):
    id_bytes = request_id.encode("latin-1")
    head_bytes = head[:1000].encode("utf-8", "replace")
    start = _START.pack(len(id_bytes) + len(head_bytes) + len(body), kind, len(id_bytes), len(head_bytes)) + id_bytes + head_bytes
    parts = [start, body] if body else [start]
    with _lock:
        sent = os.writev(_FD, parts)
        if sent == len(start) + len(body):
            return
        rest = memoryview(b"".join(parts))[sent:]
        while len(rest):
            rest = rest[os.write(_FD, rest) :]
