"""How a function's logging is set up: one handler of the root logger, in words or in JSON."""
import json
import logging
import os
import time
import traceback

from fugazruntime import channel
from fugazruntime.logs import JSON_TIME, current, write

_TIME = "%Y-%m-%dT%H:%M:%S"
_STANDARD_MEMBERS = frozenset(
    (
        "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created msecs "
        "relativeCreated thread threadName processName process taskName aws_request_id tenant_id _frame_type"
    ).split()
)
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def set_up(as_json):
    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler()
    if as_json:
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


class LambdaLoggerFilter(logging.Filter):
    def filter(self, record):
        record.aws_request_id = current["request_id"]
        record.tenant_id = current["tenant_id"]
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
            "timestamp": time.strftime(JSON_TIME, time.gmtime(record.created)),
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
