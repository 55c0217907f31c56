"""What `./jalon` needs to install and run Jalon: standard library only, since nothing is installed yet."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"


class Stop(Exception):
    """Ends the command: a message for the person, an exit code for the shell."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code
