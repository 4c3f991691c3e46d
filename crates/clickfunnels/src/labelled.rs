//! Everything that has a label gets another one, or loses it: each thing in a transaction of its own, several at a time,
//! so that one that is busy doesn't hold up the others. Doing it again goes on where it was interrupted.

use domain::amend::{AmendOrder, OrderChange};
use domain::command::Command;
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::product::Product;
use domain::record::RecordKind;
use domain::refusal::Refusal;
use domain::tags;
use engine::query::{Condition, ContactSort, OrderSort, Page};
use futures::TryStreamExt;

use crate::call::Call;
use crate::failure::Failure;

/// Things that are read at once.
const BATCH: u32 = 250;
/// Things that change at the same time.
const AT_ONCE: usize = 16;

/// A label, and what becomes of it.
struct Change {
    from: Vec<String>,
    to: Vec<String>,
}

/// Whatever a tag of that kind stands for is called `to` from now on, instead of `from`.
pub(crate) async fn relabel(
    call: &Call,
    kind: RecordKind,
    from: &str,
    to: Option<&str>,
) -> Result<(), Failure> {
    let change = Change { from: vec![from.to_owned()], to: to.map(str::to_owned).into_iter().collect() };
    let mut page = Page { limit: BATCH, ..Page::default() };
    loop {
        let (last, commands) = match kind {
            RecordKind::ContactTag => of_contacts(call, &change, &page).await?,
            RecordKind::OrderTag => of_orders(call, &change, &page).await?,
            _ => of_products(call, &change, &page).await?,
        };
        futures::stream::iter(commands.iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |command| done(call, command))
            .await?;
        let Some(last) = last else { return Ok(()) };
        page.after = Some((last.into(), last));
    }
}

/// Something that has gone meanwhile has no labels any more.
async fn done(call: &Call, command: &Command) -> Result<(), Failure> {
    match call.verdict(command).await? {
        Ok(_) | Err(Refusal::Unknown(_)) => Ok(()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// The id of the last thing of a page, if there may be more, and what is to be done with those on it.
type Step = (Option<i64>, Vec<Command>);

fn last<T>(page: &[T], id: impl Fn(&T) -> i64) -> Option<i64> {
    page.last().filter(|_| page.len() == BATCH as usize).map(id)
}

impl Change {
    fn concerns(&self, labels: &[String]) -> bool {
        tags::without(labels, &self.from).len() < labels.len()
    }

    fn labels(&self, labels: &[String]) -> Vec<String> {
        tags::with(&tags::without(labels, &self.from), &self.to)
    }
}

async fn of_contacts(call: &Call, change: &Change, page: &Page) -> Result<Step, Failure> {
    let labelled = Condition::Tagged(change.from.iter().map(|label| label.trim().to_lowercase()).collect());
    let found = call.engine.contacts(call.shop(), &[labelled], ContactSort::Id, page).await?;
    let commands = found.iter().map(|(contact, _)| {
        let changes =
            vec![ContactChange::RemoveTags(change.from.clone()), ContactChange::AddTags(change.to.clone())];
        let whom = Whom::Known(ContactKey::Id(contact.id));
        Command::SaveContact(Box::new(SaveContact { whom, changes }))
    });
    Ok((last(&found, |(contact, _)| contact.id.0), commands.collect()))
}

/// No index knows the labels of orders and products, so all are gone through; tags are seldom renamed.
async fn of_orders(call: &Call, change: &Change, page: &Page) -> Result<Step, Failure> {
    let found = call.engine.orders(call.shop(), &[], OrderSort::Id, page).await?;
    let labelled = found.iter().filter(|(order, _)| change.concerns(&order.placed.tags));
    let commands = labelled.map(|(order, _)| {
        let changes =
            vec![OrderChange::RemoveTags(change.from.clone()), OrderChange::AddTags(change.to.clone())];
        Command::AmendOrder(AmendOrder { order: order.id, changes })
    });
    Ok((last(&found, |(order, _)| order.id.0), commands.collect()))
}

async fn of_products(call: &Call, change: &Change, page: &Page) -> Result<Step, Failure> {
    let found = call.engine.product_page(call.shop(), page).await?;
    let labelled = found.iter().filter(|product| change.concerns(&product.tags));
    let commands = labelled.map(|product| {
        let tags = change.labels(&product.tags);
        Command::SaveProduct(Product { tags, ..product.clone() }, Vec::new())
    });
    Ok((last(&found, |product| product.id.0), commands.collect()))
}
