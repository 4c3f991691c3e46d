//! The built-in gateway: no money, no network. What becomes of a request is a pure function of it: of the instrument's
//! token, of when it was decided upon, and of what was declined before. So it keeps nothing, says the same on every node
//! and after every crash, and the same key always gets the same answer.
//!
//! The tokens are a table in docs/payments.md. Its name for a charge is `TOKEN/KEY`, from which a refund can tell what
//! the token said of refunds.

use domain::command::billing::DisputeNews;
use domain::time::{SECOND, Time};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Account, Answer, Gateway, Movement, News, Outcome, Request};

/// How long it takes what takes its time, and how long after a payment a buyer disputes it, in µs.
const A_WHILE: i64 = 120 * SECOND;

/// The built-in gateway.
pub struct Sandbox;

impl Gateway for Sandbox {
    fn kind(&self) -> &'static str {
        "test"
    }

    fn ask<'a>(&'a self, _account: &'a Account, request: &'a Request) -> BoxFuture<'a, Answer> {
        std::future::ready(answer(request)).boxed()
    }

    fn check<'a>(&'a self, _account: &'a Account) -> BoxFuture<'a, Result<String, String>> {
        std::future::ready(Ok("it is built in".to_owned())).boxed()
    }
}

/// What an instrument does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Ok,
    Declines(&'static str),
    DeclinesFirst(i64),
    OkUntil(Time),
    Late(Fate),
    Lost,
    Disputed(Option<DisputeNews>),
    RefundFails,
    RefundLate,
    CaptureFails,
    CaptureLate(Fate),
    CaptureLasts,
    ReleaseFails,
    Nobodys,
}

/// How something ends that takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Succeeds,
    Fails,
}

fn token(text: &str) -> Token {
    let Some(word) = text.strip_prefix("test_") else { return Token::Nobodys };
    if let Some(day) = word.strip_prefix("ok_until_") {
        return day.parse().ok().and_then(midnight).map_or(Token::Nobodys, Token::OkUntil);
    }
    match word {
        "ok" => Token::Ok,
        "decline" => Token::Declines("card_declined"),
        "decline_expired" => Token::Declines("expired_card"),
        "decline_funds" => Token::Declines("insufficient_funds"),
        "decline_once" => Token::DeclinesFirst(1),
        "late" => Token::Late(Fate::Succeeds),
        "late_decline" => Token::Late(Fate::Fails),
        "lost" => Token::Lost,
        "dispute" => Token::Disputed(None),
        "dispute_won" => Token::Disputed(Some(DisputeNews::Won)),
        "dispute_lost" => Token::Disputed(Some(DisputeNews::Lost)),
        "refund_fails" => Token::RefundFails,
        "refund_late" => Token::RefundLate,
        "capture_fails" => Token::CaptureFails,
        "capture_late" => Token::CaptureLate(Fate::Succeeds),
        "capture_late_fails" => Token::CaptureLate(Fate::Fails),
        "capture_lasts" => Token::CaptureLasts,
        "release_fails" => Token::ReleaseFails,
        other => {
            let times = other.strip_prefix("decline_").and_then(|times| times.parse().ok());
            times.filter(|times| (1..=100).contains(times)).map_or(Token::Nobodys, Token::DeclinesFirst)
        }
    }
}

/// When a day begins, in UTC.
fn midnight(day: jiff::civil::Date) -> Option<Time> {
    let begins = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Time(begins.timestamp().as_microsecond()))
}

fn answer(request: &Request) -> Answer {
    let (outcome, of) = match &request.movement {
        Movement::Charge { instrument, declined } => {
            (charged(request, &instrument.token, *declined), instrument.token.as_str())
        }
        Movement::Authorize { instrument } => {
            (charged(request, &instrument.token, 0), instrument.token.as_str())
        }
        Movement::Capture { of, .. } => (captured(request, of), of.as_str()),
        Movement::Release { of, .. } => (released(of), of.as_str()),
        Movement::Refund { of } => (refunded(request, of), of.as_str()),
    };
    let token_of = of.split('/').next().unwrap_or_default();
    let known_as = match outcome {
        Outcome::Unknown(_) => None,
        _ => Some(format!("{token_of}/{}", request.key)),
    };
    let later = later(request, &outcome, token(token_of));
    Answer { outcome, known_as, later }
}

