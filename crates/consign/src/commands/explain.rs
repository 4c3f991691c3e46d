//! `consign explain ORDER`: where an order was routed, and why; what waits, and why; how far the work is.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use domain::address::Nearness;
use domain::fulfillment_order::{Delivery, FulfillmentOrder, Request, Stage};
use domain::id::{LocationId, OrderId};
use domain::location::Location;
use domain::order::{Order, Waiting};
use domain::record::RecordKind;
use domain::routing::{self, DecidedBy, Demand, Explanation, Situation, Verdict};
use domain::rule::{self, Rule, RuleKind};
use domain::snapshot::Shop;
use domain::status;
use domain::stock::Stock;
use store::{Column, Condition, OrderSort, Page, RecordSort, Store};

use crate::config::Purpose;
use crate::failure::{Exit, Failure};
use crate::installation::{Installation, Missing, Where};
use crate::wording::{count, moment};
use crate::{first_shop, runtime};

/// Arguments of `consign explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    /// Its name, number or id: #1001, 1001
    order: String,
}

/// Explains an order.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let installation = Installation::read(Purpose::Serve, file, &args.at, Vec::new())?;
    runtime::block_on(async {
        let in_use = installation.open(Missing::Refuse).await?;
        let store = &in_use.store;
        let shop = first_shop::find(store).await?;
        let order = find(store, &shop, args.order.trim()).await?;
        let (locations, _) = store.places(shop.id).await?;
        let variants: Vec<_> = order.lines.iter().filter_map(|line| line.article.variant).collect();
        let (_, stock) = store.variants(shop.id, &variants).await?;
        let page = Page { limit: RuleKind::ALL.len() as u32, ..Page::default() };
        let kept = store.records(shop.id, RecordKind::RoutingRule, &[], RecordSort::Id, &page).await?;
        let rules: Vec<Rule> = kept.iter().filter_map(Rule::of).collect();
        let told = Told { shop: &shop, order: &order, locations: &locations, stock: &stock, rules: &rules };
        out.write_all(told.text().as_bytes())?;
        store.db().close().await;
        Ok(())
    })
}

/// By name, by name without the prefix, by number, by id; the first that there is.
async fn find(store: &Store, shop: &Shop, wanted: &str) -> Result<Arc<Order>, Failure> {
    let mut ways =
        vec![(Column::Name, wanted.into()), (Column::Name, format!("{}{wanted}", shop.order_prefix).into())];
    if let Ok(number) = wanted.trim_start_matches(&shop.order_prefix).parse::<i64>() {
        ways.push((Column::Number, number.into()));
        ways.push((Column::OrderId, number.into()));
    }
    let page = Page { limit: 1, ..Page::default() };
    for (column, value) in ways {
        let condition = [Condition::OneOf(column, vec![value])];
        if let Some((order, _)) = store.orders(shop.id, &condition, OrderSort::Id, &page).await?.pop() {
            return Ok(order);
        }
    }
    Err(Failure::new(Exit::NotFound, format!("there is no order {wanted}")))
}

/// An order, and what explaining it needs.
struct Told<'a> {
    shop: &'a Shop,
    order: &'a Order,
    locations: &'a [Location],
    stock: &'a [Stock],
    rules: &'a [Rule],
}

