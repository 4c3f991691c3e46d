//! What this dialect keeps with a listener, and which event types a webhook asks for.

use domain::listener::Listener;
use serde::{Deserialize, Serialize};

use crate::call::Mode;

/// What is kept with a listener.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    /// The mode of the key that made it.
    #[serde(with = "mode")]
    pub(super) mode: Mode,
    /// Names of event types; a star stands for anything.
    pub(super) types: Vec<String>,
    /// As it was given.
    pub(super) api_version: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { mode: Mode::Live, types: Vec::new(), api_version: DEFAULT_VERSION.to_owned() }
    }
}

/// The version that follows the key's.
pub(super) const DEFAULT_VERSION: &str = "default";

impl Settings {
    /// The settings of a listener.
    pub(super) fn of(listener: &Listener) -> Self {
        Self::deserialize(&listener.settings).unwrap_or_default()
    }

    /// Whether an event type is one that it asks for.
    pub(super) fn wants(&self, topic: &str) -> bool {
        self.types.iter().any(|wanted| fits(wanted, topic))
    }
}

mod mode {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::call::Mode;

    pub(super) fn serialize<S: Serializer>(mode: &Mode, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(mode.is_live())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mode, D::Error> {
        Ok(if bool::deserialize(deserializer)? { Mode::Live } else { Mode::Test })
    }
}

/// Whether an event type is one that a name with stars in it means.
pub(crate) fn fits(wanted: &str, topic: &str) -> bool {
    match wanted.split_once('*') {
        None => wanted == topic,
        Some((begin, rest)) => {
            let Some(left) = topic.strip_prefix(begin) else { return false };
            (0..=left.len()).any(|at| left.is_char_boundary(at) && fits(rest, &left[at..]))
        }
    }
}

/// Whether a text may be the name of an event type, with stars or without: words that don't begin with a capital letter,
/// with dots between. Names that nothing here is told under are names, too.
pub(crate) fn is_name(text: &str) -> bool {
    let is_word = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'*'))
            && word.bytes().next().is_some_and(|first| !first.is_ascii_uppercase())
    };
    text.len() <= 100 && text.split('.').all(is_word) && text.matches('*').count() <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (wanted, topic, fit) in [
            ("*", "order.created", true),
            ("order.*", "order.charge.capture.complete", true),
            ("order.charge.*", "order.created", false),
            ("order.created", "order.created", true),
            ("order.created", "order.created.twice", false),
            ("*.created", "fulfillment.created", true),
            ("*.created", "fulfillment.created.not", false),
            ("order.*.complete", "order.charge.capture.complete", true),
            ("order.*.complete", "order.complete", false),
        ] {
            assert_eq!(fits(wanted, topic), fit, "{wanted} {topic}");
        }
    }

    #[test]
    fn names_are_words_with_dots_between() {
        for good in [
            "order.created",
            "*",
            "order.charge.*",
            "sku.*",
            "order.pending_payment",
            "sales_transaction.created",
            "fileLink.created",
        ] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", ".", "order.", "Order.created", "order created", "****", &"a".repeat(101)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
