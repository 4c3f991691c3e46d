"""
Schemathesis tries all operations that Digital River's document has; `contract` says how, and what can be set.

What isn't here must be refused as the document has it, too.
"""

import unittest

import digitalriver_document
from contract import DATABASE, Api, Trial
from digitalriver_shop import furnish
from server import Server

SECONDS = 12


class Document(unittest.TestCase):
    def test_every_answer_is_one_that_the_document_allows(self):
        with Server(*DATABASE) as server, Api(server.digitalriver) as api:
            document = digitalriver_document.fit(digitalriver_document.load(), api, furnish(api))
            trial = Trial(document, api, SECONDS)
            log = server.log()
        self.assertFalse(trial.failed, f"{trial.failed}\n{log}")
        # How far it comes in the time depends on the machine.
        tried, done = len(trial.asked) - len(trial.untried()), len(trial.asked) - len(trial.never_done())
        self.assertGreater(tried, len(trial.asked) / 4, "hardly any operation was tried")
        self.assertGreater(done, tried / 8, "hardly anything that was asked for could be done")
