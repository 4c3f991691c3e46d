//! One list of facts makes two types: what happened, and of what kind that is.

/// Makes `Fact` and `FactKind` of a list of variants, each with its name as stored.
macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* $(,)? } = $text:literal),* $(,)?) => {
        /// What happened.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Fact {
            $($(#[$doc])* $name { $($(#[$fdoc])* $field: $ty),* }),*
        }
        /// The kind of a [`Fact`], without its contents.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FactKind { $($(#[$doc])* $name),* }
        impl FactKind {
            /// Every kind.
            pub const ALL: &'static [FactKind] = &[$(FactKind::$name),*];
            /// The name, as stored.
            pub fn as_str(self) -> &'static str {
                match self { $(FactKind::$name => $text),* }
            }
        }
        impl Fact {
            /// Its kind.
            pub fn kind(&self) -> FactKind {
                match self { $(Fact::$name { .. } => FactKind::$name),* }
            }
        }
    };
}

pub(super) use facts;
