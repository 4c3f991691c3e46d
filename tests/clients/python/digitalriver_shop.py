"""A shop with something of every kind in it, made through Digital River's API, and the ids of all of that."""

from contract import until

# How many are made of what can be made.
EACH = 6
# More units than are ever asked for, so that there is always something left to do.
PLENTY = 1000
CARD = {"number": "4444222233331111", "expirationMonth": 7, "expirationYear": 2031, "cvv": "415"}
HOME = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "address": {"line1": "Kantstr. 1", "city": "Berlin", "postalCode": "10623", "country": "DE"},
}


def furnish(api):
    """
    Puts something of every kind into the demo shop.

    Answers the ids by kind; a kind is the path of its list, such as `orders`.
    """
    ids = {}

    def keep(kind, *things):
        ids.setdefault(kind, []).extend(thing["id"] for thing in things)

    def made(kind, fields):
        for number in range(EACH):
            keep(kind, api.make(f"/{kind}", fields(number)))
        api.propose(f"/{kind}", fields(EACH))

    made("skus", lambda n: {"id": f"book-{n}", "name": f"Book {n}", "weight": 0.5, "weightUnit": "kg", "taxCode": "4323.310_A"})
    keep("sku-groups", *api.get("/sku-groups")["data"])
    made("inventory-items", lambda n: {"partNumber": f"PN-{n}", "countryOfOrigin": "DE"})
    # Nobody changes or forgets it meanwhile, and there is always more of it.
    endless = api.make("/inventory-items", {"partNumber": "PN-endless", "allowOversell": True})
    keep("inventory-items/endless", endless)
    made("customers", lambda n: {"email": f"buyer{n}@example.com", "shipping": HOME, "metadata": {"number": n}})
    made("tax-identifiers", lambda n: {"type": "uk", "value": f"GB{n}87654321"})
    card = {"type": "creditCard", "owner": {"firstName": "Ada", "address": HOME["address"]}, "creditCard": CARD}
    made("sources", lambda n: card)
    # These aren't forgotten meanwhile, unlike others: who buys, and who only has something to pay with.
    buyer, payer, guest = (ids["customers"].pop(0) for _ in range(3))
    ids["customers/buyer"], ids["customers/payer"] = [buyer], [payer]
    for kind, owner in (("buyer", buyer), ("attached", payer), ("loose", None), ("shared", None)):
        for _ in range(EACH if owner != buyer else 1):
            source = api.make("/sources", card)
            keep(f"sources/{kind}", source)
            if owner:
                api.make(f"/customers/{owner}/sources/{source['id']}")
    place = {field: HOME["address"][field] for field in ("city", "postalCode", "country")}
    some = [{"inventoryItemId": endless["id"], "quantity": 2}]
    by_ground = {"amount": 5.95, "currency": "USD", "serviceLevel": "SG"}
    made(
        "reservations",
        lambda n: {"items": some, "shipTo": {"address": place}, "shippingChoice": by_ground, "expiresInSeconds": 3600},
    )
    sent = {"currency": "USD", "upstreamOrderTime": "2025-07-01T12:00:00Z", "shipTo": HOME, "shippingChoice": {"id": "SG"}}
    api.make("/fulfillment-orders", {**sent, "upstreamId": "sent", "reservationId": ids["reservations"].pop(), "items": some})
    api.propose("/fulfillment-orders", {**sent, "items": some})
    # Nobody is there; that they are told is what matters.
    made("webhooks", lambda n: {"types": ["order.*" if n else "*"], "address": f"http://127.0.0.1:65000/{n}"})

    def basket(quantity, customer=buyer):
        item = {"skuId": "book-0", "price": 12.59, "quantity": quantity, "tax": {"amount": 0.3, "rate": 0.01}}
        engine = {"productDetails": {"id": "e", "name": "Engine"}, "price": 5, "quantity": quantity}
        return {"currency": "USD", "customerId": customer, "email": HOME["email"], "shipTo": HOME, "items": [item, engine]}

    made("checkouts", lambda n: basket(2, payer))
    payment = {"sourceId": ids["sources/buyer"][0]}
    for _ in range(EACH):
        keep("checkouts/paid", api.make("/checkouts", {**basket(2, None), "email": None, "sourceId": ids["sources/shared"][0]}))
        keep("checkouts/ordered", api.make("/checkouts", {**basket(2), **payment}))
    settled = []
    for number in range(EACH):
        order = api.make("/orders", {**basket(PLENTY if number < 2 else 8), **payment, "upstreamId": f"up-{number}"})
        keep("orders", order)
        keep("charges", *order["payment"]["charges"])
        until(lambda: api.get(f"/orders/{order['id']}")["state"] == "accepted")
        all_of_it = [{"itemId": item["id"], "quantity": item["quantity"]} for item in order["items"]]
        if number:
            keep("fulfillments", api.make("/fulfillments", {"orderId": order["id"], "items": all_of_it}))
            settled.append(order)
    opened = api.get(f"/orders/{ids['orders'][0]}")
    keep("orders/open", opened)
    keep("items/open", *opened["items"])
    one = {"itemId": opened["items"][0]["id"], "quantity": 1, "cancelQuantity": 1, "trackingNumber": "1Z"}
    api.make("/fulfillments", {"orderId": opened["id"], "items": [one]})

    def work(kind, order):
        """An order's fulfillment order; what can be sent to name a unit of it."""
        one = api.get(f"/fulfillment-orders?upstreamIds={order['upstreamId']}")["data"][0]
        # Where they are named, ids are texts.
        keep(f"works/{kind}", {"id": str(one["id"])})
        keep(f"work-items/{kind}", *({"id": str(item["id"])} for item in one["items"]))
        unit = {"fulfillmentOrderItemId": str(one["items"][0]["id"]), "quantity": 1}
        return {"fulfillmentOrderId": str(one["id"]), "reason": "too heavy", "items": [unit]}

    given_up = work("open", opened)
    for _ in range(2):
        keep("fulfillment-cancellations", api.make("/fulfillment-cancellations", given_up))
    api.propose("/fulfillment-cancellations", given_up)
    owned = api.make("/sources", card)
    api.make(f"/customers/{guest}/sources/{owned['id']}")
    keep("orders/forgotten", api.make("/orders", {**basket(1, guest), "sourceId": owned["id"]}))
    api.propose("/orders", {**basket(1), **payment})

    for order in settled:
        until(lambda: api.get(f"/orders/{order['id']}")["state"] == "complete")
        back = {"orderId": order["id"], "reason": "too heavy", "items": [{"itemId": order["items"][0]["id"], "quantity": 1}]}
        money = {"orderId": order["id"], "currency": "USD", "amount": 0.5, "reason": "scratched"}
        keep("returns", api.make("/returns", back))
        keep("refunds", api.make("/refunds", money))
    keep("orders/settled", settled[0])
    keep("items/settled", *settled[0]["items"])
    api.propose("/returns", {**back, "orderId": settled[0]["id"], "items": [{"itemId": settled[0]["items"][0]["id"], "quantity": 1}]})
    api.propose("/refunds", {**money, "orderId": settled[0]["id"], "amount": 0.01})
    back = work("settled", settled[0])
    keep("fulfillment-returns", api.make("/fulfillment-returns", back))
    api.propose("/fulfillment-returns", back)
    keep("files", *until(lambda: api.get("/files")["data"]))
    made("file-links", lambda n: {"fileId": ids["files"][0], "expiresTime": "2030-01-01T00:00:00Z"})
    for kind in ("shipments", "fulfillment-orders", "events"):
        keep(kind, *until(lambda: api.get(f"/{kind}")["data"]))
    return ids
