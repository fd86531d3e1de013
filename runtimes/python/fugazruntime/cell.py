"""A process that boots before it is known for which function: it imports what most need, waits, and then becomes what a fresh boot would be."""
import importlib
import os
import sys
import time

from fugazruntime import channel


def wait_until_specialised(module_path):
    """Returns when this process belongs to a function. `module_path`: sys.path for a task root."""
    # The first compilation takes longer than all later ones.
    compile("def handler(event, context):\n    return None\n", "warm", "exec")
    before = set(sys.modules)
    path = list(sys.path)
    sys.path[:] = [entry for entry in module_path("/var/task") if entry != "/var/task"]
    for name in filter(None, os.environ["_FUGAZ_CELL"].split(",")):
        try:
            importlib.import_module(name)
        except Exception:
            pass  # Not there: the function will tell.
    if "logging" in sys.modules:
        importlib.import_module("fugazruntime.loghandler")
    sys.path[:] = path
    channel.open_channel()
    settings = channel.receive_settings()
    # Where the locale does not exist, the interpreter has chosen another when it started, and told its children.
    locale = {name: os.environ[name] for name in ("LC_CTYPE",) if name in os.environ and name not in settings["env"]}
    os.environ.clear()
    os.environ.update({**settings["env"], **locale})
    time.tzset()
    channel.receive_filled()
    os.chdir(settings["cwd"])
    importlib.invalidate_caches()
    del sys.modules[__name__]
    ahead = {name.split(".")[0] for name in set(sys.modules) - before}
    if ahead and _shadowed(ahead, module_path(settings["env"].get("LAMBDA_TASK_ROOT", "/var/task"))):
        # The function has modules of its own by these names, which must win: begin anew, in the same place.
        os.set_inheritable(3, True)
        os.execve(sys.executable, [sys.executable, "-S"] + sys.argv, dict(os.environ))


def _shadowed(names, path):
    """Whether a directory that comes before the interpreter's own has a module of one of these names."""
    for entry in path:
        if entry.startswith((sys.base_prefix + "/lib", "/var/runtime")):
            return False
        try:
            found = {name.split(".")[0] for name in os.listdir(entry)}
        except OSError:
            continue
        if found & names:
            return True
    return False
