"""A shop with something of every kind in it, made through ClickFunnels' API, and the ids of all of that."""

import re

from contract import Api, until

# How many are made of what can be made.
EACH = 6
ADDRESS = {
    "shipping_address_first_name": "Ada",
    "shipping_address_last_name": "Byron",
    "shipping_address_street_one": "Kantstr. 1",
    "shipping_address_city": "Berlin",
    "shipping_address_postal_code": "10623",
    "shipping_address_country": "DE",
}


class Shop(Api):
    """The API of a running server, and the workspace in it."""

    def __init__(self, told):
        super().__init__(told)
        self.workspace = f"/workspaces/{told['workspace_id']}"


def furnish(shop):
    """
    Puts something of every kind into the demo shop.

    Answers the ids by kind; a kind is the path that its members have in common, such as `orders/invoices`.
    """
    w = shop.workspace
    ids = {"workspaces": [int(w.rsplit("/", 1)[1])]}

    def keep(kind, *things):
        ids.setdefault(kind, []).extend(thing["id"] for thing in things)

    def made(kind, path, wrapper, fields, count=EACH):
        for number in range(count):
            keep(kind, shop.make(path, {wrapper: fields(number)}))
        shop.propose(path, {wrapper: fields(count)})

    def one(kind):
        return ids[kind][0]

    keep("teams", *shop.get("/teams"))
    keep("users", *shop.get("/users"))
    for of in ("contacts", "orders", "products"):
        made(f"{of}/tags", f"{w}/{of}/tags", f"{of}_tag", lambda n: {"name": f"label {n}", "color": "#123456"})
    made("contacts", f"{w}/contacts", "contact", lambda n: {"email_address": f"buyer{n}@example.com", "first_name": "Ada"}, 2 * EACH)
    made("contacts/forgotten", f"{w}/contacts", "contact", lambda n: {"email_address": f"once{n}@example.com"})
    made("images", f"{w}/images", "image", lambda n: {"upload_source_url": f"https://example.com/{n}.png"})
    made("stores", f"{w}/stores", "store", lambda n: {"name": f"store {n}"})
    made("products/collections", f"{w}/products/collections", "products_collection", lambda n: {"name": f"shelf {n}"})

    # What something is sent with, and what that costs.
    made("shipping/profiles", f"{w}/shipping/profiles", "shipping_profile", lambda n: {"name": f"profile {n}"})
    for profile in ids["shipping/profiles"]:
        keep("shipping/location_groups", *shop.get(f"/shipping/profiles/{profile}/location_groups"))
    zones = f"/shipping/location_groups/{one('shipping/location_groups')}/zones"
    made("shipping/zones", zones, "shipping_zone", lambda n: {"name": f"zone {n}"})
    made("shipping/rates/names", f"{w}/shipping/rates/names", "shipping_rates_name", lambda n: {"name": f"rate {n}"})
    rate = {"price": "4.90", "rates_name_id": one("shipping/rates/names")}
    made("shipping/rates", f"/shipping/zones/{one('shipping/zones')}/rates", "shipping_rate", lambda n: rate)
    box = {"package_type": "box", "distance_unit": "cm", "length": 1, "width": 2, "height": 3}
    made("shipping/packages", f"{w}/shipping/packages", "shipping_package", lambda n: {**box, "name": f"box {n}"})

    # What is sold. The first price is paid once, the others recur.
    made("products", f"{w}/products", "product", lambda n: {"name": f"book {n}", "tag_ids": [one("products/tags")]})
    physical = {"product_type": "physical", "weight_unit": "kg", "weight": 1, "properties_values": []}
    variants = f"/products/{ids['products'][0]}/variants"
    made("products/variants", variants, "products_variant", lambda n: {**physical, "name": f"size {n}", "out_of_stock_sales": True})
    prices = f"/products/variants/{ids['products/variants'][0]}/prices"
    once = {"amount": "10.00", "currency": "USD", "payment_type": "one_time", "duration": "1", "interval": "months"}
    once |= {"interval_count": "1", "trial_interval": "months", "trial_duration": "0", "trial_amount": "0"}
    monthly = {**once, "payment_type": "subscription", "duration": ""}
    made("products/prices", prices, "products_price", lambda n: {**(monthly if n else once), "amount": f"{10 + n}.00"})
    made(
        "fulfillments/locations",
        f"{w}/fulfillments/locations",
        "fulfillments_location",
        lambda n: {"name": f"depot {n}", "address_name": "Depot", "email_address": "depot@example.com"},
    )
    every = [topic["id"] for topic in shop.get("/webhooks/outgoing/event_types")]
    made(
        "webhooks/outgoing/endpoints",
        f"{w}/webhooks/outgoing/endpoints",
        "webhooks_outgoing_endpoint",
        # Nobody is there; that they are told is what matters. One hears everything, the others little.
        lambda n: {"name": f"ear {n}", "url": f"http://127.0.0.1:65000/{n}", "event_type_ids": every[n * 99 :] or every[:1]},
    )

    # Who bought what, and what became of it.
    variant, contact = ids["products/variants"][0], ids["contacts"][0]
    bought = {"variant_id": variant, "products_price_id": ids["products/prices"][0], "quantity": 3}
    for number in range(EACH):
        fields = {"order_type": "one-time-order", "live_mode": True, "contact_id": contact, **ADDRESS}
        order = shop.make(f"{w}/orders", {"order": {**fields, "line_items_attributes": [bought]}})
        keep("orders", order)
        line = {**bought, "amount": "30.00"}
        bill = {"external_id": f"bill {number}", "status": "paid", "paid_at": "2026-11-01T10:00:00Z"}
        bill["line_items_attributes"] = [line]
        invoice = shop.make(f"/orders/{order['id']}/invoices", {"orders_invoice": bill})
        keep("orders/invoices", invoice)
        keep("orders/invoices/line_items", *invoice["line_items"])
        parcel = {"contact_id": contact, "location_id": one("fulfillments/locations"), "ignore_out_of_stock": True}
        parcel["included_orders_invoices_line_items_attributes"] = [
            {"invoices_line_item_id": invoice["line_items"][0]["id"], "quantity": 1}
        ]
        keep("fulfillments", shop.make(f"{w}/fulfillments", {"fulfillment": parcel}))
    parcel["included_orders_invoices_line_items_attributes"] = [
        {"invoices_line_item_id": one("orders/invoices/line_items"), "quantity": 1}
    ]
    shop.propose(f"{w}/fulfillments", {"fulfillment": parcel})
    for number in range(EACH):
        fields = {"order_type": "subscription-order", "live_mode": False, "contact_id": contact, **ADDRESS}
        fields |= {"payment_processor": "payments_ai", "billing_payment_method": "test_ok"}
        bought["products_price_id"] = ids["products/prices"][1 + number % (EACH - 1)]
        order = shop.make(f"{w}/orders", {"order": {**fields, "line_items_attributes": [bought]}})
        keep("orders/subscriptions", order)
        keep("orders/line_items", *order["line_items"])
        # It is billed by itself, and paid for a moment later.
        billed = f"/orders/{order['id']}"
        until(lambda: shop.get(billed)["billing_status"] == "paid")
        keep("orders/transactions", *shop.get(f"{billed}/transactions"))
    for number in range(EACH):
        # Without an instrument, nobody pays.
        fields["billing_payment_method"] = None
        order = shop.make(f"{w}/orders", {"order": {**fields, "line_items_attributes": [bought]}})
        keep("orders/invoices/unpaid", *shop.get(f"/orders/{order['id']}/invoices"))
    for of, parent in (("contacts", contact), ("orders", ids["orders"][0])):
        path = f"/{of}/{parent}/applied_tags"
        for tag in ids[f"{of}/tags"]:
            keep(f"{of}/applied_tags", shop.make(path, {f"{of}_applied_tag": {"tag_id": tag}}))
        shop.propose(path, {f"{of}_applied_tag": {"tag_id": one(f"{of}/tags")}})
    keep("orders/invoices/restocks", *shop.get(f"{w}/orders/invoices/restocks"))

    # What people learn.
    keep("courses", *shop.get(f"{w}/courses"))
    course = one("courses")
    keep("courses/sections", *shop.get(f"/courses/{course}/sections"))
    for section in ids["courses/sections"]:
        keep("courses/lessons", *shop.get(f"/courses/sections/{section}/lessons"))
    # Communities are listed nowhere; that of the demo shop was made right after its course.
    ids["communities"] = [next(id for id in range(course, course + 99) if shop.ask("GET", f"/communities/{id}/memberships")[0] == 200)]
    for contact in ids["contacts"][: EACH - 1]:
        keep("courses/enrollments", shop.make(f"/courses/{course}/enrollments", {"courses_enrollment": {"contact_id": contact}}))
        path = f"/communities/{one('communities')}/memberships"
        keep("communities/memberships", shop.make(path, {"communities_membership": {"contact_id": contact}}))
        done = {"enrollment_id": ids["courses/enrollments"][-1], "lesson_id": one("courses/lessons")}
        path = f"/courses/{course}/lesson_completions"
        keep("courses/lesson_completions", shop.make(path, {"courses_lesson_completion": done}))
        shop.propose(path, {"courses_lesson_completion": {"enrollment_id": one("courses/enrollments"), "lesson_id": ids["courses/lessons"][1]}})
    newcomer = {"contact_id": ids["contacts"][EACH - 1]}
    shop.propose(f"/courses/{course}/enrollments", {"courses_enrollment": newcomer})
    shop.propose(f"/communities/{one('communities')}/memberships", {"communities_membership": newcomer})
    change = {"products_price_id": ids["products/prices"][2], "effective_time": "now"}
    shop.propose(f"/orders/line_items/{one('orders/line_items')}/changes", {"orders_line_items_change": change})
    shop.propose(f"/orders/line_items/{one('orders/line_items')}/changes/perform", {"orders_line_items_change": change})
    keep("webhooks/outgoing/events", *until(lambda: shop.get(f"{w}/webhooks/outgoing/events"))[:EACH])
    return ids


def kind(path):
    """The kinds of the parameters of a path, in order: what stands before each."""
    return [path[: found.start()].strip("/") for found in re.finditer(r"\{[^}]*\}", path)]
