//! What differs between two schemas: one that is published somewhere, and the one that we serve.
//!
//! Everything is named by its coordinate, as the GraphQL specification writes them: `Order`, `Order.name`,
//! `Order.lines(first:)`, `Color.RED`, `@once`. Descriptions aren't compared, nor is the order of anything.

use std::fmt;

use crate::introspect::is_shown;
use crate::schema::*;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The coordinate of what differs.
    pub at: String,
    /// How it differs.
    pub how: How,
}

/// How something differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It is published, and not there. What lies below it isn't told on its own.
    Missing(Part),
    /// It is there, and not published.
    Unpublished(Part),
    /// It is both, but not the same.
    Differs {
        /// In what respect.
        aspect: Aspect,
        /// What is published, as written; empty for nothing.
        published: String,
        /// What is there.
        ours: String,
    },
}

/// What a schema is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A type of any kind.
    Type,
    /// A field of an object or an interface.
    Field,
    /// An argument of a field or a directive.
    Argument,
    /// A field of an input object.
    InputField,
    /// A value of an enum.
    EnumValue,
    /// A directive.
    Directive,
}

/// In what respect two things of one name may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// The kind of a type: object, enum, …
    Kind,
    /// The type of a field, argument or input field, wrappers included.
    Type,
    /// The default of an argument or input field.
    Default,
    /// Whether it is deprecated.
    Deprecation,
    /// The interfaces that a type implements.
    Interfaces,
    /// The members of a union.
    Members,
    /// Where a directive may stand.
    Locations,
}

impl Part {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Part::Type => "type",
            Part::Field => "field",
            Part::Argument => "argument",
            Part::InputField => "input field",
            Part::EnumValue => "enum value",
            Part::Directive => "directive",
        }
    }
}

impl Aspect {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Aspect::Kind => "kind",
            Aspect::Type => "type",
            Aspect::Default => "default",
            Aspect::Deprecation => "deprecation",
            Aspect::Interfaces => "interfaces",
            Aspect::Members => "members",
            Aspect::Locations => "locations",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, how } = self;
        let or_nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        match how {
            How::Missing(part) => write!(out, "{at}: the {} is missing", part.name()),
            How::Unpublished(part) => write!(out, "{at}: no such {} is published", part.name()),
            How::Differs { aspect, published, ours } => {
                let (published, ours) = (or_nothing(published), or_nothing(ours));
                write!(out, "{at}: the {} is {ours}, published is {published}", aspect.name())
            }
        }
    }
}

/// What differs between `ours` and `published`, by coordinate.
pub(crate) fn differences(ours: &SchemaData, published: &SchemaData) -> Vec<Difference> {
    let mut pair = Pair { ours, published, found: Vec::new() };
    let shown = |schema: &'_ SchemaData, name: &str| schema.types.get(name).is_some_and(is_shown);
    for theirs in published.types.iter().filter(|ty| is_shown(ty)) {
        match ours.types.get(&theirs.name).filter(|ty| is_shown(ty)) {
            Some(own) => pair.types(own, theirs),
            None => pair.found(&theirs.name, How::Missing(Part::Type)),
        }
    }
    for own in ours.types.iter().filter(|ty| is_shown(ty)) {
        if !shown(published, &own.name) {
            pair.found(&own.name, How::Unpublished(Part::Type));
        }
    }
    pair.directives();
    pair.found.sort_by(|one, two| one.at.cmp(&two.at));
    pair.found
}

/// The coordinates of everything that `schema` declares beyond the language's own types.
pub(crate) fn coordinates(schema: &SchemaData) -> Vec<(String, Part)> {
    let mut all = Vec::new();
    for ty in schema.types.iter().filter(|ty| is_shown(ty) && !ty.name.starts_with("__")) {
        all.push((ty.name.to_string(), Part::Type));
        for field in ty.fields.iter() {
            let at = format!("{}.{}", ty.name, field.name);
            all.extend(field.args.iter().map(|arg| (format!("{at}({}:)", arg.name), Part::Argument)));
            all.push((at, Part::Field));
        }
        all.extend(ty.inputs.iter().map(|def| (format!("{}.{}", ty.name, def.name), Part::InputField)));
        all.extend(ty.values.iter().map(|def| (format!("{}.{}", ty.name, def.name), Part::EnumValue)));
    }
    all.sort();
    all
}

