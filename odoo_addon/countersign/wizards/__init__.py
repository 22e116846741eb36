from . import raise_exception
