"""The document that Digital River published of its API, made ready to be tried on a shop of ours."""

import contract

# Failures are alike everywhere, and the document names them almost everywhere.
FAILURES = ("400", "401", "403", "404", "405", "409")
# The parameters of paths that name other things than those the path is about.
OF_PARAMETER = {"sourceId": "sources", "taxId": "tax-identifiers"}
# Things that fit together only there, by the beginning of the path and the verb.
TOGETHER = {
    ("/customers/{id}/sources/", "post"): {"id": "customers/payer", "sourceId": "sources/loose"},
    ("/customers/{id}/sources/", "delete"): {"id": "customers/payer", "sourceId": "sources/attached"},
    ("/checkouts/{id}/sources/", "post"): {"id": "checkouts/paid", "sourceId": "sources/shared"},
    ("/checkouts/{id}/sources/", "delete"): {"id": "checkouts/paid", "sourceId": "sources/shared"},
    # Whose order it is may be forgotten by it.
    ("/orders/{id}", "post"): {"id": "orders/forgotten"},
}
# Fields of bodies by which other things are named, and of which kind these are.
NAMED = {
    "orderId": "orders/open",
    "itemId": "items/open",
    "skuId": "skus",
    "customerId": "customers/buyer",
    "sourceId": "sources/buyer",
    "checkoutId": "checkouts/ordered",
    "fileId": "files",
    "fulfillmentOrderId": "works/open",
    "fulfillmentOrderItemId": "work-items/open",
    "inventoryItemId": "inventory-items/endless",
}
# Money and goods come back from orders whose money has come.
SETTLED = {
    "orderId": "orders/settled",
    "itemId": "items/settled",
    "fulfillmentOrderId": "works/settled",
    "fulfillmentOrderItemId": "work-items/settled",
}
BACK = (
    "RefundRequest",
    "RefundItemRequest",
    "ReturnsRequest",
    "RequestReturnsItem",
    "GlobalFulfillmentReturnRequest",
    "GlobalFulfillmentReturnItemRequest",
)
# A field that the document requires of events, without saying what it is; no event has ever been seen with it.
NEVER_SEEN = "pendingWebhooks"


def load():
    """The document."""
    return contract.load("CONSIGN_PUBLISHED_DIGITALRIVER", "digitalriver")


def fit(document, api, ids):
    """
    Lets the document speak of a shop: of its address, of things that are there by their `ids`, and of what was sent to
    make them as examples.

    What is deleted is other things than those that everybody else asks for.
    """
    document["servers"] = [{"url": api.url}]
    schemas = document["components"]["schemas"]
    schemas["Event"]["required"].remove(NEVER_SEEN)
    # Slips of the document: it knows one source only, and calls the types of a webhook by another name.
    schemas["CreditSource"]["properties"]["type"]["enum"] = ["creditCard"]
    for name in ("WebhookRequest", "Webhook"):
        schemas[name]["required"] = [field for field in schemas[name].get("required", []) if field != "type"]
    # It is the file itself, and no JSON.
    document["paths"]["/files/{id}/content"]["get"]["responses"]["200"]["content"] = {"application/pdf": {}}
    asked, told = set(), set()
    for path, verb, operation in contract.operations(document):
        for status in FAILURES:
            operation["responses"].setdefault(status, contract.answer({"$ref": "#/components/schemas/Errors"}))
        for parameter in operation.get("parameters", []):
            known = named(path, verb, parameter["name"], ids)
            if parameter["in"] == "path" and known:
                parameter["schema"] = {"type": "string", "enum": [str(one) for one in known]}
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body and verb == "post" and api.sent.get(path):
            body["example"] = api.sent[path]
        reach(operation.get("requestBody"), schemas, asked)
        reach(operation["responses"], schemas, told)
    for name in told:
        # What isn't there is left out, where the document allows null.
        fields = schemas[name].get("properties", {})
        if "required" in schemas[name]:
            schemas[name]["required"] = [field for field in schemas[name]["required"] if not may_be_null(fields.get(field, {}))]
    for name in asked - told:
        of = NAMED | (SETTLED if name in BACK else {})
        for field, said in schemas[name].get("properties", {}).items():
            if field in of:
                said.clear()
                said |= {"type": "string", "enum": contract.some(ids[of[field]], False)}
    return document


def named(path, verb, parameter, ids):
    """The ids that may stand for a parameter of a path; nothing if nothing of that kind is there."""
    for (begins, of), kinds in TOGETHER.items():
        if path.startswith(begins) and verb == of and parameter in kinds:
            return ids[kinds[parameter]]
    known = ids.get(OF_PARAMETER.get(parameter, path.split("/")[1]))
    return known and contract.some(known, verb == "delete")


def may_be_null(said):
    """Whether the document allows null there."""
    return bool(said.get("nullable")) or {"type": "null"} in said.get("anyOf", [])


def reach(said, schemas, reached):
    """Adds the names of all schemas that something refers to."""
    match said:
        case {"$ref": str(reference)}:
            name = reference.rsplit("/", 1)[1]
            if name not in reached:
                reached.add(name)
                reach(schemas[name], schemas, reached)
        case dict():
            for inner in said.values():
                reach(inner, schemas, reached)
        case list():
            for inner in said:
                reach(inner, schemas, reached)