impl Told<'_> {
    fn text(&self) -> String {
        let order = self.order;
        let OrderId(id) = order.id;
        let fulfillment = status::fulfillment(order).as_str().replace('_', " ");
        let mut text =
            format!("{}  id {id}  placed {}  {fulfillment}\n", order.name, moment(order.placed.processed_at));
        if let Some(cancelled) = &order.cancelled {
            let reason = format!("{:?}", cancelled.reason).to_lowercase();
            text += &format!("Called off {}, reason: {reason}\n", moment(cancelled.at));
        }
        match &order.routing.explanation {
            Some(explanation) => text += &self.routed(explanation),
            None => text += "\nIt was never routed: it came in done, or called off.\n",
        }
        for waiting in self.apart() {
            text += &self.waits(waiting);
        }
        for rule in self.rules.iter().filter(|_| !order.routing.waiting.is_empty()) {
            text += &format!("  A rule is on: {} ({}).\n", rule.kind.title(), rule.kind.handle());
        }
        if let (Some(at), false) = (order.routing.retry_at, order.routing.waiting.is_empty()) {
            text +=
                &format!("  It is tried again when stock or locations change, and after {}.\n", moment(at));
        }
        if !order.fulfillment_orders.is_empty() {
            text += "\nWork:\n";
        }
        for work in &order.fulfillment_orders {
            text += &self.work(work);
        }
        text
    }

    fn routed(&self, explanation: &Explanation) -> String {
        let mut text = format!("\nRouting, when it was last done: {}.\n", decided(explanation.decided_by));
        for considered in &explanation.locations {
            let units = match considered.units {
                0 => String::new(),
                units => format!("; could ship {}", count(units, "unit")),
            };
            let name = self.name(considered.location);
            let (reason, near) = (considered.verdict.reason(), nearness(considered.nearness));
            text += &format!("  {name:<20} {reason}{units}; {near}\n");
        }
        text
    }

    /// What waits, as far as it can go apart: line by line, or all at once if the order must leave whole.
    fn apart(&self) -> Vec<&[Waiting]> {
        let waiting = &self.order.routing.waiting;
        match rule::is_on(self.rules, RuleKind::ShipTogether, Delivery::Shipping) {
            true => waiting.chunks(waiting.len().max(1)).collect(),
            false => waiting.chunks(1).collect(),
        }
    }

    /// Why units wait now: every location is asked again, for these units alone.
    fn waits(&self, waiting: &[Waiting]) -> String {
        let lines =
            waiting.iter().filter_map(|one| Some((one.quantity, &self.order.line(one.order_line)?.article)));
        let demand: Vec<Demand> = lines
            .clone()
            .map(|(quantity, article)| Demand {
                variant: article.variant,
                quantity,
                requires_shipping: article.requires_shipping,
                limited: article.variant.is_some() && article.tracked,
                pinned_to: article.pinned_to,
            })
            .collect();
        let open = self.order.fulfillment_orders.iter().filter(|work| work.is_open());
        let rest: Vec<_> = open.map(|work| (work.location, work.delivery)).collect();
        let situation = Situation {
            locations: self.locations,
            stock: self.stock,
            destination: self.order.placed.shipping_address.as_ref(),
            tie_breakers: &self.shop.tie_breakers,
            avoid: &[],
            rules: self.rules,
            rest: &rest,
        };
        let plan = routing::plan(&demand, &situation);
        let what: Vec<String> = lines
            .map(|(quantity, article)| format!("{} of {}", count(quantity, "unit"), article.title))
            .collect();
        let mut text = format!("\nWaiting: {}.\n", what.join(", "));
        if plan.waiting.is_empty() {
            text += "  It could be shipped now; the next try finds that out.\n";
            return text;
        }
        for considered in plan.explanation.locations {
            let reason = match considered.units {
                0 => considered.verdict.reason().to_owned(),
                units if considered.verdict == Verdict::NotAllOfIt => {
                    format!("{}: it has only {units}", considered.verdict.reason())
                }
                units => format!("has only {units}"),
            };
            text += &format!("  {:<20} {reason}\n", self.name(considered.location));
        }
        text
    }

    fn work(&self, work: &FulfillmentOrder) -> String {
        let (total, left) = (work.lines.iter().map(|line| line.total).sum::<i64>(), work.open_quantity());
        let gone: i64 = work.lines.iter().map(|line| line.fulfilled).sum();
        let stage = match &work.stage {
            Stage::Scheduled { opens_at } => format!("scheduled, opens {}", moment(*opens_at)),
            _ => work.stage_name().as_str().replace('_', " "),
        };
        let request = match work.request {
            Request::Unsubmitted => String::new(),
            request => format!(", request {}", request.as_str().replace('_', " ")),
        };
        let name = self.name(work.location);
        let mut text = format!(
            "  {:<12} {name:<20} {stage}{request}; {gone} of {total} fulfilled, {left} to go\n",
            work.id.0
        );
        for hold in work.holds() {
            let notes = hold.notes.as_deref().map(|notes| format!(": {notes}")).unwrap_or_default();
            let reason = hold.reason.as_str().replace('_', " ");
            text += &format!("  {:<12} held since {}, {reason}{notes}\n", "", moment(hold.since));
        }
        text
    }

    fn name(&self, id: LocationId) -> &str {
        self.locations
            .iter()
            .find(|location| location.id == id)
            .map_or("a location that is gone", |at| &at.name)
    }
}

fn decided(by: DecidedBy) -> &'static str {
    match by {
        DecidedBy::OnlyOneShipsAll => "only one location could ship everything",
        DecidedBy::Ranking => "several locations could ship everything, and the tie-breakers chose",
        DecidedBy::FewestParcels => "no location could ship everything; these are the fewest parcels",
        DecidedBy::Digital => "nothing needs shipping",
        DecidedBy::Nobody => "no location can ship any of it",
        DecidedBy::NobodyWhole => "the order must leave whole, and no location can ship all of it",
        DecidedBy::Named => "the location was named",
    }
}

fn nearness(near: Nearness) -> &'static str {
    match near {
        Nearness::PostalRegion => "in the destination's postal region",
        Nearness::Province => "in the destination's province",
        Nearness::Country => "in the destination's country",
        Nearness::Elsewhere => "elsewhere",
    }
}
