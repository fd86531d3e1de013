"""The Python runtime's own modules, in a package of their own so that no function's module can be mistaken for one."""
