//! Every "no" of the domain in this API's words: what isn't there is a 404, what makes no sense a 400, what can't be done
//! now a 409. Handlers that know better, since the original has words of its own there, look at the refusal before it
//! comes here.

use domain::billing::Trouble;
use domain::refusal::{Field, LocationTrouble, Refusal, StockTrouble, Thing};

use crate::failure::Failure;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotPermitted(permissions) => {
                let names: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
                Failure::forbidden(format!(
                    "The key does not allow this: it asks for {}.",
                    names.join(" or ")
                ))
            }
            Refusal::Unknown(thing) => unknown(thing),
            Refusal::NoAccess(id) => Failure::not_found("Resource", &id.to_string(), "id"),
            Refusal::SeenBefore(id) => {
                Failure::conflict("already_exists", "id", format!("It came in before, as '{id}'."))
            }
            Refusal::Taken(of) => {
                let told = "Something with that value is there already.";
                Failure::conflict("already_exists", field(of), told)
            }
            Refusal::Malformed(of, what) => {
                Failure::bad("invalid_parameter", field(of), format!("The value {what}."))
            }
            Refusal::QuantityNotPositive(_) | Refusal::LineQuantity(_) => {
                Failure::bad("invalid_quantity_amount", "quantity", "The quantity is out of bounds.")
            }
            Refusal::LinePrice(_) => Failure::bad("invalid_amount", "price", "The price is out of bounds."),
            Refusal::LineWithoutTitle(_) => Failure::missing("productDetails.name"),
            Refusal::NoLines => Failure::missing("items"),
            Refusal::QuantityTooLarge { asked, remaining, .. } => {
                let told = format!("The quantity is {asked}, and {remaining} are left.");
                Failure::conflict("quantity_too_large", "quantity", told)
            }
            Refusal::OutOfStock(id) => {
                Failure::conflict("out_of_inventory", "quantity", format!("SKU '{id}' is out of stock."))
            }
            Refusal::OrderCancelled(id) => {
                Failure::conflict("order_cancelled", "orderId", format!("Resource '{id}' is cancelled."))
            }
            Refusal::Billing(trouble) => billing(trouble),
            other => Failure::conflict("restricted_update", "id", other_reason(&other)),
        }
    }
}

fn unknown(thing: Thing) -> Failure {
    let (what, id) = match thing {
        Thing::Order(id) => ("Order", id.0),
        Thing::OrderLine(id) => ("Item", id.0),
        Thing::Fulfillment(id) => ("Fulfillment", id.0),
        Thing::Location(id) => ("Location", id.0),
        Thing::Variant(id, _) => ("SKU", id.0),
        Thing::Product(id) => ("SKU", id.0),
        Thing::Transaction(id) => ("Charge", id.0),
        Thing::Record(id) => ("Resource", id.0),
        Thing::Reservation => return Failure::not_found("Reservation", "", "id"),
        _ => return Failure::not_found("Resource", "", "id"),
    };
    Failure::not_found(what, &id.to_string(), "id")
}

/// Why something can't be done now that this API has no code of its own for.
fn other_reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotPermitted(_)
        | Refusal::Unknown(_)
        | Refusal::NoAccess(_)
        | Refusal::SeenBefore(_)
        | Refusal::Taken(_)
        | Refusal::Malformed(..)
        | Refusal::QuantityNotPositive(_)
        | Refusal::LineQuantity(_)
        | Refusal::LinePrice(_)
        | Refusal::LineWithoutTitle(_)
        | Refusal::NoLines
        | Refusal::QuantityTooLarge { .. }
        | Refusal::OutOfStock(_)
        | Refusal::OrderCancelled(_)
        | Refusal::Billing(_) => "That can't be done.".to_owned(),
        Refusal::SeveralOrders(_) => "All of it must be of one order.".to_owned(),
        Refusal::SeveralLocations(_) => "All of it must be at one location.".to_owned(),
        Refusal::NothingToDo => "There is nothing left to do.".to_owned(),
        Refusal::Unfulfillable(id, stage) => {
            format!("Work '{id}' can't be fulfilled: it is {}.", stage.as_str())
        }
        Refusal::NotAllowed(id, ..) => format!("Work '{id}' is held back, or with a fulfillment service."),
        Refusal::Delivered(_) => "The fulfillment was delivered already.".to_owned(),
        Refusal::Returned(_) => "Some of the fulfillment is in a return.".to_owned(),
        Refusal::OrderHasFulfillments(_) => "The order has fulfillments.".to_owned(),
        Refusal::ServiceAtWork(_) => "A fulfillment service is at work on it.".to_owned(),
        Refusal::HoldHandleTaken | Refusal::HoldHandleTooLong => "The hold needs another handle.".to_owned(),
        Refusal::NotMovable(_, location, _) => format!("It can't be moved to location '{location}'."),
        Refusal::NoPlace(_) => "No location could ship it.".to_owned(),
        Refusal::AlreadyFulfilled(_, left) => format!("{left} of them were fulfilled already."),
        Refusal::Twice(_) | Refusal::DoubleLine(_) => "The same thing is named twice.".to_owned(),
        Refusal::Stock(troubles) => stock(troubles.first().map(|(_, trouble)| *trouble)).to_owned(),
        Refusal::OnlyStockedThere(_, name) => format!("{name} is the only location that stocks it."),
        Refusal::OpeningStock(name, _) => format!("The quantity at {name} is out of bounds."),
        Refusal::Location(_, trouble) => location(*trouble).to_owned(),
        Refusal::NothingWouldStay(_) => "Something of it must stay.".to_owned(),
        Refusal::NotForPickup(_) => "It is not for pickup.".to_owned(),
        Refusal::HoldNotYours(_) => "The hold is somebody else's.".to_owned(),
        Refusal::TimePassed => "The time must be in the future.".to_owned(),
        Refusal::DraftOutdated(..) => "The order changed meanwhile.".to_owned(),
        Refusal::NothingDue(_) => "Nothing is due.".to_owned(),
        Refusal::NoBuyer(_) => "The order has no customer.".to_owned(),
    }
}

