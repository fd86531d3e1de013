"""Versions of botocore before 1.31 do not know AWS_ENDPOINT_URL; they are told when a function first loads them."""
import sys

_KNOWS_SINCE = (1, 31)
# Where `endpoint_url` stands among create_client's positional arguments.
_POSITION = 5


def point_sdk_at(endpoint):
    """From now on the clients of an older botocore talk to `endpoint` unless they are given another."""
    sys.meta_path.insert(0, _SessionFinder(endpoint))


class _SessionFinder:
    def __init__(self, endpoint):
        self._endpoint = endpoint

    def find_spec(self, name, path=None, target=None):
        if name != "botocore.session":
            return None
        sys.meta_path.remove(self)
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_tell(module):
                load(module)
                _tell(module, self._endpoint)

            spec.loader.exec_module = load_and_tell
        return spec


def _tell(module, endpoint):
    if _version(sys.modules["botocore"]) >= _KNOWS_SINCE:
        return
    create = module.Session.create_client

    def create_client(self, *args, **kwargs):
        if len(args) <= _POSITION and kwargs.get("endpoint_url") is None:
            kwargs["endpoint_url"] = endpoint
        return create(self, *args, **kwargs)

    module.Session.create_client = create_client


def _version(botocore):
    return tuple(int(part) for part in botocore.__version__.split(".")[:2])
