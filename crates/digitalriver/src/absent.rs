//! What isn't here, and why. The original was more than software: it sold in its own name, paid taxes, ran warehouses and
//! paid merchants out. A server that made such answers up would be believed; so these addresses say what they are and what
//! to do instead. One table; docs/digitalriver.md shows the same.

use axum::Router;
use axum::routing::any;

use crate::call::{Call, Server};
use crate::failure::Failure;

/// Addresses that are only told about.
struct Absent {
    paths: &'static [&'static str],
    why: &'static str,
    instead: &'static str,
}

const ABSENT: &[Absent] = &[
    Absent {
        paths: &[
            "/sales-summaries",
            "/sales-summaries/{id}",
            "/sales-transactions",
            "/sales-transactions/{id}",
            "/payouts",
            "/payouts/{id}",
            "/payouts/{id}/transactions",
        ],
        why: "Nobody here sells in your stead, so nobody owes you a payout",
        instead: "your payment provider has the figures of its own; consign figures counts orders and money",
    },
    Absent {
        paths: &[
            "/shipping-labels",
            "/shipping-labels/{id}",
            "/shipping-quotes",
            "/checkout/shipping-quotes",
        ],
        why: "No carrier is behind this server, so it neither prints labels nor knows prices",
        instead: "ask your carrier, and send the price as shippingChoice.amount and the number as trackingNumber",
    },
    Absent {
        paths: &["/logistics-returns", "/logistics-returns/{id}"],
        why: "No warehouse is behind this server that could expect a parcel",
        instead: "use /returns",
    },
    Absent {
        paths: &["/drop-in/checkout-links", "/drop-in/checkout-links/{id}", "/drop-in/checkout-sessions"],
        why: "No payment form is served here",
        instead: "use /checkouts, and the form of your payment provider for its token",
    },
    Absent {
        paths: &["/checkouts/store-credits", "/checkouts/store-credits/{upstreamId}"],
        why: "No store credit is kept here",
        instead: "take it off the items as a discount",
    },
    Absent {
        paths: &["/fees", "/fees/{id}"],
        why: "Which fees are due for batteries, packaging and the like is law, and this server doesn't follow it",
        instead: "send what is due as an item, or as part of a price",
    },
    Absent {
        paths: &[
            "/plans",
            "/plans/{id}",
            "/subscriptions",
            "/subscriptions/{id}",
            "/invoices",
            "/invoices/{id}",
            "/invoices/{id}/open",
            "/invoices/{id}/void",
            "/invoices/{id}/sources/{sourceId}",
        ],
        why: "What is paid again and again is billed by prices here, which this API doesn't know",
        instead: "use the API of ClickFunnels for subscriptions",
    },
    Absent {
        paths: &["/country-specs"],
        why: "Which address and tax fields a country asks for is law, and this server doesn't follow it",
        instead: "use your own forms; an address needs its country only",
    },
];

/// The addresses, and the reasons behind them.
pub(crate) fn routes() -> Router<Server> {
    let mut router = Router::new();
    for absent in ABSENT {
        for path in absent.paths {
            let told = move |_call: Call| async move {
                Failure::not_done_here(format!("{}: {}.", absent.why, absent.instead), "")
            };
            router = router.route(path, any(told));
        }
    }
    router
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_says_the_same() {
        let guide = include_str!("../../../docs/digitalriver.md");
        for absent in ABSENT {
            for told in [absent.why, absent.instead] {
                assert!(guide.contains(told), "docs/digitalriver.md doesn't say: {told}");
            }
        }
    }
}
