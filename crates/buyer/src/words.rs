//! What the pages say, language by language. A language is complete or it doesn't compile.

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
}

impl Language {
    pub(crate) const ALL: [Language; 2] = [Language::English, Language::German];

    /// Its BCP 47 code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// What its speakers call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }

    /// The language of a tag such as `de` or `de_AT`.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Language::ALL.into_iter().find(|known| known.code().eq_ignore_ascii_case(primary))
    }

    /// What a browser likes best of what there is, out of the header `Accept-Language`.
    pub(crate) fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for choice in header.split(',') {
            let mut parts = choice.split(';');
            let tag = parts.next().unwrap_or_default();
            let weight =
                parts.find_map(|part| part.trim().strip_prefix("q=")?.trim().parse().ok()).unwrap_or(1.0);
            if let Some(language) = Language::of(tag)
                && weight > best.map_or(0.0, |(weight, _)| weight)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// Everything that is said in one language.
pub(crate) struct Words {
    pub(crate) months: [&'static str; 12],
    pub(crate) order: &'static str,
    pub(crate) placed: fn(&str) -> String,
    pub(crate) test: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) progress: &'static str,
    pub(crate) done: &'static str,
    pub(crate) current: &'static str,
    pub(crate) ahead: &'static str,
    pub(crate) language: &'static str,
    pub(crate) times_in: fn(&str) -> String,
    pub(crate) questions: fn(&str) -> String,
    pub(crate) write: &'static str,
    // Headlines.
    pub(crate) cancelled: &'static str,
    pub(crate) awaiting_payment: &'static str,
    pub(crate) preparing: &'static str,
    pub(crate) scheduled: &'static str,
    pub(crate) partly_sent: &'static str,
    pub(crate) sent: &'static str,
    pub(crate) delivered: &'static str,
    pub(crate) complete: &'static str,
    pub(crate) trouble: &'static str,
    // Steps.
    pub(crate) step_ordered: &'static str,
    pub(crate) step_paid: &'static str,
    pub(crate) step_sent: &'static str,
    pub(crate) step_delivered: &'static str,
    pub(crate) step_provided: &'static str,
    // Paying.
    pub(crate) to_pay: &'static str,
    pub(crate) pay: fn(&str) -> String,
    pub(crate) pay_elsewhere: &'static str,
    pub(crate) back: fn(&str) -> String,
    pub(crate) payment: &'static str,
    pub(crate) paid: &'static str,
    pub(crate) refunded: &'static str,
    pub(crate) invoices: &'static str,
    pub(crate) invoice: &'static str,
    pub(crate) issued: &'static str,
    pub(crate) amount: &'static str,
    pub(crate) state: &'static str,
    pub(crate) due_by: fn(&str) -> String,
    pub(crate) paid_on: fn(&str) -> String,
    pub(crate) next_payment: fn(&str) -> String,
    pub(crate) payment_pending: &'static str,
    pub(crate) payment_authorized: &'static str,
    pub(crate) payment_partly_paid: &'static str,
    pub(crate) payment_past_due: &'static str,
    pub(crate) payment_partly_refunded: &'static str,
    pub(crate) payment_voided: &'static str,
    pub(crate) payment_expired: &'static str,
    pub(crate) payment_abandoned: &'static str,
    pub(crate) payment_disputed: &'static str,
    // What was bought.
    pub(crate) items: &'static str,
    pub(crate) item: &'static str,
    pub(crate) quantity: &'static str,
    pub(crate) subtotal: &'static str,
    pub(crate) discount: &'static str,
    pub(crate) shipping: &'static str,
    pub(crate) tax: &'static str,
    pub(crate) tax_included: &'static str,
    pub(crate) total: &'static str,
    // What left.
    pub(crate) parcels: &'static str,
    pub(crate) parcel: &'static str,
    pub(crate) parcel_of: fn(usize, usize) -> String,
    pub(crate) tracking: &'static str,
    pub(crate) track: fn(&str) -> String,
    pub(crate) no_tracking: &'static str,
    pub(crate) contents: &'static str,
    pub(crate) history: &'static str,
    pub(crate) expected: fn(&str) -> String,
    pub(crate) left_on: &'static str,
    pub(crate) label: &'static str,
    pub(crate) confirmed: &'static str,
    pub(crate) ready_for_pickup: &'static str,
    pub(crate) picked_up: &'static str,
    pub(crate) in_transit: &'static str,
    pub(crate) delayed: &'static str,
    pub(crate) out_for_delivery: &'static str,
    pub(crate) attempted: &'static str,
    pub(crate) failure: &'static str,
    // What is open to the buyer.
    pub(crate) opened: &'static str,
    // What is still to come.
    pub(crate) to_come: &'static str,
    pub(crate) comes_prepared: &'static str,
    pub(crate) comes_packed: &'static str,
    pub(crate) comes_paid: &'static str,
    pub(crate) comes_stock: &'static str,
    pub(crate) comes_checked: &'static str,
    pub(crate) comes_from: fn(&str) -> String,
    // When a link opens nothing.
    pub(crate) unknown_title: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) expired_title: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) broken_title: &'static str,
    pub(crate) broken: &'static str,
}

