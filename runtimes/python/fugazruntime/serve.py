"""Loads the handler and answers events with it, one at a time."""
import importlib
import sys
import time

from fugazruntime import channel, logs
from fugazruntime.context import LambdaContext, set_trace
from fugazruntime.errors import Fault, describe_current, describe_fault
from fugazruntime.marshal import marshal, setup as marshal_setup, to_json, unmarshal


def run(handler_name):
    channel.open_channel()
    logs.setup()
    marshal_setup()
    begun = time.perf_counter()
    try:
        handler = _load(handler_name)
    except Fault as fault:
        _fail_init(describe_fault(fault, None))
    except Exception:
        _fail_init(describe_current(None))
    channel.send_ready((time.perf_counter() - begun) * 1000)
    while True:
        _answer(handler, *channel.receive_invoke())


def _answer(handler, request_id, meta, payload):
    logs.begin(request_id, meta.get("tenantId"))
    set_trace(meta)
    try:
        context = LambdaContext(request_id, meta, logs.write)
        result = marshal(handler(unmarshal(payload), context))
    except Fault as fault:
        return _report(describe_fault(fault, request_id), request_id, meta)
    except Exception:
        return _report(describe_current(request_id), request_id, meta)
    channel.send_result(request_id, result, meta["responseBytesMax"])


def _report(result, request_id, meta):
    logs.log_error(result)
    channel.send_error(request_id, result["errorType"], to_json(result).encode("utf-8", "backslashreplace"), meta["responseBytesMax"])


def _fail_init(result):
    logs.log_error(result)
    channel.send_init_error(result["errorType"], to_json(result).encode("utf-8", "backslashreplace"))
    sys.exit(1)


def _load(name):
    parts = name.rsplit(".", 1)
    if len(parts) != 2:
        raise Fault("MalformedHandlerName", "Bad handler '{}': {}".format(name, "not enough values to unpack (expected 2, got 1)"))
    module_name, function_name = parts
    module = _import(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("HandlerNotFound", "Handler '{}' missing on module '{}'".format(function_name, module_name))


def _import(module_name):
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", "Cannot use built-in module {} as a handler module".format(module_name))
    try:
        return importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("ImportModuleError", "Unable to import module '{}': {}".format(module_name, error))
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault("UserCodeSyntaxError", "Syntax error in module '{}': {}".format(module_name, error), trace)
