//! Every "no" of the domain in this API's words: what isn't there is a 404, what can't be done a 422. Handlers that know
//! better, since the original has words of its own there, look at the refusal before it comes here.

use domain::billing::Trouble;
use domain::refusal::{Field, LocationTrouble, Refusal, StockTrouble, Thing};

use crate::failure::Failure;
use crate::words;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotPermitted(permissions) => {
                let names: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
                Failure::Forbidden(format!("The key doesn't allow this: it asks for {}", names.join(" or ")))
            }
            Refusal::Unknown(thing) => unknown(thing),
            Refusal::NoAccess(_) => Failure::NotFound(None),
            Refusal::SeenBefore(id) => Failure::Conflict(format!("The order came in before, as {id}")),
            other => Failure::Unprocessable(unprocessable(&other)),
        }
    }
}

/// What is named in a body must exist; what is named in an address is not found.
fn unknown(thing: Thing) -> Failure {
    match thing {
        Thing::Variant(..) => Failure::Unprocessable("Variant must exist".to_owned()),
        Thing::Price(..) => Failure::Unprocessable("Products price must exist".to_owned()),
        Thing::InvoiceLine(_) => Failure::Unprocessable("Invoices line item must exist".to_owned()),
        Thing::Order(id) => Failure::NotFound(Some(id.0)),
        Thing::OrderLine(id) => Failure::NotFound(Some(id.0)),
        Thing::Fulfillment(id) => Failure::NotFound(Some(id.0)),
        Thing::Location(id) => Failure::NotFound(Some(id.0)),
        Thing::Product(id) => Failure::NotFound(Some(id.0)),
        Thing::Invoice(id) => Failure::NotFound(Some(id.0)),
        Thing::Transaction(id) => Failure::NotFound(Some(id.0)),
        Thing::Record(id) => Failure::NotFound(Some(id.0)),
        _ => Failure::NotFound(None),
    }
}

fn unprocessable(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotPermitted(_) | Refusal::Unknown(_) | Refusal::NoAccess(_) | Refusal::SeenBefore(_) => {
            "That can't be done".to_owned()
        }
        Refusal::QuantityNotPositive(_) => "Quantity must be greater than 0".to_owned(),
        Refusal::QuantityTooLarge { asked, remaining, .. } => {
            format!("Quantity must be less than or equal to {remaining}, and {asked} were asked for")
        }
        Refusal::SeveralOrders(_) => "All of it must be of one order".to_owned(),
        Refusal::SeveralLocations(_) => "All of it must be at one location".to_owned(),
        Refusal::NothingToDo => "There is nothing left to do".to_owned(),
        Refusal::Unfulfillable(id, stage) => {
            format!("Fulfillment order {id} can't be fulfilled: it is {}", stage.as_str())
        }
        Refusal::NotAllowed(id, ..) => {
            format!("Fulfillment order {id} is held back, or with a fulfillment service")
        }
        Refusal::Delivered(_) => "The fulfillment was delivered already".to_owned(),
        Refusal::Returned(_) => "Some of the fulfillment is in a return".to_owned(),
        Refusal::OrderCancelled(_) => "The order is canceled".to_owned(),
        Refusal::OrderHasFulfillments(_) => "The order has fulfillments".to_owned(),
        Refusal::ServiceAtWork(_) => "A fulfillment service is at work on it".to_owned(),
        Refusal::NoLines => "Line items can't be blank".to_owned(),
        Refusal::LineWithoutTitle(_) => "Line items need a variant".to_owned(),
        Refusal::LineQuantity(_) => "Quantity is out of bounds".to_owned(),
        Refusal::LinePrice(_) => "Amount is out of bounds".to_owned(),
        Refusal::OutOfStock(id) => format!("Variant {id} is out of stock at that location"),
        Refusal::HoldHandleTaken | Refusal::HoldHandleTooLong => "The hold needs another handle".to_owned(),
        Refusal::NotMovable(_, location, _) => format!("It can't be moved to location {location}"),
        Refusal::NoPlace(_) => "No location could ship it".to_owned(),
        Refusal::AlreadyFulfilled(_, left) => format!("{left} of them were fulfilled already"),
        Refusal::Twice(_) | Refusal::DoubleLine(_) => "The same thing is named twice".to_owned(),
        Refusal::Stock(troubles) => stock(troubles.first().map(|(_, trouble)| *trouble)).to_owned(),
        Refusal::OnlyStockedThere(_, name) => format!("{name} is the only location that stocks it"),
        Refusal::OpeningStock(name, _) => format!("Quantity at {name} is out of bounds"),
        Refusal::Location(_, trouble) => location(*trouble).to_owned(),
        Refusal::NothingWouldStay(_) => "Something of it must stay".to_owned(),
        Refusal::NotForPickup(_) => "It is not for pickup".to_owned(),
        Refusal::HoldNotYours(_) => "The hold is somebody else's".to_owned(),
        Refusal::TimePassed => "The time must be in the future".to_owned(),
        Refusal::Taken(of) => format!("{} has already been taken", field(*of)),
        Refusal::DraftOutdated(..) => "The order changed meanwhile".to_owned(),
        Refusal::NothingDue(_) => "Nothing is due".to_owned(),
        Refusal::NoBuyer(_) => "The order has no contact".to_owned(),
        Refusal::Malformed(of, what) => format!("{} {what}", field(*of)),
        Refusal::Billing(trouble) => billing(*trouble),
    }
}

