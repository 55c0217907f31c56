"""The application as a server or the command line loads it."""

import sys

from app import create_app
from config import ConfigurationError, config_from_environment

try:
    app = create_app(config_from_environment())
except ConfigurationError as error:
    sys.exit(str(error))