struct Pair<'s> {
    ours: &'s SchemaData,
    published: &'s SchemaData,
    found: Vec<Difference>,
}

impl Pair<'_> {
    fn found(&mut self, at: &str, how: How) {
        self.found.push(Difference { at: at.to_owned(), how });
    }

    fn same(&mut self, at: &str, aspect: Aspect, ours: String, published: String) {
        if ours != published {
            self.found(at, How::Differs { aspect, published, ours });
        }
    }

    fn types(&mut self, own: &TypeDef, theirs: &TypeDef) {
        let name = &*own.name;
        self.same(name, Aspect::Kind, own.kind.label().to_owned(), theirs.kind.label().to_owned());
        let (ours, published) = (self.ours, self.published);
        let interfaces = |schema: &SchemaData, ty: &TypeDef| names(schema, &ty.interfaces);
        self.same(name, Aspect::Interfaces, interfaces(ours, own), interfaces(published, theirs));
        if own.kind == Kind::Union && theirs.kind == Kind::Union {
            self.same(name, Aspect::Members, names(ours, &own.possible), names(published, &theirs.possible));
        }
        for (at, own, theirs) in self.both(name, Part::Field, &own.fields, &theirs.fields, |def| &def.name) {
            self.same(&at, Aspect::Type, ours.show(&own.ty), published.show(&theirs.ty));
            self.deprecation(&at, &own.deprecated, &theirs.deprecated);
            self.inputs(&at, Part::Argument, &own.args, &theirs.args);
        }
        self.inputs(name, Part::InputField, &own.inputs, &theirs.inputs);
        let values = self.both(name, Part::EnumValue, &own.values, &theirs.values, |def| &def.name);
        for (at, own, theirs) in values {
            self.deprecation(&at, &own.deprecated, &theirs.deprecated);
        }
    }

    fn inputs(&mut self, of: &str, part: Part, own: &Named<InputDef>, theirs: &Named<InputDef>) {
        for (at, own, theirs) in self.both(of, part, own, theirs, |def| &def.name) {
            self.same(&at, Aspect::Type, self.ours.show(&own.ty), self.published.show(&theirs.ty));
            let default = |def: &InputDef| def.default.as_ref().map(|(text, _)| text.clone());
            let (own_default, their_default) = (default(own), default(theirs));
            self.same(
                &at,
                Aspect::Default,
                own_default.unwrap_or_default(),
                their_default.unwrap_or_default(),
            );
            self.deprecation(&at, &own.deprecated, &theirs.deprecated);
        }
    }

    fn deprecation(&mut self, at: &str, own: &Option<String>, theirs: &Option<String>) {
        let told = |reason: &Option<String>| if reason.is_some() { "deprecated" } else { "" }.to_owned();
        self.same(at, Aspect::Deprecation, told(own), told(theirs));
    }

    fn directives(&mut self) {
        let (ours, published) = (self.ours, self.published);
        for theirs in published.directives.iter() {
            let at = format!("@{}", theirs.name);
            let Some(own) = ours.directives.get(&theirs.name) else {
                self.found(&at, How::Missing(Part::Directive));
                continue;
            };
            let sorted = |locations: &[String]| {
                let mut locations = locations.to_vec();
                locations.sort();
                locations.join(" | ")
            };
            self.same(&at, Aspect::Locations, sorted(&own.locations), sorted(&theirs.locations));
            self.inputs(&at, Part::Argument, &own.args, &theirs.args);
        }
        for own in ours.directives.iter().filter(|own| published.directives.get(&own.name).is_none()) {
            self.found(&format!("@{}", own.name), How::Unpublished(Part::Directive));
        }
    }

    /// What both have, with its coordinate; what only one has is noted.
    fn both<'d, T>(
        &mut self,
        of: &str,
        part: Part,
        own: &'d Named<T>,
        theirs: &'d Named<T>,
        name: impl Fn(&T) -> &str,
    ) -> Vec<(String, &'d T, &'d T)> {
        let at = |name: &str| match part {
            Part::Argument => format!("{of}({name}:)"),
            _ => format!("{of}.{name}"),
        };
        for own in own.iter().filter(|own| theirs.get(name(own)).is_none()) {
            self.found(&at(name(own)), How::Unpublished(part));
        }
        let mut both = Vec::new();
        for theirs in theirs.iter() {
            match own.get(name(theirs)) {
                Some(own) => both.push((at(name(theirs)), own, theirs)),
                None => self.found(&at(name(theirs)), How::Missing(part)),
            }
        }
        both
    }
}

