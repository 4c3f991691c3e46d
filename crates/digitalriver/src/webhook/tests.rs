//! Messages, as receivers see them.

use testkit::world;

use super::*;

const NOW: Time = Time(1_700_000_000 * SECOND + 999_999);
/// Computed with `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac SECRET -binary | base64`.
const OF_SECRET: &str = "SfJOU3QHdD+koCQrtjuUuaR+6Zy74HHM2KIlUK5BFoY=";
const OF_OTHER: &str = "LLOL1Qs6phsS31EtphbJV38qme25RnEQ02GmVeGtO9U=";

fn webhooks() -> Webhooks {
    Webhooks { url: "https://shop.example".into() }
}

fn signed(secrets: Secrets<'_>) -> Vec<(String, String)> {
    webhooks().sign(secrets, "{\"a\":1}", NOW)
}

#[test]
fn a_signature_is_the_hmac_of_time_and_body_behind_the_time() {
    let value = format!("1700000000, {OF_SECRET}");
    assert_eq!(signed(Secrets::only("secret")), [header("DigitalRiver-Signature", &value)]);
}

#[test]
fn the_secret_before_signs_first() {
    let value = format!("1700000000, {OF_OTHER}, {OF_SECRET}");
    let both = Secrets { current: "secret", previous: Some("other") };
    assert_eq!(signed(both), [header("DigitalRiver-Signature", &value)]);
}

#[test]
fn tests_are_tried_a_few_times_and_the_rest_for_three_days() {
    let listener = |live: bool| {
        let settings = Settings { mode: if live { Mode::Live } else { Mode::Test }, ..Settings::default() };
        let settings = serde_json::to_value(settings).unwrap();
        Listener { settings, ..world::listener(5, crate::NAME, "https://example.com") }
    };
    let waits = |live: bool| -> Vec<Duration> {
        let schedule = webhooks().schedule(&world::shop(), Some(&listener(live)));
        (1..).map_while(|attempt| schedule.next_attempt(attempt, 0.0)).collect()
    };
    assert_eq!(waits(false).len(), 3);
    assert!(waits(true).iter().sum::<Duration>() >= Duration::from_secs(72 * 3600));
    assert_eq!(webhooks().patience(), Some(Duration::from_secs(3)));
}

#[test]
fn a_part_of_what_happened_has_a_name_of_its_own() {
    let (event, other) = (EventId(1_000_000_007), EventId(1_000_000_008));
    let names =
        [(event, 0), (event, 1), (event, 4_095), (other, 0)].map(|(event, part)| event_name(event, part));
    assert_eq!(
        names.clone().map(|name| event_named(&name)),
        [Some((event, 0)), Some((event, 1)), Some((event, 4_095)), Some((other, 0))]
    );
    assert!(names.iter().all(|name| name.len() == 36));
    assert_eq!(event_named("f9be5c91-9ba9-49c5-9c5d-7e8f3df39c8d"), None, "the name of something else");
}
