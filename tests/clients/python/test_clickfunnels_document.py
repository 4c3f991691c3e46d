"""Schemathesis tries all operations that ClickFunnels' document has; `contract` says how, and what can be set."""

import unittest

import clickfunnels_document
from clickfunnels_shop import Shop, furnish
from contract import DATABASE, Trial
from server import Server

SECONDS = 30


class Document(unittest.TestCase):
    def test_every_answer_is_one_that_the_document_allows(self):
        with Server(*DATABASE) as server, Shop(server.clickfunnels) as shop:
            server.run("gateway", "add", "test")
            document = clickfunnels_document.load()
            clickfunnels_document.fit(document, shop, furnish(shop))
            trial = Trial(document, shop, SECONDS)
            log = server.log()
        self.assertFalse(trial.failed, f"{trial.failed}\n{log}")
        # How far it comes in the time depends on the machine; a quiet one tries all of them.
        tried, done = len(trial.asked) - len(trial.untried()), len(trial.asked) - len(trial.never_done())
        self.assertGreater(tried, len(trial.asked) / 2, "hardly half of the operations were tried")
        self.assertGreater(done, tried * 3 / 4, "too little of what was asked for could be done")
