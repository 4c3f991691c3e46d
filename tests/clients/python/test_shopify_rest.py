"""ShopifyAPI's REST resources, as published, go through the life of orders."""

import json
import unittest

import shopify
from pyactiveresource.connection import ClientError, ResourceNotFound, UnauthorizedAccess

from server import Server

PLENTY = """query {
  productVariants(first: 30) {
    nodes {
      id
      inventoryItem {
        requiresShipping
        inventoryLevels(first: 5) { nodes { location { name } quantities(names: ["available"]) { quantity } } }
      }
    }
  }
}"""


class FulfillmentOrder(shopify.ShopifyResource):
    """The library has no class for these; its own base makes one."""


class RestLife(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.as_app(cls.server.token)
        found = json.loads(shopify.GraphQL().execute(PLENTY))["data"]["productVariants"]["nodes"]
        cls.variants = [int(variant["id"].split("/")[-1]) for variant in found if cls.plenty(variant)]

    @classmethod
    def as_app(cls, token):
        shopify.ShopifyResource.set_site(cls.server.site)
        shopify.ShopifyResource.set_headers({"X-Shopify-Access-Token": token})

    @staticmethod
    def plenty(variant):
        item = variant["inventoryItem"]
        levels = item["inventoryLevels"]["nodes"]
        berlin = [level for level in levels if level["location"]["name"] == "Berlin"]
        return item["requiresShipping"] and any(level["quantities"][0]["quantity"] > 50 for level in berlin)

    def place(self, *quantities):
        order = shopify.Order()
        order.email = "buyer@example.com"
        order.line_items = [
            {"variant_id": variant, "quantity": quantity} for variant, quantity in zip(self.variants, quantities)
        ]
        order.shipping_address = {"first_name": "Ada", "last_name": "Byron", "city": "Berlin", "country_code": "DE"}
        order.tags = "rest, python"
        order.note_attributes = [{"name": "gift", "value": "yes"}]
        self.assertTrue(order.save(), order.errors.full_messages())
        return order

    def work(self, order):
        works = FulfillmentOrder.find(from_=f"{self.server.site}/orders/{order.id}/fulfillment_orders.json")
        return [work for work in works if work.status != "closed"]

    def fulfill(self, work, lines=None, **more):
        entry = {"fulfillment_order_id": work.id}
        if lines:
            entry["fulfillment_order_line_items"] = lines
        return shopify.FulfillmentV2.create({"line_items_by_fulfillment_order": [entry], **more})

    def refused(self, call):
        with self.assertRaises(ClientError) as raised:
            call()
        return raised.exception.response.code, json.loads(raised.exception.response.body)

    def test_the_shop_its_places_and_its_limit(self):
        shop = shopify.Shop.current()
        self.assertEqual(shop.currency, "USD")
        self.assertIn("Berlin", [location.name for location in shopify.Location.find()])
        self.assertEqual(shopify.Limits.credit_left(), 39)

    def test_an_order_is_placed_and_read_back(self):
        order = self.place(2, 1)
        self.assertEqual([line.quantity for line in order.line_items], [2, 1])
        again = shopify.Order.find(order.id)
        self.assertEqual((again.name, again.tags, again.financial_status), (order.name, "rest, python", order.financial_status))
        self.assertEqual(again.note_attributes[0].value, "yes")
        self.assertIsNone(again.fulfillment_status)

    def test_work_is_done_tracked_and_taken_back(self):
        order = self.place(2)
        (work,) = self.work(order)
        self.assertEqual((work.status, work.request_status), ("open", "unsubmitted"))
        self.assertIn("create_fulfillment", work.supported_actions)
        self.assertEqual(work.destination.city, "Berlin")
        line = work.line_items[0]
        made = self.fulfill(
            work,
            [{"id": line.id, "quantity": 1}],
            tracking_info={"company": "DHL", "number": "00340434292135100186"},
            notify_customer=False,
        )
        self.assertEqual((made.status, made.order_id, made.line_items[0].quantity), ("success", order.id, 1))
        self.assertEqual(made.tracking_number, "00340434292135100186")
        (work,) = self.work(order)
        self.assertEqual((work.line_items[0].quantity, work.line_items[0].fulfillable_quantity), (2, 1))
        found = shopify.Fulfillment.find(order_id=order.id)
        self.assertEqual([one.id for one in found], [made.id])
        mine = shopify.Fulfillment.find(made.id, order_id=order.id)
        mine.update_tracking({"number": "AB1", "company": "Kurier"}, False)
        mine = shopify.Fulfillment.find(made.id, order_id=order.id)
        self.assertEqual((mine.tracking_number, mine.tracking_company), ("AB1", "Kurier"))
        self.assertEqual(shopify.Fulfillment.count(order_id=order.id), 1)
        mine.cancel()
        self.assertEqual(mine.status, "cancelled")
        (work,) = self.work(order)
        self.assertEqual(work.line_items[0].fulfillable_quantity, 2)

    def test_events_tell_the_way_of_a_parcel(self):
        order = self.place(1)
        made = self.fulfill(self.work(order)[0])
        where = {"order_id": order.id, "fulfillment_id": made.id}
        event = shopify.FulfillmentEvent.create({"status": "out_for_delivery", "message": "nearly", **where})
        self.assertEqual((event.status, event.message), ("out_for_delivery", "nearly"))
        found = shopify.FulfillmentEvent.find(**where)
        self.assertEqual([one.status for one in found], ["out_for_delivery"])
        self.assertEqual(shopify.Fulfillment.find(made.id, order_id=order.id).shipment_status, "out_for_delivery")

    def test_work_is_held_and_released(self):
        (work,) = self.work(self.place(2))
        hold = {"fulfillment_hold": {"reason": "inventory_out_of_stock", "reason_notes": "wait"}}
        held = json.loads(work.post("hold", json.dumps(hold).encode()).body)["fulfillment_order"]
        self.assertEqual((held["status"], held["fulfillment_holds"][0]["reason"]), ("on_hold", "inventory_out_of_stock"))
        refused = self.fulfill(work)
        text = f"Fulfillment order {work.id} has an unfulfillable status= on_hold."
        self.assertEqual((refused.id, refused.errors.full_messages()), (None, [text]))
        open_again = json.loads(work.post("release_hold").body)["fulfillment_order"]
        self.assertEqual(open_again["status"], "open")

    def test_nobody_can_be_asked_to_do_the_merchants_own_work(self):
        (work,) = self.work(self.place(1))
        status, body = self.refused(lambda: work.post("fulfillment_request", b'{"fulfillment_request": {}}'))
        expected = ["The fulfillment order's assigned fulfillment service must be of api type"]
        self.assertEqual((status, body), (422, expected))

    def test_work_moves_where_it_may(self):
        (work,) = self.work(self.place(1))
        places = work.get("locations_for_move")
        here = [place for place in places if place["location"]["id"] == work.assigned_location_id]
        self.assertEqual([(place["movable"], place["message"]) for place in here], [(False, "Current location.")])

    def test_an_order_is_called_off(self):
        order = self.place(1)
        order.cancel(reason="customer")
        again = shopify.Order.find(order.id)
        self.assertEqual((again.cancel_reason, again.fulfillment_status), ("customer", None))
        self.assertIsNotNone(again.cancelled_at)

    def test_orders_page_by_page(self):
        count = shopify.Order.count(status="any")
        seen, page = [], shopify.Order.find(status="any", limit=40, fields="id,name")
        while True:
            self.assertLessEqual(len(list(page)), 40)
            seen += [order.id for order in page]
            self.assertEqual(set(page[0].attributes), {"id", "name"})
            if not page.has_next_page():
                break
            page = page.next_page(no_cache=True)
        self.assertGreaterEqual(len(seen), 120)
        self.assertEqual(len(seen), len(set(seen)))
        self.assertGreaterEqual(len(seen), count)
        back = page.previous_page()
        self.assertEqual([order.id for order in back], seen[-len(list(page)) - 40 : -len(list(page))])

    def test_a_webhook_lives(self):
        hook = shopify.Webhook.create({"topic": "orders/create", "address": "https://example.com/hook", "format": "json"})
        self.assertEqual(hook.topic, "orders/create")
        hook.address = "https://example.com/other"
        self.assertTrue(hook.save())
        self.assertEqual(shopify.Webhook.find(hook.id).address, "https://example.com/other")
        again = shopify.Webhook({"topic": "orders/create", "address": "https://example.com/other", "format": "json"})
        self.assertFalse(again.save())
        self.assertEqual(again.errors.on("address"), "for this topic has already been taken")
        hook.destroy()
        with self.assertRaises(ResourceNotFound):
            shopify.Webhook.find(hook.id)

    def test_a_service_is_run(self):
        service = shopify.FulfillmentService.create(
            {"name": "Python's", "callback_url": "https://example.com/hooks", "tracking_support": True, "format": "json"}
        )
        self.assertEqual((service.handle, service.tracking_support), ("python-s", True))
        again = shopify.FulfillmentService({"name": "Python's", "callback_url": "https://example.com/hooks"})
        self.assertFalse(again.save())
        self.assertEqual(again.errors.on("name"), "has already been taken")
        self.assertIn(service.id, [one.id for one in shopify.FulfillmentService.find()])
        service.destroy()
        with self.assertRaises(ResourceNotFound):
            shopify.FulfillmentService.find(service.id)

    def test_what_is_wrong_is_said(self):
        with self.assertRaises(ResourceNotFound):
            shopify.Order.find(4)
        status, body = self.refused(lambda: shopify.FulfillmentV2.create({"notify_customer": True}))
        self.assertEqual(status, 400)
        self.assertEqual(
            body, {"errors": {"fulfillment.line_items_by_fulfillment_order": "Required parameter missing or invalid"}}
        )

    def test_a_wrong_token_is_status_401(self):
        self.as_app("shpat_wrong")
        self.addCleanup(self.as_app, self.server.token)
        with self.assertRaises(UnauthorizedAccess):
            shopify.Shop.current()


if __name__ == "__main__":
    unittest.main()
