//! `consign figures`: what came in, what was taken, what waits, how often deadlines were met.

use std::io::Write;
use std::path::PathBuf;

use engine::figures::{AGES, Aged, DEFINITIONS, Figures, Money, OnTime, Period};

use crate::config::Purpose;
use crate::failure::{Exit, Failure};
use crate::first_shop;
use crate::installation::{Installation, Missing, Where};
use crate::runtime::block_on;

/// Arguments of `consign figures`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    /// The first day, in the shop's time zone [default: 29 days before the last]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last day [default: today]
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    /// Say what each figure counts, and nothing else
    #[arg(long, conflicts_with_all = ["from", "to", "json"])]
    explain: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the figures.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    if args.explain {
        for (name, text) in DEFINITIONS {
            writeln!(out, "{name:<9} {text}")?;
        }
        return Ok(());
    }
    let installation = Installation::read(Purpose::Serve, file, &args.at, Vec::new())?;
    block_on(async {
        let in_use = installation.open(Missing::Refuse).await?;
        let engine = installation.engine(&in_use.store).await?;
        let shop = first_shop::find(&in_use.store).await?;
        let period = Period::read(&shop, engine.now(), args.from.as_deref(), args.to.as_deref())
            .map_err(|bad| Failure::new(Exit::Usage, format!("there is no such period: {bad}")))?;
        let figures = engine.figures(&shop, period).await?;
        if args.json {
            let text = serde_json::to_string(&figures)
                .map_err(|error| Failure::new(Exit::Error, format!("figures can't be written: {error}")))?;
            writeln!(out, "{text}")?;
        } else {
            print(&figures, out)?;
        }
        engine.close().await;
        Ok(())
    })
}

fn print(figures: &Figures, out: &mut dyn Write) -> std::io::Result<()> {
    let Period { from, to } = figures.period;
    writeln!(out, "{from} to {to}, days of {}; test orders never count\n", figures.time_zone)?;
    writeln!(out, "orders    {}", figures.orders)?;
    writeln!(out, "revenue   {}", money(&figures.revenue))?;
    writeln!(out, "on time   {}", share(&figures.on_time))?;
    writeln!(out, "\n{:<10} {:>6}  {:<24} on time", "day", "orders", "revenue")?;
    for day in
        figures.days.iter().filter(|day| day.orders > 0 || !day.revenue.is_empty() || day.on_time.due > 0)
    {
        let (revenue, on_time) = (money(&day.revenue), share(&day.on_time));
        writeln!(out, "{:<10} {:>6}  {revenue:<24} {on_time}", day.date, day.orders)?;
    }
    let [first, second, third, fourth] = AGES.map(|age| age.replace('_', " "));
    writeln!(
        out,
        "\n{:<24} {first:>13} {second:>13} {third:>13} {fourth:>13}  on time",
        "backlog now, units (work)"
    )?;
    for place in &figures.locations {
        let name = place.name.as_deref().unwrap_or(if place.id.is_some() {
            "a location that is gone"
        } else {
            "no location yet"
        });
        writeln!(out, "{name:<25} {}  {}", ages(&place.backlog), share(&place.on_time))?;
    }
    writeln!(out, "{:<25} {}", "all", ages(&figures.backlog))
}

fn ages(backlog: &[Aged]) -> String {
    let cell = |aged: &Aged| format!("{:>13}", format!("{} ({})", aged.units, aged.works));
    backlog.iter().map(cell).collect::<Vec<_>>().join(" ")
}

fn money(moved: &[Money]) -> String {
    let said: Vec<String> = moved.iter().map(|one| format!("{} {}", one.revenue, one.currency)).collect();
    if said.is_empty() { "-".to_owned() } else { said.join(", ") }
}

fn share(on_time: &OnTime) -> String {
    match on_time.share {
        Some(share) => format!("{:.1} % ({} of {})", share * 100.0, on_time.met, on_time.due),
        None => "-".to_owned(),
    }
}
