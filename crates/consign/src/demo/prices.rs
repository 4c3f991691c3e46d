//! What the articles of the demo shop cost, once. An article has one price in any case; some APIs know prices only as
//! things of their own, with ids that orders name.

use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::id::VariantId;
use domain::money::Minor;
use domain::price::{Price, Recurrence, Terms};

use super::catalog::Article;
use super::stage::Stage;
use crate::failure::Failure;

/// Gives every article a price that is paid once, but for the one that is paid for month by month.
pub(super) async fn make(stage: &Stage<'_>, articles: &[Article]) -> Result<(), Failure> {
    for article in articles.iter().filter(|article| !article.teaches) {
        let price = new(stage, article.variant, None, article.price, Recurrence::OneTime).await?;
        stage.act(&Command::Billing(BillingCommand::SavePrice(Box::new(price)))).await?;
    }
    Ok(())
}

/// A price that nothing was sold for yet.
pub(super) async fn new(
    stage: &Stage<'_>,
    variant: VariantId,
    name: Option<&str>,
    amount: Minor,
    recurrence: Recurrence,
) -> Result<Price, Failure> {
    Ok(Price {
        id: stage.engine.ids().fresh().await?,
        variant,
        name: name.map(str::to_owned),
        terms: Terms { amount, currency: stage.shop.currency, setup: 0, recurrence },
        archived: false,
        details: serde_json::Value::Null,
        created_at: stage.engine.now(),
        updated_at: stage.engine.now(),
    })
}
