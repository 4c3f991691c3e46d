//! What runs by itself: a course that is paid month by month, one subscriber who pays and one whose first payment failed
//! and who may pay now, and a workflow that welcomes whoever pays.

use domain::billing::Instrument;
use domain::calendar::{DAY, Every, Interval};
use domain::command::Command;
use domain::command::billing::{BillingCommand, NewBooks, NewPlanLine, PlaceBilled};
use domain::contact::{ContactChange, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::ContactId;
use domain::order::{Placed, StockMode};
use domain::price::{Cycle, Recurrence};
use domain::record::{Record, RecordKind};
use domain::time::Time;
use engine::mail::Template;
use engine::workers::Job;
use serde_json::json;

use super::catalog::Article;
use super::prices;
use super::stage::Stage;
use crate::commands::workflow;
use crate::failure::{Exit, Failure};
use crate::installation::Installation;
use crate::server;

/// Who subscribes, how many days ago, and with what: a token of the built-in gateway.
const SUBSCRIBERS: [(&str, &str, i64, &str); ORDERS] =
    [("Tilda", "Marlowe", 12, "test_ok"), ("Oskar", "Brandt", 2, "test_decline_funds")];
/// How many orders there are.
pub(super) const ORDERS: usize = 2;
/// What a month costs, in minor units.
const A_MONTH: i64 = 990;
/// The workflow, as one would write it down.
const WELCOME: &str = include_str!("welcome.toml");

/// Makes all of it. Mails and the workflow's steps follow when a server starts.
pub(super) async fn make(
    installation: &Installation,
    stage: &Stage<'_>,
    articles: &[Article],
    now: Time,
) -> Result<(), Failure> {
    let missing = || Failure::new(Exit::Error, "the demo shop teaches nothing");
    let course = articles.iter().find(|article| article.teaches).ok_or_else(missing)?;
    let every = Every { count: 1, interval: Interval::Month };
    let monthly = Recurrence::Subscription(Cycle { every, periods: None, trial: None });
    let price = prices::new(stage, course.variant, Some("Monthly"), A_MONTH, monthly).await?;
    stage.act(&Command::Billing(BillingCommand::SavePrice(Box::new(price.clone())))).await?;
    welcome(stage).await?;
    // Nobody is told of anything before the server is reached under some address.
    let workers = server::workers(&installation.config, "")?;
    for (first, last, days_ago, token) in SUBSCRIBERS {
        stage.at(now.plus(-days_ago * DAY));
        let email = format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase());
        let contact = contact(stage, first, last, &email).await?;
        let line = NewPlanLine { variant: course.variant, price: price.id, quantity: 1 };
        stage.act(&ordering(stage, line, contact, &email, token)).await?;
        // What the gateway says to it.
        for _ in 0..2 {
            stage.engine.work_off_shop(&workers, &stage.shop, &[Job::Advance, Job::Collect]).await?;
        }
    }
    stage.at(now);
    Ok(())
}

/// The workflow, and the mail that it sends.
async fn welcome(stage: &Stage<'_>) -> Result<(), Failure> {
    let template = Template {
        subject: "Welcome to {{ shop.name }}{% if buyer.first_name %}, {{ buyer.first_name }}{% endif %}"
            .to_owned(),
        text: "Good to have you here. The first lesson is about bread.".to_owned(),
        html: "{% extends \"layout.html\" %}{% block content %}<h1>Welcome</h1>\
               <p>Good to have you here. The first lesson is about bread.</p>{% endblock %}"
            .to_owned(),
    };
    let record = Record {
        id: stage.engine.ids().fresh().await?,
        kind: RecordKind::MessageTemplate,
        parent: None,
        other: None,
        name: "welcome".to_owned(),
        key: Some("welcome".to_owned()),
        archived: false,
        body: json!(template),
        created_at: stage.engine.now(),
        updated_at: stage.engine.now(),
    };
    stage.act(&Command::SaveRecords(vec![record])).await?;
    let written = workflow::from_toml(WELCOME).map_err(|why| Failure::new(Exit::Error, why))?;
    workflow::save(stage.engine, &stage.shop, written).await.map(drop)
}

async fn contact(stage: &Stage<'_>, first: &str, last: &str, email: &str) -> Result<ContactId, Failure> {
    let changes = vec![
        ContactChange::Email(Some(email.to_owned())),
        ContactChange::FirstName(Some(first.to_owned())),
        ContactChange::LastName(Some(last.to_owned())),
    ];
    let save = Command::SaveContact(Box::new(SaveContact { whom: Whom::New, changes }));
    match stage.act(&save).await?.outcome {
        Outcome::Contact(id) => Ok(id),
        other => Err(Failure::new(Exit::Error, format!("a contact became {other:?}"))),
    }
}

fn ordering(stage: &Stage<'_>, line: NewPlanLine, contact: ContactId, email: &str, token: &str) -> Command {
    let placed = Placed {
        source_key: None,
        channel: Some("web".to_owned()),
        app: None,
        test: false,
        currency: stage.shop.currency,
        taxes_included: false,
        email: Some(email.to_owned()),
        phone: None,
        contact: Some(contact),
        custom_fields: Vec::new(),
        local_fields: Vec::new(),
        shipping_address: None,
        billing_address: None,
        shipping_lines: Vec::new(),
        tax_lines: Vec::new(),
        discounts: Vec::new(),
        transactions: Vec::new(),
        payment_claim: None,
        note: None,
        tags: Vec::new(),
        attributes: Vec::new(),
        po_number: None,
        locale: Some("en".to_owned()),
        source_identifier: None,
        origin: None,
        processed_at: stage.engine.now(),
        fulfill_at: None,
        stock: StockMode::Wait,
    };
    let instrument = Some(Instrument { token: token.to_owned(), kind: None });
    Command::Billing(BillingCommand::Place(Box::new(PlaceBilled {
        name: None,
        number: 0,
        placed,
        lines: vec![line],
        kind: None,
        books: NewBooks::Gateway { name: "test".to_owned(), instrument },
        return_url: None,
    })))
}
