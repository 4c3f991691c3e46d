//! Listeners: programs that want to be told what happened. What they are told, and in which form, is their
//! dialect's affair; the domain only knows which kinds of facts concern them.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, ListenerId};
use crate::time::Time;

/// Somebody who wants to be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// Its id.
    pub id: ListenerId,
    /// The program that it belongs to.
    pub app: AppId,
    /// The dialect that it speaks, by the name that the dialect registers with.
    pub dialect: String,
    /// What it wants to hear of, in its dialect's word.
    pub topic: String,
    /// Where to send it.
    pub url: String,
    /// Which of what it hears of it really wants, in its dialect's word; empty is all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub only: String,
    /// What its program calls it, if it has a name; unique among those of the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What signs the messages to it, sealed, if it has a secret of its own; otherwise its program's signs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What else its dialect needs to know, in the dialect's own form.
    #[serde(default)]
    pub settings: serde_json::Value,
    /// On what terms it is told.
    #[serde(default, skip_serializing_if = "Terms::are_usual")]
    pub terms: Terms,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// On what terms a listener is told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// When it was switched off, if it is: it isn't told until somebody switches it on again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off_since: Option<Time>,
    /// What signed the messages to it until it got another secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_secret: Option<PreviousSecret>,
    /// How the server shows it who it is, beside signing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Credentials>,
}

impl Terms {
    /// Whether there is nothing special about them.
    pub fn are_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// A secret that was replaced, and signs beside the new one for a while, so that nobody misses anything meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousSecret {
    /// The secret, sealed.
    pub secret: String,
    /// Until when it signs.
    pub until: Time,
}

/// What the server shows a listener. Passwords and secrets are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credentials {
    /// A name and a password.
    Password {
        /// The name.
        name: String,
        /// The password, sealed.
        password: String,
    },
    /// A token that is fetched first.
    Token(TokenSource),
}

/// Where a token is fetched, and what for (RFC 6749).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSource {
    /// The address.
    pub endpoint: String,
    /// By what that place knows the server.
    pub client: String,
    /// What proves it, sealed.
    pub client_secret: String,
    /// In whose name the token is asked for, and the password, sealed; in the server's own if there is nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<(String, String)>,
}
