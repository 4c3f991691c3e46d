"""Starts the real program on a free port with data of its own, and says how to reach it."""

import json
import os
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BINARY = os.environ.get("CONSIGN_BIN", str(HERE / "../../../target/debug/consign"))


class Server:
    """A running server with the demo shop; ends with the `with` block."""

    def __init__(self, *more):
        self._more = more

    def __enter__(self):
        self._data = tempfile.TemporaryDirectory(prefix="consign-clients-")
        command = [BINARY, "dev", "--json", "--listen", "127.0.0.1:0", "--data", self._data.name, *self._more]
        # Its log goes to a file: a pipe that nobody empties would stop it one day.
        self._log = tempfile.TemporaryFile(mode="w+")
        self._program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        line = self._program.stdout.readline()
        if not line:
            raise RuntimeError(f"{BINARY} ended with {self._program.wait()}:\n{self.log()}")
        told = json.loads(line)
        self.clickfunnels, self.digitalriver = told["clickfunnels"], told["digitalriver"]
        self.endpoint, self.token = told["shopify"]["endpoint"], told["shopify"]["token"]
        self.site = self.endpoint.removesuffix("/graphql.json")
        return self

    def __exit__(self, *_):
        self._program.terminate()
        self._program.wait()
        self._program.stdout.close()
        self._log.close()
        self._data.cleanup()

    def run(self, *command):
        """Runs another command of the program on the same installation, and answers what it prints."""
        command = [BINARY, *command, "--data", self._data.name, *self._more]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def log(self):
        """What the server logged until now."""
        self._log.seek(0)
        return self._log.read()
