//! Messages to listeners: topics, payloads, signature.

use domain::time::Time;
use engine::dialect::{Called, Dialect, Message, Told};
use engine::retry::Schedule;

/// This dialect as the workers know it.
pub(crate) struct Webhooks;

impl Dialect for Webhooks {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn announce(&self, _told: &Told<'_>) -> Vec<Message> {
        Vec::new()
    }

    fn call_service(&self, _called: &Called<'_>) -> Vec<Message> {
        Vec::new()
    }

    fn sign(&self, _secret: &str, _body: &str, _now: Time) -> Vec<(String, String)> {
        Vec::new()
    }

    fn schedule(&self) -> Schedule {
        Schedule::STANDARD
    }
}
