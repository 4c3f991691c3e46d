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
        self.assertEqual(trial.untried(), [], "not all operations were tried")
        never = trial.never_done()
        self.assertLess(len(never), len(trial.asked) / 10, "hardly anything that was asked for could be done")
