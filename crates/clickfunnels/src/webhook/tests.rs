//! Messages, as receivers see them.

use testkit::world;

use super::*;

#[test]
fn a_signature_is_the_hmac_of_time_and_body_in_lower_case_digits() {
    // Computed with `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret`.
    let signed = Webhooks.sign(Secrets::only("secret"), "{\"a\":1}", Time(1_700_000_000 * SECOND + 999_999));
    assert_eq!(signed[0], header("X-Webhook-ClickFunnels-Timestamp", "1700000000"));
    let digits = "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686";
    assert_eq!(signed[1], header("X-Webhook-ClickFunnels-Signature", digits));
}

#[test]
fn what_counts_as_received_and_when_it_is_tried_again() {
    let received: Vec<u16> = (200..300).filter(|status| Webhooks.accepts(*status)).collect();
    assert_eq!(received, [200, 201, 202, 203, 204, 205, 206, 207, 226]);
    let schedule = Webhooks.schedule(&world::shop(), None);
    let waits: Vec<u64> =
        (1..).map_while(|attempt| schedule.next_attempt(attempt, 0.9)).map(|wait| wait.as_secs()).collect();
    assert_eq!(waits, [1, 15, 60, 300, 900, 3_600, 43_200, 86_400]);
}
