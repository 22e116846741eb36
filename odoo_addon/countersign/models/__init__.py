from . import client, operation
