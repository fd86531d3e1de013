"""The context object a handler gets, attribute by attribute as the original builds it."""
import json
import os
import sys
import time

from fugazruntime.errors import Fault

_W3C_FIELDS = ("traceparent", "tracestate", "baggage")


class _Record(object):
    """A named bag of fixed attributes; those not given are None."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        return _show(self, self.__slots__)


class CognitoIdentity(_Record):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Record):
    __slots__ = ("custom", "env", "client")


class LambdaContext(object):
    """Raises Fault LambdaContextUnmarshalError when the caller's client context is not JSON."""

    def __init__(self, request_id, meta, log):
        environ = os.environ
        self.aws_request_id = request_id
        self.log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = meta.get("invokedArn")
        self.tenant_id = meta.get("tenantId")
        given = _parse(meta.get("clientContext"), "Client Context")
        self._w3c_fields = _take_w3c(given)
        self.client_context = None if given is None else ClientContext(given)
        if given is not None and self.client_context.client is not None:
            self.client_context.client = Client(self.client_context.client)
        identity = _parse(meta.get("cognitoIdentity"), "Cognito Identity") or {}
        self.identity = CognitoIdentity(
            {
                "cognito_identity_id": identity.get("cognitoIdentityId"),
                "cognito_identity_pool_id": identity.get("cognitoIdentityPoolId"),
            }
        )
        self._epoch_deadline_time_in_ms = meta["deadlineMs"]
        self._log = log

    def get_remaining_time_in_millis(self):
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def w3c(self):
        return dict(self._w3c_fields)

    def log(self, msg):
        self._log(str(msg))

    def __repr__(self):
        names = [
            "aws_request_id",
            "log_group_name",
            "log_stream_name",
            "function_name",
            "memory_limit_in_mb",
            "function_version",
            "invoked_function_arn",
            "client_context",
            "identity",
            "tenant_id",
        ]
        return _show(self, names)


def set_trace(meta):
    """`_X_AMZN_TRACE_ID` belongs to one invocation."""
    if meta.get("traceId"):
        os.environ["_X_AMZN_TRACE_ID"] = meta["traceId"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)


def _show(thing, names):
    return "%s([%s])" % (type(thing).__name__, ",".join("%s=%s" % (name, getattr(thing, name)) for name in names))


def _parse(text, name):
    if not text:
        return None
    try:
        return json.loads(text)
    except Exception as error:
        raise Fault("LambdaContextUnmarshalError", "Unable to parse {} JSON: {}".format(name, error))


def _take_w3c(client_context):
    if not isinstance(client_context, dict):
        return {}
    given = client_context.pop("w3c", None)
    if not isinstance(given, dict):
        return {}
    return {name: given[name] for name in _W3C_FIELDS if isinstance(given.get(name), str)}
