from . import client, mirror, operation, panel