fn charged(request: &Request, instrument: &str, declined: i64) -> Outcome {
    let no = |code: &str| Outcome::Declined(code.to_owned());
    match token(instrument) {
        Token::Ok | Token::Disputed(_) | Token::RefundFails | Token::RefundLate => Outcome::Succeeded,
        Token::CaptureFails | Token::CaptureLate(_) | Token::CaptureLasts | Token::ReleaseFails => {
            Outcome::Succeeded
        }
        Token::Declines(code) => no(code),
        Token::DeclinesFirst(times) if declined < times => no("card_declined"),
        Token::DeclinesFirst(_) => Outcome::Succeeded,
        Token::OkUntil(end) if request.since < end => Outcome::Succeeded,
        Token::OkUntil(_) => no("expired_card"),
        Token::Late(fate) => settled(request, fate),
        Token::Lost => lost(request),
        Token::Nobodys => no("no_such_token"),
    }
}

/// The first answer gets lost.
fn lost(request: &Request) -> Outcome {
    match request.times {
        0 => Outcome::Unknown("the answer was lost, as the token says".to_owned()),
        _ => Outcome::Succeeded,
    }
}

fn captured(request: &Request, of: &str) -> Outcome {
    match token(of.split('/').next().unwrap_or_default()) {
        Token::CaptureFails => Outcome::Declined("capture_failed".to_owned()),
        Token::CaptureLate(fate) => settled(request, fate),
        Token::CaptureLasts => Outcome::Pending,
        Token::Lost => lost(request),
        Token::Nobodys => Outcome::Declined("no_such_authorization".to_owned()),
        _ => Outcome::Succeeded,
    }
}

fn released(of: &str) -> Outcome {
    match token(of.split('/').next().unwrap_or_default()) {
        Token::ReleaseFails => Outcome::Declined("release_failed".to_owned()),
        Token::Nobodys => Outcome::Declined("no_such_authorization".to_owned()),
        _ => Outcome::Succeeded,
    }
}

fn refunded(request: &Request, of: &str) -> Outcome {
    match token(of.split('/').next().unwrap_or_default()) {
        Token::RefundFails => Outcome::Declined("refund_failed".to_owned()),
        Token::RefundLate => settled(request, Fate::Succeeds),
        Token::Nobodys => Outcome::Declined("no_such_charge".to_owned()),
        _ => Outcome::Succeeded,
    }
}

/// Pending for a while, then whatever it was to be.
fn settled(request: &Request, fate: Fate) -> Outcome {
    match fate {
        _ if request.now < request.since.plus(A_WHILE) => Outcome::Pending,
        Fate::Succeeds => Outcome::Succeeded,
        Fate::Fails => Outcome::Declined("card_declined".to_owned()),
    }
}