fn stock(trouble: Option<StockTrouble>) -> &'static str {
    match trouble {
        Some(StockTrouble::UnknownVariant) => "Variant must exist",
        Some(StockTrouble::UnknownLocation) => "Location must exist",
        Some(StockTrouble::NotStocked) => "The location doesn't stock the variant",
        Some(StockTrouble::Negative | StockTrouble::TooLow) => "Quantity is too low",
        Some(StockTrouble::TooHigh) => "Quantity is too high",
        Some(StockTrouble::Twice) => "The same stock is named twice",
        Some(StockTrouble::Differs(_)) | None => "The quantity changed meanwhile",
    }
}

fn location(trouble: LocationTrouble) -> &'static str {
    match trouble {
        LocationTrouble::OfService => "A fulfillment service runs the location",
        LocationTrouble::OnlyOneThatShips => "It is the only location that ships orders",
        LocationTrouble::Same => "It is the same location",
        LocationTrouble::HasWork => "There is open work at the location",
        LocationTrouble::HasStock => "There is stock at the location",
        LocationTrouble::Active => "The location is not archived",
        LocationTrouble::Inactive => "The location is archived",
    }
}

fn billing(trouble: Trouble) -> String {
    match trouble {
        Trouble::NotBilled(_) | Trouble::NotExternal(_) => "No such external order".to_owned(),
        Trouble::External(_) => "External orders are managed elsewhere".to_owned(),
        Trouble::NotASubscription(_) => "Only subscription orders can do that".to_owned(),
        Trouble::Recurs(price) => format!("Price {price} recurs, and the order is a one-time order"),
        Trouble::NotRecurring(price) => format!("Price {price} doesn't recur"),
        Trouble::Service(_, service) => format!("The order is {}", words::service(service)),
        Trouble::NoSuchState(_) => "Service status is not included in the list".to_owned(),
        Trouble::Invoice(_, status) => format!("The invoice is {}", words::invoice(status)),
        Trouble::PaymentUnderWay(id) => format!("Transaction {id} is under way"),
        Trouble::NoInstrument(_) => "The order has no payment method".to_owned(),
        Trouble::NotRefundable(_) => "The transaction can't be refunded".to_owned(),
        Trouble::RefundTooLarge { .. } => "Amount is more than what is left of the transaction".to_owned(),
        Trouble::Settled(_) => "The transaction is settled".to_owned(),
        Trouble::Dispute(_) => "The transaction can't be disputed so now".to_owned(),
        Trouble::SamePrice(_) => "It has that price already".to_owned(),
        Trouble::PriceArchived(price) => format!("Price {price} is archived"),
        Trouble::PriceOfOther(price) => format!("Price {price} is another variant's"),
        Trouble::OtherCurrency(price) => format!("Price {price} is in another currency"),
        Trouble::NoTrial(_) => "The order is not in trial".to_owned(),
        Trouble::BeforeTrialEnds(_) => "The renewal must not come before the trial ends".to_owned(),
        Trouble::TooManyUnits { asked, left, .. } => {
            format!("Quantity is {asked}, and only {left} are left to fulfill")
        }
        Trouble::OtherContact(order) => format!("Order {order} is another contact's"),
        Trouble::NotDue(_) => "Nothing is due".to_owned(),
        Trouble::NotCharged(_) => "No money was set aside for the order".to_owned(),
        Trouble::NotAuthorized(_) => "The order's payment isn't authorized".to_owned(),
        Trouble::AuthorizationExpired(_) => "The authorization of the order's payment has expired".to_owned(),
        Trouble::NothingLeft(_) => "Nothing of the order is left to fulfill".to_owned(),
        Trouble::TooManyOfLine { asked, left, .. } => {
            format!("Quantity is {asked}, and only {left} are left to fulfill")
        }
        Trouble::TooManyReturned { asked, left, .. } => {
            format!("Quantity is {asked}, and only {left} could come back")
        }
        Trouble::RefundExceeds { .. } => "Amount is more than what is left to refund".to_owned(),
    }
}

/// A field as error texts name it.
fn field(field: Field) -> &'static str {
    match field {
        Field::Name => "Name",
        Field::Url => "Url",
        Field::Note => "Notes",
        Field::Currency => "Currency",
        Field::Email => "Email address",
        Field::Phone => "Phone number",
        Field::PoNumber => "Purchase order number",
        Field::SourceIdentifier => "Source identifier",
        Field::Tags => "Tags",
        Field::Addresses => "Address",
        Field::Amount => "Amount",
        Field::Shipping => "Shipping amount",
        Field::PaidAt => "Paid at",
        Field::InvoiceKind => "Invoice type",
        Field::Terms => "Price",
        Field::Topic => "Event type",
        Field::Sku => "Sku",
        Field::UnitCost => "Cost",
        Field::Weight => "Weight",
        Field::CountryOfOrigin => "Country of manufacture",
        Field::TariffCode => "Tariff code",
        Field::Rule => "Rule",
    }
}
