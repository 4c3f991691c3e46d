"""
A published document of an API held against the real server: Schemathesis, as published, tries all operations that the
document has, with what it allows and with what it doesn't, one by one and one after the other as answers lead to further
requests.

Documents are no part of the project: each lies where an environment variable says, or beside the checkout.

`CONSIGN_SCHEMATHESIS_SECONDS` says how long a run takes, `CONSIGN_SCHEMATHESIS_SEED` repeats one, and
`CONSIGN_SCHEMATHESIS_DB` is the address of an empty PostgreSQL database to run it on.
"""

import collections
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

BESIDE = pathlib.Path(__file__).resolve().parents[3].parent / "shared/reference"
VERBS = ("get", "post", "put", "patch", "delete")
# What `dev` is told besides: which database.
DATABASE = ["--db", os.environ["CONSIGN_SCHEMATHESIS_DB"]] if "CONSIGN_SCHEMATHESIS_DB" in os.environ else []
# What is sent is taken more leniently than documents have it, as the originals do; all else must be as they say.
LENIENT = ("negative_data_rejection", "positive_data_acceptance")


class Api:
    """An API of a running server, as one program with one key asks it."""

    def __init__(self, told):
        self.url = told["endpoint"]
        self.token = told["token"]
        # What was sent to be made, by the path that it was sent to.
        self.sent = {}
        address = urllib.parse.urlsplit(self.url)
        self._prefix = address.path
        self._connection = http.client.HTTPConnection(address.netloc)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def ask(self, method, path, body=None):
        """Status and body of an answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, self._prefix + path, sent, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def get(self, path):
        """What is there."""
        return self._done("GET", path, None)

    def make(self, path, body=None):
        """What was made, or became of something."""
        self.sent[path] = body
        return self._done("POST", path, body)

    def propose(self, path, body):
        """Something like it could be made, and isn't yet."""
        self.sent[path] = body

    def change(self, path, body):
        """What something is after a change."""
        return self._done("PUT", path, body)

    def _done(self, method, path, body):
        status, told = self.ask(method, path, body)
        if not 200 <= status < 300:
            raise AssertionError(f"{method} {path} {json.dumps(body)}: {status} {told}")
        return told


def load(variable, name):
    """The document that the environment variable says, or that is beside the checkout under that name."""
    path = pathlib.Path(os.environ.get(variable, BESIDE / name / "openapi.json"))
    if not path.is_file():
        raise FileNotFoundError(f"The published document is not at {path}; set {variable} to the file that has it.")
    return json.loads(path.read_text())


def operations(document):
    """Every path, verb and operation."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            if verb in VERBS:
                yield path, verb, operation


class Trial:
    """
    A document, fitted to a shop, was tried for a while. What became of it:

    `asked` counts for every operation that the document has how often it was answered with which status, `failed` says
    what was wrong, if anything was.
    """

    def __init__(self, document, api, seconds, *unchecked):
        """Tries it; `seconds` holds unless the environment says otherwise, `unchecked` are checks to leave out."""
        seconds = os.environ.get("CONSIGN_SCHEMATHESIS_SECONDS", str(seconds))
        seed = os.environ.get("CONSIGN_SCHEMATHESIS_SEED")
        with tempfile.TemporaryDirectory(prefix="consign-document-") as folder:
            path, events = pathlib.Path(folder, "document.json"), pathlib.Path(folder, "events.ndjson")
            path.write_text(json.dumps(document))
            # Schemathesis stands beside the interpreter that has it.
            command = [str(pathlib.Path(sys.executable).with_name("schemathesis")), "run", str(path)]
            command += ["--url", api.url, "--header", f"Authorization: Bearer {api.token}"]
            command += ["--max-time", seconds, "--workers", "1", "--continue-on-failure", "--no-color"]
            command += ["--warnings", "off", "--exclude-checks", ",".join((*LENIENT, *unchecked)), "--generation-database", "none"]
            command += ["--report-ndjson-path", str(events), *(["--seed", seed] if seed else [])]
            done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            answered = answers(events)
        self.failed = done.stdout if done.returncode else ""
        wanted = [f"{verb.upper()} {path}" for path, verb, _ in operations(document)]
        self.asked = {operation: answered.get(operation, collections.Counter()) for operation in wanted}
        statuses = sum(answered.values(), collections.Counter())
        tried = len(wanted) - len(self.untried())
        print(f"{sum(statuses.values())} requests, {tried} of {len(wanted)} operations: {dict(sorted(statuses.items()))}")
        print(f"never done: {', '.join(self.never_done()) or 'none'}")

    def untried(self):
        """Operations that were never asked for."""
        return sorted(operation for operation, statuses in self.asked.items() if not statuses)

    def never_done(self):
        """Operations that were refused whenever they were asked for."""
        return sorted(name for name, statuses in self.asked.items() if not any(200 <= status < 300 for status in statuses))


def answers(events):
    """How often every operation was answered with which status."""
    asked = collections.defaultdict(collections.Counter)
    for line in events.read_text().splitlines():
        recorded = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for case, told in recorded.get("interactions", {}).items():
            sent = recorded["cases"][case]["value"]
            asked[f"{sent['method']} {sent['path']}"][(told.get("response") or {}).get("status_code", 0)] += 1
    return asked


def answer(schema):
    """A response with a body like that."""
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def some(ids, going):
    """Those that may go, or those that should stay, if there are enough for both."""
    half = len(ids) // 2
    return ids[half:] if going else ids[:half] or ids


def until(ask, seconds=20):
    """What is answered once there is something; workers take their time."""
    late = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > late:
            raise AssertionError(f"nothing came of it in {seconds} s")
        time.sleep(0.1)
    return answer