/// What it will tell by itself: that something settled, or what the buyer does.
fn later(request: &Request, outcome: &Outcome, token: Token) -> Vec<(Time, News)> {
    let opened = request.since.plus(A_WHILE);
    match (outcome, token, &request.movement) {
        // Of what lasts there is never news.
        (Outcome::Pending, Token::CaptureLasts, _) => Vec::new(),
        (Outcome::Pending, ..) => vec![(opened, News::Ask)],
        (Outcome::Succeeded, Token::Disputed(end), Movement::Charge { .. } | Movement::Capture { .. }) => {
            let end = end.map(|end| (opened.plus(A_WHILE), News::Dispute(end)));
            [(opened, News::Dispute(DisputeNews::Opened))].into_iter().chain(end).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::billing::Instrument;
    use domain::id::{OrderId, TransactionId};
    use domain::money::Currency;

    use super::super::Rest;
    use super::*;

    fn by(token: &str) -> Instrument {
        Instrument { token: token.into(), kind: None }
    }

    fn charge(instrument: &str, declined: i64) -> Request {
        Request {
            key: TransactionId(7),
            order: OrderId(1),
            movement: Movement::Charge { instrument: by(instrument), declined },
            amount: 100,
            currency: Currency::USD,
            since: Time(0),
            times: 0,
            known_as: None,
            now: Time(0),
        }
    }

    fn no(code: &str) -> Outcome {
        Outcome::Declined(code.into())
    }

    #[test]
    fn every_token_does_what_its_name_says() {
        let outcome = |token, declined| answer(&charge(token, declined)).outcome;
        assert_eq!(outcome("test_ok", 5), Outcome::Succeeded);
        assert_eq!(outcome("test_decline", 9), no("card_declined"));
        assert_eq!(outcome("test_decline_funds", 0), no("insufficient_funds"));
        assert_eq!(
            [outcome("test_decline_once", 0), outcome("test_decline_once", 1)],
            [no("card_declined"), Outcome::Succeeded]
        );
        assert_eq!(
            [outcome("test_decline_3", 2), outcome("test_decline_3", 3)],
            [no("card_declined"), Outcome::Succeeded]
        );
        assert_eq!(outcome("test_ok_until_1970-01-02", 0), Outcome::Succeeded);
        assert_eq!(outcome("test_ok_until_1970-01-01", 0), no("expired_card"));
        for nonsense in ["", "tok_1", "test_", "test_decline_0", "test_decline_x", "test_ok_until_soon"] {
            assert_eq!(outcome(nonsense, 0), no("no_such_token"), "{nonsense}");
        }
    }

    #[test]
    fn what_takes_its_time_settles_after_a_while_and_says_so() {
        let mut late = charge("test_late_decline", 0);
        let first = answer(&late);
        assert_eq!((first.outcome, first.later), (Outcome::Pending, vec![(Time(A_WHILE), News::Ask)]));
        late.now = Time(A_WHILE);
        assert_eq!(answer(&late).outcome, no("card_declined"));
        late.movement = Movement::Charge { instrument: by("test_late"), declined: 0 };
        assert_eq!(answer(&late).outcome, Outcome::Succeeded);
    }

    #[test]
    fn a_lost_answer_is_the_same_when_it_is_asked_for_again() {
        let mut lost = charge("test_lost", 0);
        assert!(matches!(answer(&lost), Answer { outcome: Outcome::Unknown(_), known_as: None, .. }));
        lost.times = 1;
        assert_eq!(answer(&lost), Answer::new(Outcome::Succeeded, Some("test_lost/7".into())));
    }

    #[test]
    fn buyers_dispute_and_refunds_fail_as_the_charge_was_told() {
        let disputed = answer(&charge("test_dispute_lost", 0));
        let said: Vec<News> = disputed.later.iter().map(|(_, news)| *news).collect();
        assert_eq!(said, [News::Dispute(DisputeNews::Opened), News::Dispute(DisputeNews::Lost)]);
        let refund = |token: &str| {
            let of = answer(&charge(token, 0)).known_as.unwrap_or_default();
            answer(&Request { movement: Movement::Refund { of }, ..charge("", 0) })
        };
        assert_eq!(refund("test_refund_fails").outcome, no("refund_failed"));
        assert_eq!(refund("test_refund_late").outcome, Outcome::Pending);
        assert_eq!(refund("test_dispute"), Answer::new(Outcome::Succeeded, Some("test_dispute/7".into())));
    }

    #[test]
    fn what_was_set_aside_is_taken_or_let_go_as_the_token_says() {
        let follow = |token: &str, take: bool, times, now| {
            let aside =
                answer(&Request { movement: Movement::Authorize { instrument: by(token) }, ..charge("", 0) });
            assert_eq!(aside.outcome, Outcome::Succeeded, "{token}");
            let (of, rest) = (aside.known_as?, Rest::None);
            let movement = if take { Movement::Capture { of, rest } } else { Movement::Release { of, rest } };
            Some(answer(&Request { movement, times, now: Time(now), ..charge("", 0) }))
        };
        let took = |token: &str, now| follow(token, true, 0, now).map(|answer| answer.outcome);
        assert_eq!(took("test_ok", 0), Some(Outcome::Succeeded));
        let disputed = follow("test_dispute", true, 0, 0).map(|answer| answer.later);
        assert_eq!(disputed, Some(vec![(Time(A_WHILE), News::Dispute(DisputeNews::Opened))]));
        assert_eq!(took("test_capture_fails", A_WHILE), Some(no("capture_failed")));
        assert_eq!(took("test_capture_late", 0), Some(Outcome::Pending));
        assert_eq!(took("test_capture_late", A_WHILE), Some(Outcome::Succeeded));
        assert_eq!(took("test_capture_late_fails", A_WHILE), Some(no("card_declined")));
        let lasts = follow("test_capture_lasts", true, 9, 1_000 * A_WHILE);
        assert_eq!(lasts, Some(Answer::new(Outcome::Pending, Some("test_capture_lasts/7".into()))));
        let let_go = |token: &str| follow(token, false, 0, 0).map(|answer| answer.outcome);
        assert_eq!(
            [let_go("test_release_fails"), let_go("test_capture_fails")],
            [Some(no("release_failed")), Some(Outcome::Succeeded)]
        );
    }

    #[test]
    fn news_are_stored_by_a_name_that_is_understood() {
        for news in News::ALL {
            assert_eq!(News::parse(news.as_str()), Some(news));
        }
        assert_eq!(News::parse("x"), None);
    }
}
