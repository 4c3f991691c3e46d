//! Who is answered what: every root, asked by every kind of client for things that are its own, another location's,
//! another service's, another shop's, or nowhere. What must be answered is said by one table, and not read off the
//! server.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod hearing;
mod lists;
mod stage;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::{Permission, Permissions};
use scenarios::cast::{Client, nameless};
use scenarios::types::{Field, Input, Types, inner};
use serde_json::Value;

use stage::{Relation, Stage};
use table::{About, MUTATIONS, QUERIES, Row};

/// An id that nothing has.
const NOWHERE: i64 = 999_999_999_999;

/// Every permission by itself, every pair of them, all and none.
pub fn kinds_of_clients() -> Vec<Permissions> {
    let mut kinds = vec![Permissions::default(), Permissions::all()];
    for (at, one) in Permission::ALL.iter().enumerate() {
        kinds.extend(Permission::ALL[at..].iter().map(|other| Permissions::of(&[*one, *other])));
    }
    kinds
}

/// The permissions of those names; what this server doesn't know is left out.
fn named(names: &[&str]) -> Vec<Permission> {
    Permission::ALL.iter().filter(|permission| names.contains(&permission.as_str())).copied().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_is_answered_what_the_table_says() {
    let types = Types::of(shopify::SCHEMA, "2026-07");
    let stage = Stage::set().await;
    let mut cells = 0;
    for permissions in kinds_of_clients() {
        let client = stage.cast.key(Some(stage.cast.server.app), permissions).await;
        let mut asked = Asked { types: &types, stage: &stage, client, permissions, cells: 0 };
        for (kind, table) in [("query", QUERIES), ("mutation", MUTATIONS)] {
            let root = if kind == "query" { "QueryRoot" } else { "Mutation" };
            let fields = &types.get(root).fields;
            for name in fields.keys() {
                assert!(table.iter().any(|row| row.root == name), "classify {root}.{name} in table.rs");
            }
            let rows: Vec<(&Row, &Field)> =
                table.iter().filter_map(|row| Some((row, fields.get(row.root)?))).collect();
            asked.in_one(kind, &rows).await;
            // What must not be null takes everything beside it along when it is refused.
            for (row, field) in rows.iter().filter(|(_, field)| field.shown.ends_with('!')) {
                asked.alone(row, field).await;
            }
        }
        cells += asked.cells;
    }
    println!("{cells} cells");
    assert!(cells > 50_000, "{cells}");
}

struct Asked<'s> {
    types: &'s Types,
    stage: &'s Stage,
    client: Client,
    permissions: Permissions,
    cells: usize,
}

