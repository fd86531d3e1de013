"""Events in, results out: the JSON dialect of the original, whose encoder writes decimals as plain numbers and bytes as text."""
import json
import os
import sys

from fugazruntime.errors import Fault


def _keeps_unicode():
    """From python3.12 on, by the name of the function's runtime, text is not escaped to ASCII."""
    name = os.environ.get("AWS_EXECUTION_ENV", "")
    if name.startswith("AWS_Lambda_python3."):
        return int("0" + "".join(c for c in name[len("AWS_Lambda_python3.") :] if c.isdigit())) >= 12
    return False


_escapes = True
_plain = json.JSONEncoder()


def setup():
    """Reads what the function's environment says."""
    global _escapes
    _escapes = not _keeps_unicode()


class _Raw(object):
    """Collects numbers that must appear digit by digit; the encoder writes a marker, which is replaced afterwards."""

    def __init__(self):
        self.token = os.urandom(12).hex()
        self.numbers = []

    def default(self, value):
        decimal = sys.modules.get("decimal")
        if decimal is not None and isinstance(value, decimal.Decimal):
            if value.is_nan():
                return float("nan")
            self.numbers.append(str(value))
            return "%s:%d" % (self.token, len(self.numbers) - 1)
        if isinstance(value, bytes):
            return value.decode("utf-8")
        return json.JSONEncoder.default(_plain, value)

    def finish(self, text):
        if not self.numbers:
            return text
        pieces = text.split('"%s:' % self.token)
        out = [pieces[0]]
        for piece in pieces[1:]:
            index, rest = piece.split('"', 1)
            out.append(self.numbers[int(index)])
            out.append(rest)
        return "".join(out)


def to_json(value):
    raw = _Raw()
    return raw.finish(json.JSONEncoder(ensure_ascii=_escapes, default=raw.default).encode(value))


def unmarshal(payload):
    """Raises Fault UnmarshalError."""
    try:
        return json.loads(payload.decode("utf-8"))
    except Exception as error:
        raise Fault("UnmarshalError", "Unable to unmarshal input: {}".format(error))


def marshal(result):
    """The answer's bytes: bytes as they are, everything else as JSON. Raises Fault MarshalError."""
    if isinstance(result, bytes):
        return result
    try:
        return to_json(result).encode("utf-8")
    except Exception as error:
        raise Fault("MarshalError", "Unable to marshal response: {}".format(error))
