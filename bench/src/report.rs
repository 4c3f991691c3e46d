//! Figures: a row of JSON for programs as soon as it is known, and a table for people at the end.

use serde_json::{Map, Value, json};

use crate::measure::Measured;

/// Every figure of a run.
pub struct Report {
    json: bool,
    rows: Vec<Row>,
    notes: Vec<(String, f64, String)>,
}

struct Row {
    database: String,
    work: String,
    layer: String,
    measured: Measured,
}

impl Report {
    pub fn new(json: bool) -> Report {
        Report { json, rows: Vec::new(), notes: Vec::new() }
    }

    /// Notes what was measured of a work in a layer.
    pub fn row(&mut self, database: &str, work: &str, layer: &str, measured: Measured) {
        let told = json!({
            "database": database, "work": work, "layer": layer, "per_s": measured.per_s.round(),
            "p50_ms": rounded(measured.p50_ms), "p99_ms": rounded(measured.p99_ms),
        });
        self.tell(&told);
        let (database, work, layer) = (database.to_owned(), work.to_owned(), layer.to_owned());
        self.rows.push(Row { database, work, layer, measured });
    }

    /// Notes a figure of another kind.
    pub fn note(&mut self, database: &str, what: &str, value: f64, unit: &str) {
        let mut told = Map::new();
        told.insert("database".into(), database.into());
        told.insert("work".into(), what.into());
        told.insert(unit.into(), rounded(value).into());
        self.tell(&Value::Object(told));
        self.notes.push((format!("{what} {database}"), value, unit.to_owned()));
    }

    fn tell(&self, told: &Value) {
        if self.json {
            println!("{told}");
        } else {
            eprintln!("  {told}");
        }
    }

    /// The table, unless programs are reading.
    pub fn print(&self) {
        if self.json {
            return;
        }
        println!("| database | work | layer | per s | p50 ms | p99 ms | p99/p50 | of limit |");
        println!("|---|---|---|---:|---:|---:|---:|---:|");
        for row in &self.rows {
            let Measured { per_s, p50_ms, p99_ms } = row.measured;
            let limit = self.rows.iter().find(|other| {
                other.database == row.database && other.work == row.work && other.layer == "limit"
            });
            let of_limit =
                limit.map_or(String::new(), |limit| format!("{:.2}", per_s / limit.measured.per_s));
            println!(
                "| {} | {} | {} | {per_s:.0} | {p50_ms:.2} | {p99_ms:.2} | {:.1} | {of_limit} |",
                row.database,
                row.work,
                row.layer,
                p99_ms / p50_ms
            );
        }
        for (what, value, unit) in &self.notes {
            println!("{what}: {value:.2} {unit}");
        }
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
