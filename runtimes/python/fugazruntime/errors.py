"""Errors as the caller sees them: the runtime's own faults, and whatever the function raised with its frames."""
import sys


class Fault(Exception):
    """An error the runtime itself raises; `kind` without the `Runtime.` prefix."""

    def __init__(self, kind, message, trace=None):
        Exception.__init__(self, message)
        self.kind = "Runtime." + kind
        self.message = message
        self.trace = trace


def describe_fault(fault, request_id):
    return error_result(fault.message, fault.kind, fault.trace, request_id)


def describe_current(request_id):
    """The exception being handled, without the frames of this runtime above the function's."""
    # Functions that raise nothing do without it.
    import traceback

    kind, value, trace = sys.exc_info()
    frames = [(frame.filename, frame.lineno, frame.name, frame.line) for frame in traceback.extract_tb(trace)]
    for index, frame in enumerate(frames):
        if not _is_ours(frame[0]):
            frames = frames[index:]
            break
    return error_result(str(value), kind.__name__, traceback.format_list(frames), request_id)


def error_result(message, kind, trace, request_id):
    return {"errorMessage": message or "", "errorType": kind or "", "requestId": request_id or "", "stackTrace": trace or []}


def _is_ours(filename):
    return "/bootstrap.py" in filename or "/fugazruntime/" in filename
