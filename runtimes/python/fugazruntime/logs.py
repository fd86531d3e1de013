"""Where a function's words go: logging through one pre-configured handler, print through streams that keep the order of both."""
import io
import json
import logging
import os
import sys
import time
import traceback

from fugazruntime import channel
from fugazruntime.marshal import to_json

_NBSP = "\u00a0"
_TIME = "%Y-%m-%dT%H:%M:%S"
_JSON_TIME = _TIME + "Z"
_json = False
_STANDARD_MEMBERS = frozenset(
    (
        "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created msecs "
        "relativeCreated thread threadName processName process taskName aws_request_id tenant_id _frame_type"
    ).split()
)

_current = {"request_id": "", "tenant_id": None}
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def begin(request_id, tenant_id):
    _current["request_id"] = request_id
    _current["tenant_id"] = tenant_id


def write(text):
    """One event of the log, as `context.log` makes them."""
    channel.send_log("", text)


class LambdaLoggerFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = _current["request_id"]
        record.tenant_id = _current["tenant_id"]
        return True


class LambdaLoggerHandler(logging.Handler):
    """The root logger's handler. `log_sink` is there because libraries look for it."""

    def __init__(self):
        logging.Handler.__init__(self)
        self.log_sink = _Sink()

    def emit(self, record):
        channel.send_log(record.levelname, self.format(record))


class _Sink(object):
    def log(self, msg, frame_type=None):
        write(msg)

    def log_error(self, message_lines):
        channel.send_log("ERROR", "\n".join(message_lines))


class JsonFormatter(logging.Formatter):
    def format(self, record):
        level = min(50, max(0, record.levelno)) // 10 * 10
        info = record.exc_info if record.exc_info and record.exc_info[0] else None
        line = {
            "timestamp": time.strftime(_JSON_TIME, time.gmtime(record.created)),
            "level": logging.getLevelName(level),
            "message": record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(info[2]) if info else None,
            "errorType": info[0].__name__ if info else None,
            "errorMessage": str(info[1]) if info else None,
            "requestId": record.aws_request_id,
            "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno) if info else None,
            "tenantId": record.tenant_id,
        }
        for name, value in record.__dict__.items():
            if name not in _STANDARD_MEMBERS and name not in line:
                line[name] = value
        return _encode({name: value for name, value in line.items() if value is not None}) + "\n"


def log_error(result):
    """An error the runtime reports, in the function's log."""
    if _json:
        line = {"timestamp": time.strftime(_JSON_TIME, time.gmtime()), "log_level": "ERROR"}
        line.update(result)
        channel.send_log("ERROR", to_json(line))
        return
    title = "[ERROR]"
    if result["errorType"]:
        title += " " + result["errorType"]
    if result["errorMessage"]:
        title += (":" if result["errorType"] else "") + " " + result["errorMessage"]
    lines = [title, "Traceback (most recent call last):"]
    for element in result["stackTrace"]:
        lines += [_indent(line) for line in element.splitlines()] or [""]
    channel.send_log("ERROR", "\n".join(lines))


def _indent(line):
    """Leading blanks as no-break spaces, which log viewers keep."""
    text = line.lstrip(" ")
    return _NBSP * (len(line) - len(text)) + text


class _FrameWriter(io.RawIOBase):
    """The raw end of sys.stdout or sys.stderr."""

    def __init__(self, fd):
        io.RawIOBase.__init__(self)
        self._fd = fd
        self.name = "<stdout>" if fd == 1 else "<stderr>"
        self.mode = "wb"

    def writable(self):
        return True

    def fileno(self):
        return self._fd

    def write(self, data):
        channel.send_output(self._fd, data)
        return len(data)


def setup():
    global _json
    _json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    for name, fd in (("stdout", 1), ("stderr", 2)):
        # A buffered layer because functions use sys.stdout.buffer; nothing stays in it, every write goes through.
        raw = io.BufferedWriter(_FrameWriter(fd), 1)
        setattr(sys, name, io.TextIOWrapper(_Unbuffered(raw), "utf-8", "backslashreplace", newline="\n", write_through=True))
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler()
    if _json:
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", _TIME))
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = "DEBUG" if level == "TRACE" else level
    if level in logging._nameToLevel:
        root.setLevel(level)
    handler.addFilter(LambdaLoggerFilter())
    root.addHandler(handler)


class _Unbuffered(object):
    """A buffer that never buffers."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, data):
        count = self._stream.write(data)
        self._stream.flush()
        return count

    def __getattr__(self, name):
        return getattr(self._stream, name)
