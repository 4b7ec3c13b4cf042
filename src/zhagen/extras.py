"""What the extras of zhagen bring: imported where it is used, and named where it is missing."""

from importlib import import_module
from typing import Any

from zhagen.errors import ZhagenError


def import_extra(module: str, extra: str) -> Any:
    """Import a module of a package that one of zhagen's extras installs.

    Parameters
    ----------
    module : str
        The name of the module, such as ``pyarrow.parquet``.
    extra : str
        The extra that brings it: ``figures`` or ``corpus``.

    Returns
    -------
    module
        The module; Any, because what it holds is known where it is used.

    Raises
    ------
    ZhagenError
        If the package is not installed or cannot be imported. The message says how to install the extra.

    Examples
    --------
    >>> import_extra("json.tool", "corpus").__name__
    'json.tool'
    >>> import_extra("no_such_package", "corpus")
    Traceback (most recent call last):
    zhagen.errors.ZhagenError: no_such_package is not installed: run: pip install 'zhagen[corpus]'
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        missing = isinstance(error, ModuleNotFoundError)
        found = f"{package} is not installed" if missing else f"{package} cannot be imported: {error}"
        raise ZhagenError(found, todo=f"run: pip install 'zhagen[{extra}]'") from error
