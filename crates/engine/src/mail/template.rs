//! Templates: subject, text and HTML of a mail, in Jinja's syntax. What isn't there is an error and not an empty place,
//! so a misspelt name is told when a template is saved, by filling it in with a sample; buyers don't get to see it.
//! Values are escaped in HTML. A template can't run for ever: it is given so much fuel.

use std::fmt;

use domain::mail::MailKind;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The page around the built-in mails; others may extend it too.
const LAYOUT: &str = include_str!("template/layout.html");
/// What the examples in previews and the checks are filled in with: a view in which everything is there.
const SAMPLE: &str = include_str!("template/sample.json");
/// How many steps filling in one part may take: some thousand lines of an order.
const FUEL: u64 = 1_000_000;

/// What a mail says, before it is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The subject: one line.
    pub subject: String,
    /// The mail for those who read text.
    pub text: String,
    /// The same as HTML; may begin with `{% extends "layout.html" %}`.
    pub html: String,
}

/// What a mail says, filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The mail for those who read text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Why a template can't be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which part of it.
    pub part: &'static str,
    /// What is wrong, with the line.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.why)
    }
}

impl Template {
    /// The template in the binary for the mails that the server writes by itself.
    pub fn built_in(name: &str) -> Option<Self> {
        let kind = MailKind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
        let (subject, text, html) = match kind {
            MailKind::OrderPaid => (
                "{{ shop.name }}: order {{ order.name }} is confirmed",
                include_str!("template/order_paid.txt"),
                include_str!("template/order_paid.html"),
            ),
            MailKind::AccessGranted => (
                "{{ shop.name }}: you have access",
                include_str!("template/access_granted.txt"),
                include_str!("template/access_granted.html"),
            ),
            MailKind::Shipped => (
                "{{ shop.name }}: order {{ order.name }} is on its way",
                include_str!("template/shipped.txt"),
                include_str!("template/shipped.html"),
            ),
            MailKind::PaymentFailed => (
                "{{ shop.name }}: a payment for {{ order.name }} failed",
                include_str!("template/payment_failed.txt"),
                include_str!("template/payment_failed.html"),
            ),
        };
        Some(Self { subject: subject.to_owned(), text: text.to_owned(), html: html.to_owned() })
    }

    /// Fills it in.
    ///
    /// # Errors
    /// The first part that isn't well formed, or asks for what isn't there.
    pub fn fill(&self, view: &Value) -> Result<Letter, Broken> {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        env.set_syntax(syntax.map_err(|error| Broken { part: "syntax", why: error.to_string() })?);
        env.set_fuel(Some(FUEL));
        let broken = |part: &'static str| {
            move |error: minijinja::Error| {
                let line = error.line().map_or_else(String::new, |line| format!(" (line {line})"));
                let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
                Broken { part, why: format!("{detail}{line}") }
            }
        };
        env.add_template("layout.html", LAYOUT).map_err(broken("layout"))?;
        let mut part = |part: &'static str, name: &'static str, source: &str| {
            env.add_template_owned(name, source.to_owned()).map_err(broken(part))?;
            env.get_template(name).and_then(|template| template.render(Serde(view))).map_err(broken(part))
        };
        let subject = part("subject", "subject.txt", &self.subject)?;
        Ok(Letter {
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            text: part("text", "body.txt", &self.text)?,
            html: part("html", "body.html", &self.html)?,
        })
    }

    /// Fills it in with the sample: what its mails look like, or what is wrong with it.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn preview(&self) -> Result<Letter, Broken> {
        let sample = serde_json::from_str(SAMPLE)
            .map_err(|error| Broken { part: "sample", why: error.to_string() })?;
        self.fill(&sample)
    }
}

#[cfg(test)]
mod tests;
