"""ShopifyAPI, as published, goes through the life of orders."""

import json
import re
import unittest
import urllib.error

import shopify

from server import Server

VARIANTS = """query Variants($first: Int!) {
  productVariants(first: $first) {
    nodes {
      id sku price inventoryQuantity
      inventoryItem {
        requiresShipping
        inventoryLevels(first: 5) { nodes { location { name } quantities(names: ["available"]) { quantity } } }
      }
    }
  }
}"""

CREATE = """mutation Create($order: OrderCreateOrderInput!) {
  orderCreate(order: $order) {
    order { id name lineItems(first: 10) { nodes { id quantity } } }
    userErrors { field message code }
  }
}"""

READ = """query Read($id: ID!) {
  order(id: $id) {
    id name cancelledAt displayFulfillmentStatus
    fulfillmentOrders(first: 10) {
      nodes { id status assignedLocation { name } lineItems(first: 10) { nodes { id totalQuantity remainingQuantity } } }
    }
    fulfillments { id status displayStatus }
  }
}"""

FULFILL = """mutation Fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status totalQuantity trackingInfo { company number url } }
    userErrors { field message }
  }
}"""

TRACK = """mutation Track($id: ID!, $info: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info) {
    fulfillment { trackingInfo { number } }
    userErrors { field message }
  }
}"""

EVENT = """mutation Event($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) { fulfillmentEvent { status } userErrors { field message } }
}"""

PUT_BACK = """mutation PutBack($id: ID!) {
  fulfillmentCancel(id: $id) { fulfillment { status } userErrors { field message } }
}"""

CALL_OFF = """mutation CallOff($id: ID!) {
  orderCancel(orderId: $id, reason: OTHER, restock: true) {
    job { id }
    orderCancelUserErrors { field message code }
  }
}"""

PAGE = """query Page($after: String) {
  orders(first: 50, after: $after, sortKey: CREATED_AT) { nodes { id } pageInfo { hasNextPage endCursor } }
}"""


