from . import client, operation, panel