fn stock(trouble: Option<StockTrouble>) -> &'static str {
    match trouble {
        Some(StockTrouble::UnknownVariant) => "There is no such SKU.",
        Some(StockTrouble::UnknownLocation) => "There is no such location.",
        Some(StockTrouble::NotStocked) => "The location doesn't stock the SKU.",
        Some(StockTrouble::Negative | StockTrouble::TooLow) => "The quantity is too low.",
        Some(StockTrouble::TooHigh) => "The quantity is too high.",
        Some(StockTrouble::Twice) => "The same stock is named twice.",
        Some(StockTrouble::Differs(_)) | None => "The quantity changed meanwhile.",
    }
}

fn location(trouble: LocationTrouble) -> &'static str {
    match trouble {
        LocationTrouble::OfService => "A fulfillment service runs the location.",
        LocationTrouble::OnlyOneThatShips => "It is the only location that ships orders.",
        LocationTrouble::Same => "It is the same location.",
        LocationTrouble::HasWork => "There is open work at the location.",
        LocationTrouble::HasStock => "There is stock at the location.",
        LocationTrouble::Active => "The location is in service.",
        LocationTrouble::Inactive => "The location is out of service.",
    }
}

/// What can't be done to the money of an order, or because of it.
fn billing(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::NotAuthorized(id) => Failure::conflict(
            "order_not_submitted",
            "orderId",
            format!("Order '{id}' has not been submitted."),
        ),
        Trouble::AuthorizationExpired(_) => {
            let told = "Fulfillment cannot be processed because the payment authorization has expired";
            Failure::conflict("payment_authorization_failed", "orderId", told)
        }
        Trouble::NothingLeft(id) => {
            Failure::conflict("order_fulfilled", "orderId", format!("Resource '{id}' is fulfilled."))
        }
        Trouble::TooManyOfLine { .. } => {
            let told = "Sum of quantity and cancelQuantity may not exceed sku quantity of the order.";
            Failure::conflict("quantity_too_large", "quantity", told)
        }
        Trouble::TooManyReturned { asked, left, .. } => {
            let told = format!("The quantity is {asked}, and {left} can come back.");
            Failure::conflict("quantity_too_large", "items[0].qty", told)
        }
        Trouble::Dispute(_) => Failure::bad("invalid_parameter", "order", "The order is disputed."),
        Trouble::RefundExceeds { .. } | Trouble::RefundTooLarge { .. } => {
            let told = "The amount is more than what is left to go back.";
            Failure::bad("invalid_parameter", "amountRequested", told)
        }
        other => Failure::conflict("restricted_update", "id", other_trouble(other)),
    }
}

/// What this API has no code of its own for. Orders that another API bills are another API's to bill.
fn other_trouble(trouble: Trouble) -> String {
    match trouble {
        Trouble::PaymentUnderWay(id) => format!("Charge '{id}' is under way."),
        Trouble::NoInstrument(_) => "The order has no payment source.".to_owned(),
        Trouble::NotRefundable(_) => "The charge can't be refunded.".to_owned(),
        Trouble::Settled(_) => "The charge is settled.".to_owned(),
        Trouble::TooManyUnits { asked, left, .. } => {
            format!("The quantity is {asked}, and {left} are left to fulfill.")
        }
        Trouble::OtherContact(order) => format!("Order '{order}' is another customer's."),
        Trouble::NotDue(_) => "Nothing is due.".to_owned(),
        Trouble::NotAuthorized(_)
        | Trouble::AuthorizationExpired(_)
        | Trouble::NothingLeft(_)
        | Trouble::TooManyOfLine { .. }
        | Trouble::TooManyReturned { .. }
        | Trouble::RefundExceeds { .. }
        | Trouble::RefundTooLarge { .. }
        | Trouble::Dispute(_)
        | Trouble::NotCharged(_)
        | Trouble::NotBilled(_)
        | Trouble::NotExternal(_)
        | Trouble::External(_)
        | Trouble::NotASubscription(_)
        | Trouble::Recurs(_)
        | Trouble::NotRecurring(_)
        | Trouble::Service(..)
        | Trouble::NoSuchState(_)
        | Trouble::Invoice(..)
        | Trouble::SamePrice(_)
        | Trouble::PriceArchived(_)
        | Trouble::PriceOfOther(_)
        | Trouble::OtherCurrency(_)
        | Trouble::NoTrial(_)
        | Trouble::BeforeTrialEnds(_) => "The order is paid in another way.".to_owned(),
    }
}

/// A field by its name here.
fn field(field: Field) -> &'static str {
    match field {
        Field::Name => "name",
        Field::Url => "address",
        Field::Note => "description",
        Field::Currency => "currency",
        Field::Email => "email",
        Field::Phone => "phone",
        Field::PoNumber => "purchaseOrder",
        Field::SourceIdentifier => "upstreamId",
        Field::Tags => "tags",
        Field::Addresses => "shipTo.address",
        Field::Amount => "amount",
        Field::Shipping => "shippingChoice.amount",
        Field::PaidAt => "paidTime",
        Field::InvoiceKind => "type",
        Field::Terms => "price",
        Field::Topic => "types",
        Field::Sku => "id",
        Field::UnitCost => "price",
        Field::Weight => "weight",
        Field::CountryOfOrigin => "countryOfOrigin",
        Field::TariffCode => "hsCode",
        Field::Rule => "rule",
    }
}
