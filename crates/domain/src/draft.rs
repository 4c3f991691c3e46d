//! Drafts of an edit of an order: changes that somebody gathers over several requests, sees the result of, and then
//! makes all at once or forgets. Nothing of the order changes before.

use serde::{Deserialize, Serialize};

use crate::command::Restock;
use crate::id::{AppId, DraftId, InvoiceId, InvoiceLineId, OrderId, OrderLineId, VariantId};
use crate::invoice::{Invoice, InvoiceLine};
use crate::order::{Article, Order, OrderLine};
use crate::time::{HOUR, Time};

/// How long a draft is kept after its last change, in microseconds.
pub const KEPT: i64 = 24 * HOUR;

/// A draft of an edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The order.
    pub order: OrderId,
    /// The program that began it, and that alone may go on with it; `None` is the server itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// What is to change; every line is named once at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<DraftChange>,
    /// From when on it is forgotten.
    pub expires_at: Time,
    /// How often it was stored; guards against lost updates.
    pub version: i64,
}

/// One change of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftChange {
    /// So many of a line of the order are to be asked for.
    Set {
        /// The line.
        line: OrderLineId,
        /// How many were asked for when that was said; the change is no longer meant if it is another number.
        was: i64,
        /// How many.
        quantity: i64,
        /// What becomes of articles that are no longer asked for.
        restock: Restock,
    },
    /// A new line, described as its article was then.
    Add {
        /// The id that the line will have.
        line: OrderLineId,
        /// How many, at least one.
        quantity: i64,
        /// What.
        article: Box<Article>,
    },
}

impl DraftChange {
    /// The line that it is about.
    pub fn line(&self) -> OrderLineId {
        match self {
            DraftChange::Set { line, .. } | DraftChange::Add { line, .. } => *line,
        }
    }
}

impl Draft {
    /// Whether it is forgotten.
    pub fn is_over(&self, now: Time) -> bool {
        self.expires_at <= now
    }

    /// The change of a line, if there is one.
    pub fn change_of(&self, line: OrderLineId) -> Option<&DraftChange> {
        self.changes.iter().find(|change| change.line() == line)
    }

    /// The variants of the lines that it adds.
    pub fn variants(&self) -> impl Iterator<Item = VariantId> {
        self.changes.iter().filter_map(|change| match change {
            DraftChange::Add { article, .. } => article.variant,
            DraftChange::Set { .. } => None,
        })
    }

    /// Whether it adds that line.
    pub fn adds(&self, line: OrderLineId) -> bool {
        matches!(self.change_of(line), Some(DraftChange::Add { .. }))
    }

    /// What `order` would ask for. Only lines and invoices are as they would be: nothing is routed, and the ids of
    /// what the edit would sell are not drawn.
    pub fn applied(&self, order: &Order) -> Order {
        let mut order = order.clone();
        let mut lines = Vec::with_capacity(self.changes.len());
        for change in &self.changes {
            let (line, by) = match change {
                DraftChange::Set { line, quantity, .. } => (*line, quantity - order.current_quantity(*line)),
                DraftChange::Add { line, quantity, article } => {
                    let article = Article::clone(article);
                    order.lines.push(OrderLine { id: *line, quantity: *quantity, article });
                    (*line, *quantity)
                }
            };
            lines.push(InvoiceLine {
                id: InvoiceLineId(0),
                order_line: line,
                quantity: by,
                removed: 0,
                unasked: 0,
                bill: None,
                adjusts: None,
            });
        }
        order.invoices.push(Invoice { id: InvoiceId(0), issued_at: order.updated_at, lines, bill: None });
        for change in &self.changes {
            let asked = order.current_quantity(change.line());
            order.lines.iter_mut().filter(|own| own.id == change.line()).for_each(|own| own.grow(asked));
        }
        order
    }
}