fn names(schema: &SchemaData, ids: &[TypeId]) -> String {
    let mut names: Vec<&str> = ids.iter().map(|id| &*schema.ty(*id).name).collect();
    names.sort_unstable();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::Schema;

    const PUBLISHED: &str = "directive @once(key: String!) on FIELD
        interface Node { id: ID! }
        union Pet = Cat | Dog
        type Query { cats(first: Int = 10, mood: Mood): [Cat!]! pet: Pet old: Int @deprecated(reason: \"gone\") }
        type Cat implements Node { id: ID! name: String! }
        type Dog { id: ID! }
        enum Mood { CALM CROSS }
        input Wish { what: String! when: String }";

    fn found(ours: &str) -> Vec<String> {
        let parse = |text: &str| Schema::parse(text, "1").unwrap();
        parse(ours).differences(&parse(PUBLISHED)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_schema_does_not_differ_from_itself() {
        assert_eq!(found(PUBLISHED), [""; 0]);
    }

    #[test]
    fn every_difference_is_told_once_with_its_coordinate() {
        let replaced = |from: &str, to: &str| {
            assert!(PUBLISHED.contains(from), "{from}");
            found(&PUBLISHED.replace(from, to))
        };
        let cases: &[(&str, &str, &[&str])] = &[
            ("name: String!", "", &["Cat.name: the field is missing"]),
            ("name: String!", "name: String! age: Int", &["Cat.age: no such field is published"]),
            ("name: String!", "name: String", &["Cat.name: the type is String, published is String!"]),
            ("[Cat!]!", "[Cat]!", &["Query.cats: the type is [Cat]!, published is [Cat!]!"]),
            (", mood: Mood", "", &["Query.cats(mood:): the argument is missing"]),
            (
                "first: Int = 10",
                "first: Int",
                &["Query.cats(first:): the default is nothing, published is 10"],
            ),
            ("CROSS", "", &["Mood.CROSS: the enum value is missing"]),
            ("CROSS", "CROSS WILD", &["Mood.WILD: no such enum value is published"]),
            ("when: String", "", &["Wish.when: the input field is missing"]),
            ("what: String!", "what: String", &["Wish.what: the type is String, published is String!"]),
            (
                " @deprecated(reason: \"gone\")",
                "",
                &["Query.old: the deprecation is nothing, published is deprecated"],
            ),
            ("Cat implements Node", "Cat", &["Cat: the interfaces is nothing, published is Node"]),
            ("Cat | Dog", "Cat", &["Pet: the members is Cat, published is Cat, Dog"]),
            ("input Wish { what: String! when: String }", "", &["Wish: the type is missing"]),
            ("input Wish", "type Hope { a: Int } input Wish", &["Hope: no such type is published"]),
            ("directive @once(key: String!) on FIELD", "", &["@once: the directive is missing"]),
            ("@once(key: String!)", "@once", &["@once(key:): the argument is missing"]),
            ("on FIELD", "on QUERY", &["@once: the locations is QUERY, published is FIELD"]),
        ];
        for (from, to, expected) in cases {
            assert_eq!(replaced(from, to), *expected, "{from} -> {to}");
        }
        let kind = found(&PUBLISHED.replace("enum Mood { CALM CROSS }", "input Mood { CALM: Int }"));
        assert!(kind.contains(&"Mood: the kind is INPUT_OBJECT, published is ENUM".to_owned()), "{kind:?}");
    }
}
