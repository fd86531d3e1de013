"""The Python 2.7 runtime inside a sandbox, for functions of the years when there was no other: loads the handler and answers events."""
import json
import logging
import os
import struct
import sys
import threading
import time
import traceback

_FD = 3
# u32 size of the rest, u8 type, u8 length of the request id, u16 length of the head.
_START = struct.Struct(">IBBH")
_INVOKE, _READY, _INIT_ERROR, _RESULT, _ERROR, _TOO_LARGE, _LOG, _OUTPUT = 1, 2, 3, 4, 5, 7, 8, 9
# A longer log message travels in several frames; the platform cuts events at this size anyway.
_LOG_BYTES_MAX = 256 * 1024

_lock = threading.RLock()
_current = {"request_id": ""}


class Fault(Exception):
    """An error the runtime itself raises; `kind` without the `Runtime.` prefix."""

    def __init__(self, kind, message):
        Exception.__init__(self, message)
        self.result = {"errorMessage": message, "errorType": "Runtime." + kind}


class _Record(object):
    def __init__(self, **values):
        self.__dict__.update(values)


class LambdaContext(object):
    def __init__(self, request_id, meta):
        self.aws_request_id = request_id
        self.invoked_function_arn = meta.get("invokedArn")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        given = json.loads(meta["clientContext"]) if meta.get("clientContext") else None
        self.client_context = given and _Record(custom=given.get("custom"), env=given.get("env"), client=given.get("client") and _Record(**given["client"]))
        self.identity = _Record(cognito_identity_id=None, cognito_identity_pool_id=None)
        self._deadline_ms = meta["deadlineMs"]

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, msg):
        _send_log("", str(msg))


class _Stream(object):
    """sys.stdout and sys.stderr: every write goes out at once, in order with the log."""

    encoding = "utf-8"
    softspace = 0

    def __init__(self, fd):
        self._fd = fd
        self.name = "<stdout>" if fd == 1 else "<stderr>"

    def write(self, data):
        data = data.encode("utf-8") if isinstance(data, unicode) else bytes(data)
        for at in range(0, len(data), _LOG_BYTES_MAX):
            _send(_OUTPUT, "", str(self._fd), data[at : at + _LOG_BYTES_MAX])

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def fileno(self):
        return self._fd

    def flush(self):
        pass

    def isatty(self):
        return False


class LambdaLoggerHandler(logging.Handler):
    """The root logger's handler."""

    def emit(self, record):
        record.aws_request_id = _current["request_id"]
        _send_log(record.levelname, self.format(record))


def main():
    import fcntl

    # Programs the function starts shall not inherit the channel.
    fcntl.fcntl(_FD, fcntl.F_SETFD, fcntl.fcntl(_FD, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
    fcntl.fcntl(_FD, fcntl.F_SETFL, fcntl.fcntl(_FD, fcntl.F_GETFL) & ~os.O_NONBLOCK)
    sys.stdout, sys.stderr = _Stream(1), _Stream(2)
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler()
    handler.setFormatter(logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"))
    logging.getLogger().addHandler(handler)
    _set_path()
    try:
        handle = _load(os.environ.get("_HANDLER", ""))
    except Exception:
        _fail_init(*_describe())
    _send(_READY, "", "", b"")
    while True:
        _answer(handle, *_receive())


def _set_path():
    here = os.path.dirname(os.path.abspath(__file__))
    task_root = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    layers = [path for path in ("/opt/python/lib/python2.7/site-packages", "/opt/python") if os.path.isdir(path)]
    rest = [path for path in sys.path if path not in (here, task_root)]
    sys.path[:] = [task_root] + layers + rest + [here]


def _load(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError:
        raise Fault("MalformedHandlerName", "Bad handler '%s': need more than 1 value to unpack" % name)
    try:
        # Slashes name directories, which then need not be packages.
        folder, _, dotted = module_name.rpartition("/")
        if folder:
            sys.path.insert(0, os.path.join(sys.path[0], folder))
        module = __import__(dotted, fromlist=[function_name])
    except ImportError as error:
        raise Fault("ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        raise Fault("UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error))
    if not hasattr(module, function_name):
        raise Fault("HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))
    return getattr(module, function_name)


def _answer(handle, request_id, meta, payload):
    _current["request_id"] = request_id
    if meta.get("traceId"):
        os.environ["_X_AMZN_TRACE_ID"] = str(meta["traceId"])
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        payload = _to_json(handle(json.loads(payload), LambdaContext(request_id, meta)))
        kind, error_type = _RESULT, ""
    except Exception:
        result, text = _describe()
        _send_log("ERROR", text)
        kind, error_type, payload = _ERROR, result["errorType"], json.dumps(result)
    if len(payload) > meta["responseBytesMax"]:
        _send(_TOO_LARGE, request_id, str(len(payload)), b"")
    else:
        _send(kind, request_id, error_type, payload)


def _to_json(value):
    try:
        return json.dumps(value, default=_plain_number)
    except Exception as error:
        raise Fault("MarshalError", "Unable to marshal response: %s" % error)


def _plain_number(value):
    decimal = sys.modules.get("decimal")
    if decimal is not None and isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError("%r is not JSON serializable" % (value,))


def _describe():
    """The exception being handled: as the caller sees it, and as the log does."""
    kind, value, trace = sys.exc_info()
    if isinstance(value, Fault):
        return value.result, "%(errorMessage)s: %(errorType)s" % value.result
    frames = traceback.extract_tb(trace)
    while frames and frames[0][0] == __file__:
        frames = frames[1:]
    text = "".join(["%s: %s\nTraceback (most recent call last):\n" % (value, kind.__name__)] + traceback.format_list(frames) + traceback.format_exception_only(kind, value))
    return {"errorMessage": _text(value), "errorType": kind.__name__, "stackTrace": [list(frame) for frame in frames]}, text


def _text(value):
    try:
        return str(value).decode("utf-8", "replace")
    except UnicodeError:
        return value.args[0]


def _fail_init(result, text):
    _send_log("ERROR", text)
    _send(_INIT_ERROR, "", result["errorType"], json.dumps(result))
    os._exit(1)


def _receive():
    size, kind, id_bytes, head_bytes = _START.unpack(_read(_START.size))
    rest = _read(size)
    if kind != _INVOKE:
        os._exit(70)
    return rest[:id_bytes], json.loads(rest[id_bytes : id_bytes + head_bytes]), rest[id_bytes + head_bytes :]


def _read(count):
    parts = []
    while count:
        data = os.read(_FD, min(count, 1024 * 1024))
        if not data:
            # Not sys.exit: threads of the function must not outlive the platform.
            os._exit(0)
        parts.append(data)
        count -= len(data)
    return b"".join(parts)


def _send_log(level, text):
    data = text.encode("utf-8") if isinstance(text, unicode) else text
    for at in range(0, max(len(data), 1), _LOG_BYTES_MAX):
        _send(_LOG, "", level, data[at : at + _LOG_BYTES_MAX])


def _send(kind, request_id, head, body):
    head = head[:1000].encode("utf-8")
    data = _START.pack(len(request_id) + len(head) + len(body), kind, len(request_id), len(head)) + request_id + head + body
    rest = memoryview(data)
    with _lock:
        while len(rest):
            rest = rest[os.write(_FD, rest) :]


if __name__ == "__main__":
    main()
