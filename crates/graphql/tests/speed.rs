//! What a page costs in time. Ignored, since it measures:
//! `cargo test -p graphql --release --test speed -- --ignored --nocapture`

use std::time::Instant;

use graphql::{Field, FieldError, Object, Out, Schema};
use serde_json::Map;

const NODES: usize = 50;

fn sdl() -> String {
    let fields: String = (0..20).map(|n| format!("field{n}: String\n")).collect();
    format!(
        "type Query {{ page(first: Int): ThingConnection! }}
         type ThingConnection {{ nodes: [Thing!]! pageInfo: PageInfo! }}
         type PageInfo {{ hasNextPage: Boolean! }}
         type Thing {{ id: ID! {fields} count: Int! open: Boolean! owner: Owner! }}
         type Owner {{ id: ID! name: String! }}"
    )
}

fn document() -> String {
    let fields: String = (0..20).map(|n| format!("field{n} ")).collect();
    format!(
        "{{ page(first: 50) {{ nodes {{ id {fields} count open owner {{ id name }} }} pageInfo {{ hasNextPage }} }} }}"
    )
}

struct Page(Vec<Thing>);
struct Thing {
    id: String,
    texts: Vec<String>,
}
struct Owner<'t>(&'t Thing);

impl Object for Page {
    fn type_name(&self) -> &'static str {
        "ThingConnection"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "nodes" => Out::List(self.0.iter().map(|thing| Out::Ref(thing)).collect()),
            _ => Out::Json(serde_json::json!({"hasNextPage": true})),
        })
    }
}

impl Object for Thing {
    fn type_name(&self) -> &'static str {
        "Thing"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => (&self.id).into(),
            "count" => Out::Int(123_456),
            "open" => Out::Bool(true),
            "owner" => Out::object(Owner(self)),
            other => {
                let number = other.strip_prefix("field").and_then(|number| number.parse::<usize>().ok());
                Out::from(number.and_then(|number| self.texts.get(number)))
            }
        })
    }
}

impl Object for Owner<'_> {
    fn type_name(&self) -> &'static str {
        "Owner"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => (&self.0.id).into(),
            _ => "An owner's name".into(),
        })
    }
}

fn micros(label: &str, runs: u32, mut work: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        (0..runs).for_each(|_| work());
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(runs));
    }
    println!("{label}: {best:.1} µs");
}

#[test]
#[ignore = "measures"]
fn a_page_of_fifty() {
    let schema = Schema::parse(&sdl(), "1").expect("schema");
    let document = document();
    let thing = |n: usize| Thing {
        id: format!("gid://zoo/Thing/{n}"),
        texts: (0..20).map(|field| format!("text number {field} of thing {n}")).collect(),
    };
    let page = Page((0..NODES).map(thing).collect());
    let none = Map::new();
    micros("prepare, cached", 10_000, || drop(schema.prepare(&document).expect("valid")));
    let mut number = 0;
    micros("prepare, new", 1_000, || {
        number += 1;
        drop(schema.prepare(&format!("{document} #{number}")).expect("valid"));
    });
    let prepared = schema.prepare(&document).expect("valid");
    micros("bind", 10_000, || drop(prepared.bind(None, &none).expect("bound")));
    let bound = prepared.bind(None, &none).expect("bound");
    let root = bound.roots().next().expect("a root");
    let size = bound.render(&root, Ok(Out::Ref(&page))).json.len();
    micros(&format!("render {NODES} nodes of 25 fields, {size} bytes"), 1_000, || {
        drop(bound.render(&root, Ok(Out::Ref(&page))));
    });
}
