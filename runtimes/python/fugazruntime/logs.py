"""Where a function's words go: print through streams that keep the order of everything, logging as soon as somebody imports it."""
import io
import os
import sys
import time
from importlib.machinery import PathFinder

from fugazruntime import channel
from fugazruntime.marshal import to_json

_NBSP = "\u00a0"
JSON_TIME = "%Y-%m-%dT%H:%M:%SZ"
_json = False
# Logging and what it imports is a megabyte and some milliseconds that many functions never need, so it is loaded when it is wanted. The
# interpreter's own, though: whatever a function has by these names can not win over what is there before it.
_OWN_MODULES = frozenset(
    (
        "logging traceback threading string weakref _weakrefset linecache token tokenize textwrap contextlib warnings _py_warnings "
        "_colorize dataclasses inspect ast annotationlib keyword"
    ).split()
)
current = {"request_id": "", "tenant_id": None}


def begin(request_id, tenant_id):
    current["request_id"] = request_id
    current["tenant_id"] = tenant_id


def write(text):
    """One event of the log, as `context.log` makes them."""
    channel.send_log("", text)


def log_error(result):
    """An error the runtime reports, in the function's log."""
    if _json:
        line = {"timestamp": time.strftime(JSON_TIME, time.gmtime()), "log_level": "ERROR"}
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
    if "logging" in sys.modules:
        _set_logging_up()
    sys.meta_path.insert(0, _OwnFinder())


def _set_logging_up():
    from fugazruntime import loghandler

    loghandler.set_up(_json)


class _OwnFinder(object):
    """Sets logging up when it is first imported, and finds the modules of it that a function of the original meets as loaded."""

    def find_spec(self, name, path=None, target=None):
        if name not in _OWN_MODULES:
            return None
        spec = PathFinder.find_spec(name, [os.path.dirname(os.__file__)])
        if spec and name == "logging":
            spec.loader = _LoggingLoader(spec.loader)
        return spec


class _LoggingLoader(object):
    def __init__(self, loader):
        self._loader = loader

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _set_logging_up()


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
