"""
Schemathesis, as published, tries all operations that ClickFunnels' document has: with what the document allows and with
what it doesn't, one by one and one after the other as answers lead to further requests.

`CONSIGN_SCHEMATHESIS_SECONDS` says how long (30, unless it is said), `CONSIGN_SCHEMATHESIS_SEED` repeats a run, and
`CONSIGN_SCHEMATHESIS_DB` is the address of an empty PostgreSQL database to run it on.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import clickfunnels_document
from clickfunnels_shop import Shop, furnish
from server import Server

SECONDS = os.environ.get("CONSIGN_SCHEMATHESIS_SECONDS", "30")
DB = os.environ.get("CONSIGN_SCHEMATHESIS_DB")
SEED = os.environ.get("CONSIGN_SCHEMATHESIS_SEED")
# What is sent is taken more leniently than the document has it, as the original does; all else must be as it says.
LENIENT = "negative_data_rejection,positive_data_acceptance"


class Document(unittest.TestCase):
    def test_every_answer_is_one_that_the_document_allows(self):
        with Server(*(["--db", DB] if DB else [])) as server, tempfile.TemporaryDirectory(prefix="consign-document-") as folder:
            server.run("gateway", "add", "test")
            document = clickfunnels_document.load()
            with Shop(server.clickfunnels) as shop:
                clickfunnels_document.fit(document, shop, furnish(shop))
            path, events = pathlib.Path(folder, "document.json"), pathlib.Path(folder, "events.ndjson")
            path.write_text(json.dumps(document))
            # Schemathesis stands beside the interpreter that has it.
            command = [str(pathlib.Path(sys.executable).with_name("schemathesis")), "run", str(path)]
            command += ["--url", shop.url, "--header", f"Authorization: Bearer {shop.token}"]
            command += ["--max-time", SECONDS, "--workers", "1", "--continue-on-failure", "--no-color"]
            command += ["--warnings", "off", "--exclude-checks", LENIENT, "--generation-database", "none"]
            command += ["--report-ndjson-path", str(events), *(["--seed", SEED] if SEED else [])]
            done = subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            asked = answers(events)
            log = server.log()
        wanted = {f"{verb.upper()} {path}" for path, verb, _ in clickfunnels_document.operations(document)}
        tried = [operation for operation in asked if operation in wanted]
        never = sorted(operation for operation in wanted if not any(200 <= status < 300 for status in asked[operation]))
        statuses = sum(asked.values(), collections.Counter())
        print(f"{sum(statuses.values())} requests, {len(tried)} of {len(wanted)} operations: {dict(sorted(statuses.items()))}")
        print(f"never done: {', '.join(never) or 'none'}")
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{log}")
        self.assertEqual(len(tried), len(wanted), "not all operations were tried")
        self.assertLess(len(never), len(wanted) / 10, "hardly anything that was asked for could be done")


def answers(events):
    """How often every operation was answered with which status."""
    asked = collections.defaultdict(collections.Counter)
    for line in events.read_text().splitlines():
        recorded = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for case, told in recorded.get("interactions", {}).items():
            sent = recorded["cases"][case]["value"]
            asked[f"{sent['method']} {sent['path']}"][(told.get("response") or {}).get("status_code", 0)] += 1
    return asked