const ENGLISH: Words = Words {
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    order: "Order",
    placed: |day| format!("Placed on {day}"),
    test: "This is a test order. No money moves, and nothing is sent.",
    skip: "Skip to the order",
    progress: "Progress",
    done: "done",
    current: "now",
    ahead: "still to come",
    language: "Language",
    times_in: |zone| format!("All times are those of {zone}."),
    questions: |shop| format!("Questions about this order? {shop} will help."),
    write: "Write to",
    cancelled: "This order was cancelled",
    awaiting_payment: "Waiting for payment",
    preparing: "Your order is being prepared",
    scheduled: "Your order is scheduled",
    partly_sent: "Part of your order is on its way",
    sent: "Your order is on its way",
    delivered: "Your order was delivered",
    complete: "Your order is complete",
    trouble: "There is a problem with the delivery",
    step_ordered: "Ordered",
    step_paid: "Paid",
    step_sent: "Sent",
    step_delivered: "Delivered",
    step_provided: "Provided",
    to_pay: "Still to be paid",
    pay: |amount| format!("Pay {amount}"),
    pay_elsewhere: "The shop tells you how to pay.",
    back: |host| format!("Go on to {host}"),
    payment: "Payment",
    paid: "Paid",
    refunded: "Refunded",
    invoices: "Invoices",
    invoice: "Invoice",
    issued: "Issued",
    amount: "Amount",
    state: "State",
    due_by: |day| format!("due {day}"),
    paid_on: |day| format!("on {day}"),
    next_payment: |day| format!("The next payment is due on {day}."),
    payment_pending: "Not paid yet",
    payment_authorized: "Reserved, not charged yet",
    payment_partly_paid: "Paid in part",
    payment_past_due: "Overdue",
    payment_partly_refunded: "Refunded in part",
    payment_voided: "Void",
    payment_expired: "Expired",
    payment_abandoned: "No longer awaited",
    payment_disputed: "Disputed",
    items: "Items",
    item: "Item",
    quantity: "Quantity",
    subtotal: "Subtotal",
    discount: "Discount",
    shipping: "Shipping",
    tax: "Tax",
    tax_included: "Tax included",
    total: "Total",
    parcels: "Deliveries",
    parcel: "Delivery",
    parcel_of: |n, of| format!("Delivery {n} of {of}"),
    tracking: "Tracking",
    track: |carrier| format!("with {carrier}"),
    no_tracking: "This delivery has no tracking number.",
    contents: "What is in it",
    history: "What happened so far",
    expected: |day| format!("Expected on {day}"),
    left_on: "Sent",
    label: "Label made",
    confirmed: "Announced to the carrier",
    ready_for_pickup: "Ready to be picked up",
    picked_up: "Picked up by the carrier",
    in_transit: "On its way",
    delayed: "Delayed",
    out_for_delivery: "Out for delivery",
    attempted: "Delivery attempted",
    failure: "Could not be delivered",
    opened: "Open to you",
    to_come: "Still to come",
    comes_prepared: "is being prepared",
    comes_packed: "is being packed",
    comes_paid: "is sent once it is paid",
    comes_stock: "waits for new stock",
    comes_checked: "is on hold while the shop checks something",
    comes_from: |day| format!("is sent from {day} on"),
    unknown_title: "This link leads nowhere",
    unknown: "Check that the whole address was copied. If it was, ask the shop for a new link.",
    expired_title: "This link has expired",
    expired: "Ask the shop for a new one.",
    broken_title: "This page is not available right now",
    broken: "Please try again in a few minutes.",
};

