//! Consign's own order format: what a line of an orders file in JSON may hold. Read by `import orders`, written by
//! `export orders`; `docs/import.md` has it as a table.
//!
//! Amounts are decimals in text, times RFC 3339. Keys nobody knows are refused, since a misspelt `quantity` would be
//! a wrong order.

use domain::address::Address;
use domain::fulfillment::{DeliveryStatus, Tracking};
use domain::order::{CancelReason, PaymentClaim, StockMode};
use domain::payment::{TransactionKind, TransactionStatus};
use serde::{Deserialize, Serialize};

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

macro_rules! records {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { $($(#[doc = $about:literal])+ $field:ident: $kind:ty,)+ }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[doc = $about])+ #[serde(skip_serializing_if = "is_default")] pub $field: $kind,)+
        }
    )+};
}

records! {
    /// An order. Only `lines` is needed.
    OrderRecord {
        /// Its name where it comes from. The same `id` never makes a second order.
        id: Option<String>,
        /// What people call it (`#1001`); else it gets the next name.
        name: Option<String>,
        /// Its running number; else the one that its name tells, or the next.
        number: Option<i64>,
        /// When it was placed; else now.
        placed_at: Option<String>,
        /// When it came in, if not when it was placed.
        created_at: Option<String>,
        /// When it was put away.
        closed_at: Option<String>,
        /// When it was called off.
        cancelled_at: Option<String>,
        /// Why it was called off.
        cancel_reason: Option<CancelReason>,
        /// Whether it is only a test.
        test: bool,
        /// Currency of every amount in it; else the shop's.
        currency: Option<String>,
        /// Whether prices contain the taxes.
        taxes_included: bool,
        /// E-mail address of the buyer.
        email: Option<String>,
        /// Telephone number of the buyer.
        phone: Option<String>,
        /// The channel that it came through; else `import`.
        channel: Option<String>,
        /// Where it goes.
        shipping_address: Option<AddressRecord>,
        /// Who pays.
        billing_address: Option<AddressRecord>,
        /// What was asked for.
        lines: Vec<LineRecord>,
        /// How it is sent, and what that costs.
        shipping: Vec<ShippingRecord>,
        /// Taxes of the order as a whole.
        taxes: Vec<TaxRecord>,
        /// Discounts on the order as a whole.
        discounts: Vec<DiscountRecord>,
        /// Short for a `payment_status` of `paid`, or `pending`.
        paid: Option<bool>,
        /// What is known of the payment, where no transaction tells.
        payment_status: Option<PaymentClaim>,
        /// Money that moved.
        transactions: Vec<TransactionRecord>,
        /// How what left already did so.
        fulfilled: Option<FulfilledRecord>,
        /// From when on it may be fulfilled, if not at once.
        fulfill_at: Option<String>,
        /// What to do when an article is not in stock: wait, refuse or oversell.
        when_out: StockMode,
        /// A note.
        note: Option<String>,
        /// Labels.
        tags: Vec<String>,
        /// Named values.
        attributes: Vec<NamedRecord>,
        /// The buyer's purchase order number.
        po_number: Option<String>,
        /// The buyer's language.
        locale: Option<String>,
        /// Identifier at the place it came from, for people.
        source_identifier: Option<String>,
    }

    /// A line. `quantity` is needed, and one of `title`, `sku` and `variant_id`.
    LineRecord {
        /// Stock keeping unit. The shop's variant of that SKU is taken, if there is exactly one.
        sku: Option<String>,
        /// The shop's variant, by id.
        variant_id: Option<i64>,
        /// Its title; else the variant's.
        title: Option<String>,
        /// The variant's title.
        variant_title: Option<String>,
        /// Who makes it.
        vendor: Option<String>,
        /// How many.
        quantity: i64,
        /// Price of one; else the variant's.
        price: Option<String>,
        /// Discount on the line as a whole.
        discount: Option<String>,
        /// Whether it must be shipped; else as the variant says, or yes.
        requires_shipping: Option<bool>,
        /// Whether tax is due; else as the variant says, or yes.
        taxable: Option<bool>,
        /// Whether it is a gift card.
        gift_card: bool,
        /// Weight of one in grams; else the variant's.
        grams: Option<i64>,
        /// Units of it that left already; else all of them if the order has `fulfilled`.
        fulfilled: Option<i64>,
        /// Taxes on the line as a whole.
        taxes: Vec<TaxRecord>,
        /// Named values.
        properties: Vec<NamedRecord>,
    }

    /// An address. Every part may be missing.
    AddressRecord {
        /// Given name.
        first_name: Option<String>,
        /// Family name.
        last_name: Option<String>,
        /// Company.
        company: Option<String>,
        /// Street and number.
        address1: Option<String>,
        /// Apartment, floor, care of.
        address2: Option<String>,
        /// City, town or village.
        city: Option<String>,
        /// Name of the state, province or region.
        province: Option<String>,
        /// Code of the state, province or region within its country (`ON`).
        province_code: Option<String>,
        /// Name of the country.
        country: Option<String>,
        /// ISO 3166-1 alpha-2 code of the country (`CA`).
        country_code: Option<String>,
        /// Postal code.
        zip: Option<String>,
        /// Telephone number.
        phone: Option<String>,
    }

    /// How an order is sent.
    ShippingRecord {
        /// What the buyer reads.
        title: String,
        /// The carrier's code.
        code: Option<String>,
        /// Where it comes from.
        source: Option<String>,
        /// Its price.
        price: Option<String>,
        /// Taxes on it.
        taxes: Vec<TaxRecord>,
    }

    /// A tax.
    TaxRecord {
        /// Its name.
        title: String,
        /// Its rate as a decimal (`0.19`).
        rate: Option<String>,
        /// Its amount.
        amount: String,
    }

    /// A discount on the order as a whole.
    DiscountRecord {
        /// The code that the buyer entered.
        code: String,
        /// What it takes off.
        amount: String,
    }

    /// A movement of money.
    TransactionRecord {
        /// What kind of movement; a sale if not told.
        kind: Option<TransactionKind>,
        /// How it ended; success if not told.
        status: Option<TransactionStatus>,
        /// How much, never negative.
        amount: String,
        /// The provider.
        gateway: Option<String>,
        /// When; else when the order was placed.
        at: Option<String>,
    }

    /// How something left.
    FulfilledRecord {
        /// When; else when the order was placed.
        at: Option<String>,
        /// The name of the location; else `--location`, or the shop's first.
        location: Option<String>,
        /// How to find it.
        trackings: Vec<TrackingRecord>,
        /// What is known of its way.
        status: Option<DeliveryStatus>,
    }

    /// How to find a parcel.
    TrackingRecord {
        /// The carrier's name.
        company: Option<String>,
        /// The carrier's number.
        number: Option<String>,
        /// Where to look.
        url: Option<String>,
    }

    /// A named value.
    NamedRecord {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    }
}

/// A record and what it is in the domain, of the same fields: each can be made of the other.
macro_rules! same_fields {
    ($record:ident and $thing:ident: $($field:ident)*) => {
        impl From<$record> for $thing {
            fn from(record: $record) -> Self {
                $thing { $($field: record.$field),* }
            }
        }

        impl From<$thing> for $record {
            fn from(thing: $thing) -> Self {
                $record { $($field: thing.$field),* }
            }
        }
    };
}

same_fields! { AddressRecord and Address:
    first_name last_name company address1 address2 city province province_code country country_code zip phone
}
same_fields! { TrackingRecord and Tracking: company number url }