impl Asked<'_> {
    /// The scopes of the client, for messages.
    fn scopes(&self) -> Vec<&'static str> {
        self.permissions.iter().map(Permission::as_str).collect()
    }

    fn denied(&self, row: &Row) -> bool {
        !row.needs.is_empty() && !self.permissions.any(&named(row.needs))
    }

    /// Every root that may be null, in one document for each relation.
    async fn in_one(&mut self, kind: &str, rows: &[(&Row, &Field)]) {
        let nullable: Vec<&(&Row, &Field)> =
            rows.iter().filter(|(_, field)| !field.shown.ends_with('!')).collect();
        let mut answers: BTreeMap<Relation, Value> = BTreeMap::new();
        for relation in Relation::ALL {
            let roots = nullable.iter().map(|(row, field)| self.root(row, field, relation));
            let document = format!("{kind} {{ {} }}", roots.collect::<Vec<_>>().join("\n"));
            let answer = self.stage.cast.ask(&self.client, &document).await;
            assert!(answer["data"].is_object(), "{answer} to {document}");
            answers.insert(relation, answer);
        }
        for (row, _) in nullable {
            for relation in Relation::ALL {
                self.check(row, relation, &answers, kind == "mutation");
            }
            // What is in another shop is nowhere.
            let [other, nowhere] =
                [Relation::OtherShop, Relation::Nowhere].map(|relation| self.said(row, &answers[&relation]));
            assert_eq!(other, nowhere, "{} by {:?}", row.root, self.scopes());
        }
    }

    /// A root that can't be null: it is refused, or it isn't.
    async fn alone(&mut self, row: &Row, field: &Field) {
        let document = format!("{{ {} }}", self.root(row, field, Relation::Nowhere));
        let answer = self.stage.cast.ask(&self.client, &document).await;
        self.cells += 1;
        match self.denied(row) {
            true => self.is_denied(row, &answer),
            false => {
                assert!(!is_access_denied(row, &answer), "{} by {:?}: {answer}", row.root, self.scopes())
            }
        }
        assert_eq!(answer["data"].is_null(), answer["errors"].is_array(), "{answer}");
    }

    fn check(&mut self, row: &Row, relation: Relation, answers: &BTreeMap<Relation, Value>, mutates: bool) {
        self.cells += 1;
        let answer = &answers[&relation];
        let told =
            format!("{} for {relation:?} by {:?}: {}", row.root, self.scopes(), self.said(row, answer));
        if self.denied(row) {
            return self.is_denied(row, answer);
        }
        assert!(!is_access_denied(row, answer), "{told}");
        let Some(seen) = self.seen(row, relation, mutates) else { return };
        let nowhere = self.said(row, &answers[&Relation::Nowhere]);
        if mutates {
            match row.about {
                About::WorkOpenly if !seen && relation.is_here() => {
                    let words = "The api_client does not have access to the fulfillment order.";
                    assert!(told.contains(words), "{told}");
                }
                _ => assert_eq!(self.said(row, answer) != nowhere, seen, "{told}"),
            }
        } else {
            assert_eq!(!answer["data"][row.root].is_null(), seen, "{told}");
        }
    }

    /// Whether the client is answered about what stands in that relation to it; `None` if the table doesn't say.
    fn seen(&self, row: &Row, relation: Relation, mutates: bool) -> Option<bool> {
        use Permission::*;
        let of_work = |reading: bool| {
            let needed = match (relation, reading) {
                (Relation::Here | Relation::There, true) => ReadMerchantWork,
                (Relation::Own, true) => ReadAssignedWork,
                (Relation::OtherService, true) => ReadThirdPartyWork,
                (Relation::Here | Relation::There, false) => WriteMerchantWork,
                (Relation::Own, false) => WriteAssignedWork,
                (Relation::OtherService, false) => WriteThirdPartyWork,
                (Relation::OtherShop | Relation::Nowhere, _) => return false,
            };
            self.permissions.has(needed)
        };
        match row.about {
            About::Nothing => None,
            About::Work | About::WorkOpenly => Some(of_work(!mutates)),
            About::ParcelOfWork => Some(of_work(true)),
            About::Parcel => Some(of_work(true) || (relation.is_here() && self.permissions.has(ReadOrders))),
            About::OfShop => Some(relation.is_here()),
        }
    }

    fn is_denied(&self, row: &Row, answer: &Value) {
        let told = || format!("{} by {:?}: {}", row.root, self.scopes(), self.said(row, answer));
        assert!(answer["data"][row.root].is_null(), "{}", told());
        let error = errors_of(row, answer).next().unwrap_or_else(|| panic!("{}", told()));
        let message = error["message"].as_str().unwrap();
        let extensions = &error["extensions"];
        let requires = extensions["requiredAccess"].as_str().unwrap_or_default();
        assert_eq!(extensions["code"], "ACCESS_DENIED", "{}", told());
        assert_eq!(message, format!("Access denied for {} field. Required access: {requires}", row.root));
        let asked: BTreeSet<&str> = requires.split('`').skip(1).step_by(2).collect();
        assert!(named(row.needs).iter().all(|scope| asked.contains(scope.as_str())), "{}", told());
        let known: Vec<&str> = asked.iter().copied().filter(|scope| !named(&[scope]).is_empty()).collect();
        assert_eq!(known.len(), named(row.needs).len(), "{requires} is not {:?}", row.needs);
    }

    /// What a root was answered, with the names of things instead of their ids.
    fn said(&self, row: &Row, answer: &Value) -> String {
        let errors: Vec<&Value> = errors_of(row, answer).map(|error| &error["message"]).collect();
        nameless(&format!("{} {errors:?}", answer["data"][row.root]), &BTreeMap::new())
    }

    /// A root with its arguments and what may be asked of every payload.
    fn root(&self, row: &Row, field: &Field, relation: Relation) -> String {
        let arguments = match row.arguments {
            "" => {
                let required = field.args.iter().filter(|(_, arg)| arg.required());
                let given =
                    required.map(|(name, arg)| format!("{name}: {}", self.anything(name, &arg.shown)));
                given.collect::<Vec<_>>().join(", ")
            }
            said => self.stage.fill(said, relation),
        };
        let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
        let selection = match self.types.field(inner(&field.shown), "userErrors") {
            Some(_) => " { userErrors { field message } }",
            None if self.types.composite(&field.shown) => " { __typename }",
            None => "",
        };
        format!("{}{arguments}{selection}", row.root)
    }

    /// A value of that type: what is required of it, and ids of nothing.
    fn anything(&self, name: &str, shown: &str) -> String {
        let shown = shown.trim_end_matches('!');
        if let Some(inside) = shown.strip_prefix('[') {
            return format!("[{}]", self.anything(name, &inside[..inside.len() - 1]));
        }
        let ty = self.types.get(shown);
        match (shown, ty.kind.as_str()) {
            ("ID", _) => format!("\"gid://shopify/{}/{NOWHERE}\"", kind_of(name)),
            ("Int" | "Float", _) => "1".to_owned(),
            ("Boolean", _) => "true".to_owned(),
            ("DateTime", _) => "\"2099-01-01T00:00:00Z\"".to_owned(),
            ("URL", _) => "\"https://app.example/hook\"".to_owned(),
            ("Decimal" | "Money", _) => "\"1.00\"".to_owned(),
            (_, "ENUM") => ty.values[0].clone(),
            (_, "INPUT_OBJECT") if ty.one_of => {
                let one = ty.inputs.iter().take(1);
                let given = one.map(|(name, input)| format!("{name}: {}", self.anything(name, &input.shown)));
                format!("{{ {} }}", given.collect::<String>())
            }
            (_, "INPUT_OBJECT") => {
                let required = ty.inputs.iter().filter(|(_, input): &(&String, &Input)| input.required());
                let given =
                    required.map(|(name, input)| format!("{name}: {}", self.anything(name, &input.shown)));
                format!("{{ {} }}", given.collect::<Vec<_>>().join(", "))
            }
            _ => "\"x\"".to_owned(),
        }
    }
}

/// The kind of thing that an argument of that name is an id of; only the form of it matters.
fn kind_of(name: &str) -> &'static str {
    match name {
        "locationId" => "Location",
        "orderId" => "Order",
        "fulfillmentId" => "Fulfillment",
        "inventoryItemId" => "InventoryItem",
        "variantId" => "ProductVariant",
        _ => "Order",
    }
}

/// The errors of the answer that a root is to blame for.
fn errors_of<'a>(row: &'a Row, answer: &'a Value) -> impl Iterator<Item = &'a Value> {
    let errors = answer["errors"].as_array().into_iter().flatten();
    errors.filter(|error| {
        error["path"][0] == row.root && error["path"].as_array().is_some_and(|path| path.len() == 1)
    })
}

fn is_access_denied(row: &Row, answer: &Value) -> bool {
    errors_of(row, answer).any(|error| error["extensions"]["code"] == "ACCESS_DENIED")
}
