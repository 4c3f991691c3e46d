//! What is measured, in which order: reads first, while every order is as it was loaded; then writes.

use std::ops::Range;

use crate::ground::Ground;
use crate::measure::Measured;
use crate::options::{Database, Layer, Options, Other, Work};
use crate::report::Report;
use crate::server::{self, Server};
use crate::{Outcome, depth, in_process, limit, routing};

/// Copies that only the bare driver makes have numbers from here on.
const CREATED: i64 = 50_000_000;

/// Measures all that the options name.
pub async fn all(options: &Options) -> Outcome<()> {
    let mut report = Report::new(options.json);
    if options.others.contains(&Other::Routing) {
        report.note("", "routing", routing::micros(), "us");
    }
    for database in &options.databases {
        works(*database, options, &mut report).await?;
    }
    if options.others.contains(&Other::Depth) {
        for database in &options.databases {
            eprintln!("{}: depth", database.name());
            depth::measure(*database, options, &mut report).await?;
        }
    }
    report.print();
    Ok(())
}

async fn works(database: Database, options: &Options, report: &mut Report) -> Outcome<()> {
    if options.works.is_empty() || options.layers.is_empty() {
        return Ok(());
    }
    let name = database.name();
    eprintln!("{name}: preparing");
    let ground = Ground::make(database).await?;
    let loaded = 0..options.orders();
    let (open, fulfilled) = (ground.open.clone(), ground.fulfilled.clone());
    ground.load(loaded.clone(), |k| if k % 2 == 0 { open.clone() } else { fulfilled.clone() }).await?;

    let wants = |work: &Work| options.works.contains(work);
    let reads: Vec<Work> = [Work::ListOpen, Work::ReadOrder].into_iter().filter(wants).collect();
    for layer in [Layer::Limit, Layer::Engine].into_iter().filter(|layer| options.layers.contains(layer)) {
        for work in &reads {
            let measured = in_layer(&ground, layer, *work, loaded.clone(), options).await?;
            report.row(&name, &work.name(), &layer.name(), measured);
        }
    }
    if options.layers.contains(&Layer::Http) && !reads.is_empty() {
        let server = Server::start(&ground, options)?;
        for work in &reads {
            eprintln!("{name}: {} over HTTP, server {}", work.name(), server.process());
            let measured =
                server.measure(*work, server::ids(&ground, *work, loaded.clone()), options).await?;
            report.row(&name, &work.name(), &Layer::Http.name(), measured);
        }
        if options.others.contains(&Other::Memory) {
            report.note(&name, "memory", server.resident_mb()?, "mb");
        }
    }

    // Every layer has orders of its own to fulfil.
    let share = if options.quick { 20_000 } else { 80_000 };
    let mut from = loaded.end;
    for work in [Work::CreateOrder, Work::Fulfil].into_iter().filter(wants) {
        for layer in &options.layers {
            let copies = match work {
                Work::CreateOrder => CREATED..CREATED + 10_000_000,
                _ => from..from + share,
            };
            if work == Work::Fulfil {
                ground.load(copies.clone(), |_| ground.open.clone()).await?;
                from += share;
            }
            let measured = in_layer(&ground, *layer, work, copies, options).await?;
            report.row(&name, &work.name(), &layer.name(), measured);
        }
    }
    Ok(())
}

async fn in_layer(
    ground: &Ground,
    layer: Layer,
    work: Work,
    copies: Range<i64>,
    options: &Options,
) -> Outcome<Measured> {
    eprintln!("{}: {} in {}", ground.database.name(), work.name(), layer.name());
    match layer {
        Layer::Limit => limit::measure(ground, work, copies, options.span()).await,
        Layer::Engine => in_process::measure(ground, work, copies, options.span()).await,
        Layer::Http => {
            let server = Server::start(ground, options)?;
            server.measure(work, server::ids(ground, work, copies), options).await
        }
    }
}