class OrderLife(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        shopify.ShopifyResource.set_site(cls.server.site)
        shopify.ShopifyResource.set_headers({"X-Shopify-Access-Token": cls.server.token})
        cls.client = shopify.GraphQL()
        found = cls.ask(VARIANTS, first=30)["productVariants"]["nodes"]
        cls.variants = [variant for variant in found if cls.plenty(variant)]

    @classmethod
    def ask(cls, document, **variables):
        answer = json.loads(cls.client.execute(document, variables))
        if "errors" in answer:
            raise AssertionError(answer["errors"])
        return answer["data"]

    @staticmethod
    def plenty(variant):
        """Whether Berlin has plenty of it: then an order of such articles is one parcel's work."""
        item = variant["inventoryItem"]
        levels = item["inventoryLevels"]["nodes"]
        berlin = [level for level in levels if level["location"]["name"] == "Berlin"]
        return item["requiresShipping"] and any(level["quantities"][0]["quantity"] > 50 for level in berlin)

    def place(self, quantities=(2, 1, 3)):
        lines = [
            {"variantId": variant["id"], "quantity": quantity}
            for variant, quantity in zip(self.variants, quantities)
        ]
        address = {"firstName": "Ada", "lastName": "Byron", "city": "Berlin", "countryCode": "DE"}
        order = {"email": "buyer@example.com", "lineItems": lines, "shippingAddress": address}
        made = self.ask(CREATE, order=order)["orderCreate"]
        self.assertEqual(made["userErrors"], [])
        self.assertEqual(len(made["order"]["lineItems"]["nodes"]), len(quantities))
        return self.read(made["order"]["id"])

    def read(self, order):
        return self.ask(READ, id=order)["order"]

    @staticmethod
    def open(order):
        return [work for work in order["fulfillmentOrders"]["nodes"] if work["status"] != "CLOSED"]

    def fulfill(self, works, **more):
        fulfillment = {"lineItemsByFulfillmentOrder": works, **more}
        return self.ask(FULFILL, fulfillment=fulfillment)["fulfillmentCreate"]

    def test_the_shop_tells_who_it_is(self):
        shop = self.ask("{ shop { id name myshopifyDomain currencyCode } }")["shop"]
        self.assertRegex(shop["id"], r"^gid://shopify/Shop/\d+$")
        self.assertEqual(shop["currencyCode"], "USD")

    def test_variants_come_with_their_stock(self):
        self.assertGreaterEqual(len(self.variants), 3)
        for variant in self.variants:
            self.assertIsInstance(variant["inventoryQuantity"], int)

    def test_an_order_of_three_lines_leaves_whole(self):
        order = self.place()
        (work,) = self.open(order)
        tracking = {"company": "DHL", "number": "00340434292135100186"}
        made = self.fulfill([{"fulfillmentOrderId": work["id"]}], trackingInfo=tracking)
        self.assertEqual(made["userErrors"], [])
        self.assertEqual(made["fulfillment"]["totalQuantity"], 6)
        self.assertEqual(made["fulfillment"]["trackingInfo"][0]["number"], tracking["number"])
        self.assertEqual(self.read(order["id"])["displayFulfillmentStatus"], "FULFILLED")

    def test_some_units_leave_and_the_rest_stays_open(self):
        order = self.place()
        (work,) = self.open(order)
        line = work["lineItems"]["nodes"][0]
        some = [{"id": line["id"], "quantity": 1}]
        made = self.fulfill([{"fulfillmentOrderId": work["id"], "fulfillmentOrderLineItems": some}])
        self.assertEqual(made["userErrors"], [])
        after = self.read(order["id"])
        self.assertEqual(after["displayFulfillmentStatus"], "PARTIALLY_FULFILLED")
        line = self.open(after)[0]["lineItems"]["nodes"][0]
        self.assertEqual((line["totalQuantity"], line["remainingQuantity"]), (2, 1))

    def test_tracking_delivery_and_calling_off(self):
        order = self.place((1,))
        (work,) = self.open(order)
        fulfillment = self.fulfill([{"fulfillmentOrderId": work["id"]}])["fulfillment"]["id"]
        numbers = ["AB1", "AB2", "AB3"]
        tracked = self.ask(TRACK, id=fulfillment, info={"company": "Kurier", "numbers": numbers})
        shown = tracked["fulfillmentTrackingInfoUpdate"]["fulfillment"]["trackingInfo"]
        self.assertEqual([info["number"] for info in shown], numbers)
        event = {"fulfillmentId": fulfillment, "status": "OUT_FOR_DELIVERY"}
        told = self.ask(EVENT, event=event)["fulfillmentEventCreate"]
        self.assertEqual(told["fulfillmentEvent"]["status"], "OUT_FOR_DELIVERY")
        refused = self.ask(CALL_OFF, id=order["id"])["orderCancel"]
        self.assertIsNone(refused["job"])
        self.assertEqual(refused["orderCancelUserErrors"][0]["code"], "INVALID")
        back = self.ask(PUT_BACK, id=fulfillment)["fulfillmentCancel"]
        self.assertEqual(back["fulfillment"]["status"], "CANCELLED")
        done = self.ask(CALL_OFF, id=order["id"])["orderCancel"]
        self.assertEqual(done["orderCancelUserErrors"], [])
        self.assertIsNotNone(self.read(order["id"])["cancelledAt"])

    def test_orders_page_by_page(self):
        seen, after = [], None
        while True:
            page = self.ask(PAGE, after=after)["orders"]
            seen += [order["id"] for order in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        self.assertGreaterEqual(len(seen), 120)
        self.assertEqual(len(seen), len(set(seen)))

    def test_what_is_not_possible_is_answered_with_user_errors(self):
        (work,) = self.open(self.place((1,)))
        line = work["lineItems"]["nodes"][0]["id"]
        some = [{"id": line, "quantity": 2}]
        made = self.fulfill([{"fulfillmentOrderId": work["id"], "fulfillmentOrderLineItems": some}])
        self.assertIsNone(made["fulfillment"])
        expected = "Invalid fulfillment order line item quantity requested."
        self.assertEqual(made["userErrors"], [{"field": ["fulfillment"], "message": expected}])

    def test_an_operation_is_chosen_by_its_name(self):
        document = "query One { shop { name } } query Two { shop { id } }"
        answer = json.loads(self.client.execute(document, operation_name="Two"))
        self.assertEqual(list(answer["data"]["shop"]), ["id"])

    def test_what_a_document_got_wrong_comes_as_errors(self):
        answer = json.loads(self.client.execute("{ shop { nonsense } }"))
        self.assertNotIn("data", answer)
        self.assertTrue(re.match("Field 'nonsense' doesn't exist", answer["errors"][0]["message"]))

    def test_a_wrong_token_is_status_401(self):
        client = shopify.GraphQL()
        client.headers = {"X-Shopify-Access-Token": "shpat_wrong"}
        with self.assertRaises(urllib.error.HTTPError) as raised:
            client.execute("{ shop { name } }")
        self.assertEqual(raised.exception.code, 401)
        raised.exception.close()


if __name__ == "__main__":
    unittest.main()
