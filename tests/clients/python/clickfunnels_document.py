"""The document that ClickFunnels publishes of its API, made ready to be tried on a shop of ours."""

import copy
import re

import contract
from clickfunnels_shop import kind
from contract import answer, operations, some

# Failures are alike everywhere, and the document names only some of them.
FAILURES = ("400", "401", "403", "404", "409", "413", "422")
FAILURE = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
# Fields of bodies by which other things are named, and of which kind these are.
NAMED = {
    "contact_id": "contacts",
    "variant_id": "products/variants",
    "products_price_id": "products/prices",
    "location_id": "fulfillments/locations",
    "invoices_line_item_id": "orders/invoices/line_items",
    "enrollment_id": "courses/enrollments",
    "lesson_id": "courses/lessons",
    "rates_name_id": "shipping/rates/names",
    "voidable_invoices": "orders/invoices",
}
# The same name, and another kind of thing for every body.
TAGS = {
    "ContactParameters": "contacts/tags",
    "ContactParametersUpdate": "contacts/tags",
    "ContactsAppliedTagParameters": "contacts/tags",
    "OrdersAppliedTagParameters": "orders/tags",
    "ProductParameters": "products/tags",
    "ProductParametersUpdate": "products/tags",
}


# What some actions are about, since they are refused to others of the kind.
ABOUT = {
    "/contacts/{id}/gdpr_destroy": "contacts/forgotten",
    "/orders/{id}/cancel": "orders/subscriptions",
    "/orders/invoices/{id}/abandon": "orders/invoices/unpaid",
}
# Words that the document tells only people about.
WORDS = {
    "order_type": ["one-time-order", "subscription-order"],
    "billing_status": ["pending", "paid", "unpaid", "voided", "refunded"],
    "service_status": ["pending", "active", "paused", "canceled", "churned", "completed"],
    "invoice_type": ["initial", "renewal", "interim", "cancellation", "one_time", "refund", "charge", "one_time_sale"],
    "currency": ["USD"],
    "interval": ["days", "weeks", "months", "quarters", "years"],
    "trial_interval": ["days", "weeks", "months", "quarters", "years"],
    "effective_time": ["now", "next_renewal"],
    "weight_unit": ["g", "kg", "lb", "oz"],
    "product_type": ["physical", "digital"],
}


def load():
    """The document."""
    return contract.load("CONSIGN_PUBLISHED_OPENAPI", "clickfunnels")


def fit(document, shop, ids):
    """
    Lets the document speak of a shop: of its address, of things that are there by their `ids`, and of what was sent to
    make them as examples. `PATCH` is another name for `PUT`.

    What is deleted is other things than those that everybody else asks for.
    """
    document["servers"] = [{"url": shop.url}]
    for path, verb, operation in operations(document):
        for status in FAILURES:
            operation["responses"].setdefault(status, answer(FAILURE))
        deletes = verb == "delete"
        parameters = [one for one in operation.get("parameters", []) if one["in"] == "path"]
        for parameter, of in zip(parameters, kind(path), strict=True):
            known = ids[ABOUT.get(path, of)]
            parameter["schema"] = {"type": "string", "enum": [str(id) for id in some(known, deletes)]}
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body and verb in ("post", "put"):
            # All fields are sent under one name, which the document only tells people.
            body["schema"]["required"] = list(body["schema"].get("properties", {}))
            name_things(body["schema"], {field: some(ids[of], False) for field, of in NAMED.items()})
        if body and verb == "post":
            there = re.compile(re.sub(r"\{[^}]*\}", r"[0-9]+", path))
            sent = [body for to, body in shop.sent.items() if body and there.fullmatch(to)]
            if sent:
                body["example"] = sent[-1]
    for name, schema in document["components"]["schemas"].items():
        if "Parameters" in name or "Request" in name or "Change" in name:
            known = {field: some(ids[of], False) for field, of in NAMED.items()}
            if name in TAGS:
                known["tag_id"] = known["tag_ids"] = some(ids[TAGS[name]], False)
            name_things(schema, known)
    for verbs in document["paths"].values():
        if "put" in verbs:
            verbs["patch"] = copy.deepcopy(verbs["put"])
            verbs["patch"]["operationId"] += "ByPatch"
    return document


def name_things(schema, known):
    """Lets the fields of a body, and its examples, name things that are there."""
    for field, said in schema.get("properties", {}).items():
        if field in known and said.get("type") == "array":
            said["items"] = {"type": "integer", "enum": known[field]}
        elif field in known:
            said.clear()
            said |= {"type": "integer", "enum": known[field]}
        elif field in WORDS:
            said["enum"] = WORDS[field]
        elif field.endswith("amount") or field == "price":
            said["pattern"] = r"^[0-9]{1,4}\.[0-9]{2}$"
        else:
            name_things(said, known)
    for inner in (*schema.get("allOf", []), *([schema["items"]] if "items" in schema else [])):
        name_things(inner, known)
    if "example" in schema:
        schema["example"] = renamed(schema["example"], known)


def renamed(example, known):
    """The example with things that are there."""
    match example:
        case dict():
            return {name: pick(value, known[name]) if name in known else renamed(value, known) for name, value in example.items()}
        case list():
            return [renamed(value, known) for value in example]
        case _:
            return example


def pick(value, ids):
    """As many of the ids as the example has."""
    return ids[: len(value)] if isinstance(value, list) else ids[0]
