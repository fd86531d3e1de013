"""Entry of the Python runtime inside a sandbox: prepares the process, loads the handler, then answers events until the platform is gone."""
import os
import sys

# Our own directory is last on the path: a function's module may have any name.
_HERE = os.path.dirname(os.path.abspath(__file__))


def _module_path(task_root):
    """The function's directory, then layers, then the interpreter's own path with the bundled SDK, then this runtime."""
    version = "python%d.%d" % sys.version_info[:2]
    layers = ["/opt/python/lib/%s/site-packages" % version, "/opt/python"]
    own = (_HERE, os.path.realpath(_HERE))
    given = [path for path in os.environ.get("PYTHONPATH", "").split(":") if path and path not in own]
    rest = [path for path in sys.path if path not in own and path not in given and path != task_root]
    return [task_root] + given + [path for path in layers if os.path.isdir(path)] + rest + [_HERE]


def _add_site():
    """Under -S: what functions need of `site` (exit, quit, site-packages) without reading every .pth file of the machine."""
    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()
    for directory in site.getsitepackages():
        if os.path.isdir(directory) and directory not in sys.path:
            sys.path.append(directory)


def main():
    sys.path.insert(0, _HERE)
    from fugazruntime import endpoint, serve

    if sys.flags.no_site:
        _add_site()
    if "_FUGAZ_CELL" in os.environ:
        from fugazruntime import cell

        cell.wait_until_specialised(_module_path)
    task_root = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    sys.path[:] = _module_path(task_root)
    if os.environ.get("AWS_ENDPOINT_URL"):
        endpoint.point_sdk_at(os.environ["AWS_ENDPOINT_URL"])
    serve.run(os.environ.get("_HANDLER", ""))


if __name__ == "__main__":
    main()