const GERMAN: Words = Words {
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    order: "Bestellung",
    placed: |day| format!("Bestellt am {day}"),
    test: "Das ist eine Testbestellung. Es fließt kein Geld, und nichts wird verschickt.",
    skip: "Zur Bestellung springen",
    progress: "Fortschritt",
    done: "erledigt",
    current: "jetzt",
    ahead: "steht noch aus",
    language: "Sprache",
    times_in: |zone| format!("Alle Zeiten gelten für {zone}."),
    questions: |shop| format!("Fragen zu dieser Bestellung? {shop} hilft Ihnen weiter."),
    write: "Schreiben Sie an",
    cancelled: "Diese Bestellung wurde storniert",
    awaiting_payment: "Wartet auf Zahlung",
    preparing: "Ihre Bestellung wird vorbereitet",
    scheduled: "Ihre Bestellung ist eingeplant",
    partly_sent: "Ein Teil Ihrer Bestellung ist unterwegs",
    sent: "Ihre Bestellung ist unterwegs",
    delivered: "Ihre Bestellung wurde zugestellt",
    complete: "Ihre Bestellung ist abgeschlossen",
    trouble: "Bei der Zustellung gibt es ein Problem",
    step_ordered: "Bestellt",
    step_paid: "Bezahlt",
    step_sent: "Verschickt",
    step_delivered: "Zugestellt",
    step_provided: "Bereitgestellt",
    to_pay: "Noch zu zahlen",
    pay: |amount| format!("{amount} bezahlen"),
    pay_elsewhere: "Wie Sie zahlen, erfahren Sie vom Shop.",
    back: |host| format!("Weiter zu {host}"),
    payment: "Zahlung",
    paid: "Bezahlt",
    refunded: "Erstattet",
    invoices: "Rechnungen",
    invoice: "Rechnung",
    issued: "Ausgestellt",
    amount: "Betrag",
    state: "Stand",
    due_by: |day| format!("fällig am {day}"),
    paid_on: |day| format!("am {day}"),
    next_payment: |day| format!("Die nächste Zahlung ist am {day} fällig."),
    payment_pending: "Noch nicht bezahlt",
    payment_authorized: "Reserviert, noch nicht abgebucht",
    payment_partly_paid: "Teilweise bezahlt",
    payment_past_due: "Überfällig",
    payment_partly_refunded: "Teilweise erstattet",
    payment_voided: "Ungültig",
    payment_expired: "Abgelaufen",
    payment_abandoned: "Wird nicht mehr erwartet",
    payment_disputed: "Strittig",
    items: "Artikel",
    item: "Artikel",
    quantity: "Menge",
    subtotal: "Zwischensumme",
    discount: "Rabatt",
    shipping: "Versand",
    tax: "Steuern",
    tax_included: "Enthaltene Steuern",
    total: "Gesamt",
    parcels: "Lieferungen",
    parcel: "Lieferung",
    parcel_of: |n, of| format!("Lieferung {n} von {of}"),
    tracking: "Sendungsnummer",
    track: |carrier| format!("mit {carrier}"),
    no_tracking: "Diese Lieferung hat keine Sendungsnummer.",
    contents: "Inhalt",
    history: "Was bisher geschah",
    expected: |day| format!("Voraussichtlich am {day}"),
    left_on: "Verschickt",
    label: "Versandetikett erstellt",
    confirmed: "Beim Versender angekündigt",
    ready_for_pickup: "Bereit zur Abholung",
    picked_up: "Vom Versender abgeholt",
    in_transit: "Unterwegs",
    delayed: "Verspätet",
    out_for_delivery: "In Zustellung",
    attempted: "Zustellversuch",
    failure: "Nicht zustellbar",
    opened: "Für Sie freigeschaltet",
    to_come: "Was noch kommt",
    comes_prepared: "wird vorbereitet",
    comes_packed: "wird gepackt",
    comes_paid: "wird verschickt, sobald bezahlt ist",
    comes_stock: "wartet auf neue Ware",
    comes_checked: "wartet, während der Shop etwas prüft",
    comes_from: |day| format!("wird ab {day} verschickt"),
    unknown_title: "Dieser Link führt ins Leere",
    unknown: "Prüfen Sie, ob die Adresse vollständig ist. Wenn ja, bitten Sie den Shop um einen neuen Link.",
    expired_title: "Dieser Link ist abgelaufen",
    expired: "Bitten Sie den Shop um einen neuen.",
    broken_title: "Diese Seite ist gerade nicht erreichbar",
    broken: "Bitte versuchen Sie es in ein paar Minuten noch einmal.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_favourite_is_taken_if_it_is_spoken() {
        for (header, language) in [
            ("de", Some(Language::German)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("fr-FR,fr;q=0.9,en;q=0.5,de;q=0.6", Some(Language::German)),
            ("en;q=0.1, de;q=0", Some(Language::English)),
            ("fr,*;q=0.5", None),
            (";;q=x,", None),
            ("", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
        assert_eq!(Language::of("DE_ch"), Some(Language::German));
        assert_eq!(Language::of("den"), None);
    }
}
