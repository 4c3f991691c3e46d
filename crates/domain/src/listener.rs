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
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}
