//! Rows of the table of routes: a method and a path, and the document of the other API that says the same.
//!
//! The document's aliases are the keys of the answer, and its selection says what must be loaded. Scopes, rules and
//! wordings come with it: nothing is decided here.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::member::Member;
use super::show::{self, Show};
use crate::mutation::Planned;

/// What is done with what a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

/// One method of one path.
#[derive(Clone, Copy)]
pub(super) struct Route {
    verb: Verb,
    /// Steps joined by slashes, without the `.json` at the end; `{name}` stands for a number.
    path: &'static str,
    /// One root of the GraphQL API.
    pub(super) document: &'static str,
    /// Its variables.
    pub(super) variables: &'static [Member],
    pub(super) find: Find,
    /// What is done, if the other API has no root for it; the document then says what it asks for, and no more.
    pub(super) does: Option<fn(&Value) -> Planned>,
    pub(super) show: Show,
    pub(super) status: StatusCode,
}

/// How a question is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Find {
    /// By the document's root.
    Root,
    /// By the order that the path names, for those who may ask for the document's root: programs that see work and
    /// fulfillments of an order need not be allowed to see the order.
    Order,
}

impl Route {
    const fn new(
        verb: Verb,
        path: &'static str,
        document: &'static str,
        variables: &'static [Member],
    ) -> Self {
        Self {
            verb,
            path,
            document,
            variables,
            find: Find::Root,
            does: None,
            show: show::whole,
            status: StatusCode::OK,
        }
    }

    pub(super) const fn get(
        path: &'static str,
        document: &'static str,
        variables: &'static [Member],
    ) -> Self {
        Self::new(Verb::Get, path, document, variables)
    }

    pub(super) const fn post(
        path: &'static str,
        document: &'static str,
        variables: &'static [Member],
    ) -> Self {
        Self::new(Verb::Post, path, document, variables)
    }

    pub(super) const fn put(
        path: &'static str,
        document: &'static str,
        variables: &'static [Member],
    ) -> Self {
        Self::new(Verb::Put, path, document, variables)
    }

    pub(super) const fn delete(
        path: &'static str,
        document: &'static str,
        variables: &'static [Member],
    ) -> Self {
        Self { show: show::nothing, ..Self::new(Verb::Delete, path, document, variables) }
    }

    /// What is shown of the answer, if not all of it.
    pub(super) const fn shows(self, show: Show) -> Self {
        Self { show, ..self }
    }

    /// It does something that the other API has no root for.
    pub(super) const fn does(self, does: fn(&Value) -> Planned) -> Self {
        Self { does: Some(does), ..self }
    }

    /// It makes something, and says so.
    pub(super) const fn makes(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }

    /// It is about the order that the path names.
    pub(super) const fn of_order(self) -> Self {
        Self { find: Find::Order, ..self }
    }

    /// Whether the path names a thing.
    pub(super) fn names_something(&self) -> bool {
        self.path.contains('{')
    }

    /// The numbers in a path, if it is this one.
    fn matches(&self, verb: Verb, path: &str) -> Option<Map<String, Value>> {
        let path = path.strip_suffix(".json")?;
        if verb != self.verb {
            return None;
        }
        let mut numbers = Map::new();
        let (mut own, mut asked) = (self.path.split('/'), path.split('/'));
        loop {
            match (own.next(), asked.next()) {
                (None, None) => return Some(numbers),
                (Some(own), Some(asked)) => match own.strip_prefix('{').and_then(|own| own.strip_suffix('}'))
                {
                    Some(name) => {
                        let number = asked.parse::<i64>().ok().filter(|number| *number > 0)?;
                        numbers.insert(name.to_owned(), number.into());
                    }
                    None if own == asked => {}
                    None => return None,
                },
                _ => return None,
            }
        }
    }
}

/// The route of a request, and the numbers in its path.
pub(super) fn find(method: &Method, path: &str) -> Option<(&'static Route, Map<String, Value>)> {
    let verb = match *method {
        Method::GET => Verb::Get,
        Method::POST => Verb::Post,
        Method::PUT => Verb::Put,
        Method::DELETE => Verb::Delete,
        _ => return None,
    };
    let mut routes = super::table::ROUTES.iter().copied().flatten();
    routes.find_map(|route| Some((route, route.matches(verb, path)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::{VERSIONS, schema};

    #[test]
    fn a_path_is_found_by_its_steps() {
        let (route, numbers) = find(&Method::GET, "orders/7/fulfillments/8.json").unwrap();
        assert_eq!(route.path, "orders/{order_id}/fulfillments/{id}");
        assert_eq!(Value::Object(numbers), serde_json::json!({"order_id": 7, "id": 8}));
        for bad in
            ["orders/7", "orders/x.json", "orders/0.json", "orders/-1.json", "orders/7/8.json", ".json", ""]
        {
            assert!(find(&Method::GET, bad).is_none(), "{bad}");
        }
        assert!(find(&Method::PATCH, "orders/7.json").is_none());
    }

    #[test]
    fn every_document_has_one_root_in_every_version() {
        let mut seen = std::collections::BTreeSet::new();
        for route in super::super::table::ROUTES.iter().copied().flatten() {
            for version in VERSIONS {
                let prepared = schema(version).unwrap().prepare(route.document);
                assert!(prepared.is_ok(), "{} {version}: {:?}", route.path, prepared.err());
            }
            assert!(seen.insert((route.verb, route.path)), "{} twice", route.path);
        }
        assert!(seen.len() > 40);
    }
    #[test]
    fn every_route_is_in_the_documentation() {
        let page = include_str!("../../../../docs/shopify-rest.md");
        for route in super::super::table::ROUTES.iter().copied().flatten() {
            let name = format!("`{} {}`", format!("{:?}", route.verb).to_uppercase(), route.path);
            assert!(page.contains(&name), "docs/shopify-rest.md doesn't name {name}");
        }
    }
}
