//! `WebhookSubscription`: listeners in this API's shape. What a mutation says of one is read in `input`.

use domain::id::ListenerId;
use domain::listener::Listener;
use engine::{Engine, Error};
use graphql::{Field, FieldError, Input, Object, Out};
use serde::{Deserialize, Serialize};

use crate::data::Data;
use crate::id::gid;
use crate::query::searched;
use crate::search::Fact;
use crate::shop::ApiVersion;
use crate::version;
use crate::words::{self, missing, text};

mod input;

pub(crate) use input::{create, delete, update};

/// What messages are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Format {
    #[default]
    Json,
    Xml,
}

impl Format {
    /// The format of that name.
    fn parse(name: &str) -> Option<Self> {
        [Self::Json, Self::Xml].into_iter().find(|format| format.name() == name)
    }

    /// Its name in the schema.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Xml => "XML",
        }
    }

    /// What a message says that it is.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

/// What this dialect keeps with a listener.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// What messages are written in.
    pub(crate) format: Format,
    /// The members of a payload that are sent; none means all.
    pub(crate) include_fields: Vec<String>,
    /// The filter as it was written; the listener has it in the form that counts.
    filter: Option<String>,
    /// The namespaces of which programs' fields are told too, as they were said.
    pub(crate) metafield_namespaces: Vec<String>,
    /// Single fields that are told too: (namespace, key), as they are kept.
    pub(crate) metafields: Vec<(String, String)>,
    /// The version in which it was last saved.
    api_version: String,
}

impl Settings {
    /// The settings of a listener.
    pub(crate) fn of(listener: &Listener) -> Self {
        Self::deserialize(&listener.settings).unwrap_or_default()
    }

    /// The version that payloads are told in.
    pub(crate) fn version(&self) -> &'static str {
        version::served(&self.api_version)
    }
}

/// A listener.
pub(crate) struct SubscriptionNode<'d>(pub(crate) &'d Listener);

impl Object for SubscriptionNode<'_> {
    fn type_name(&self) -> &'static str {
        "WebhookSubscription"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let listener = self.0;
        let settings = || Settings::of(listener);
        Ok(match field.name() {
            "apiVersion" => Out::object(ApiVersion(settings().version())),
            "callbackUrl" | "uri" => Out::from(&listener.url),
            "createdAt" => Out::from(words::time(listener.created_at)),
            "endpoint" => Out::object(Endpoint(&listener.url)),
            "filter" => settings().filter.map_or(Out::Null, Out::from),
            "format" => Out::from(settings().format.name()),
            "id" => Out::from(gid("WebhookSubscription", listener.id.0)),
            "includeFields" => Out::list(settings().include_fields),
            "legacyResourceId" => Out::from(listener.id.0.to_string()),
            "metafields" => Out::objects(settings().metafields.into_iter().map(Identifier)),
            "metafieldNamespaces" => Out::list(settings().metafield_namespaces),
            "name" => text(&listener.name),
            "topic" => Out::from(&listener.topic),
            "updatedAt" => Out::from(words::time(listener.updated_at)),
            other => return Err(missing("WebhookSubscription", other)),
        })
    }
}

/// A field of a program that a listener named: (namespace, key).
struct Identifier((String, String));

impl Object for Identifier {
    fn type_name(&self) -> &'static str {
        "WebhookSubscriptionMetafieldIdentifier"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let (namespace, key) = &self.0;
        Ok(match field.name() {
            "key" => Out::from(key),
            "namespace" => Out::from(namespace),
            other => return Err(missing("WebhookSubscriptionMetafieldIdentifier", other)),
        })
    }
}

/// Where messages go. This server only delivers by HTTP, so the union's other two are never made.
struct Endpoint<'d>(&'d String);

impl Object for Endpoint<'_> {
    fn type_name(&self) -> &'static str {
        "WebhookHttpEndpoint"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "callbackUrl" => Out::from(self.0),
            other => return Err(missing("WebhookHttpEndpoint", other)),
        })
    }
}

/// The caller's listeners that listen to this API; those that listen to another are none of its subscriptions.
pub(crate) async fn known(engine: &Engine, data: &Data) -> Result<Vec<Listener>, Error> {
    let mut listeners = engine.listeners(&data.shop, &data.actor).await?;
    listeners.retain(|listener| listener.dialect == crate::NAME);
    Ok(listeners)
}

/// The listeners that a list's arguments ask for.
pub(crate) fn found(data: &mut Data, field: &Field<'_>) -> Vec<ListenerId> {
    let names = ["created_at", "format", "id", "topic", "updated_at", "uri"];
    let search = searched(data, field, |query, context| query.for_fields(&names, context));
    let topics: Option<Vec<&str>> = field
        .arg("topics")
        .and_then(Input::as_list)
        .map(|topics| topics.iter().filter_map(Input::as_str).collect());
    let address = field.str_arg("uri").or_else(|| field.str_arg("callbackUrl"));
    let shown = |listener: &&Listener| {
        topics.as_ref().is_none_or(|topics| topics.contains(&listener.topic.as_str()))
            && address.is_none_or(|address| listener.url == address)
            && field.str_arg("format").is_none_or(|format| format == Settings::of(listener).format.name())
            && search.matches(&|name| fact(listener, name))
    };
    let mut found: Vec<&Listener> = data.listeners.iter().filter(shown).collect();
    match field.str_arg("sortKey") {
        Some("ID") => found.sort_by_key(|listener| listener.id),
        _ => found.sort_by_key(|listener| (listener.created_at, listener.id)),
    }
    found.iter().map(|listener| listener.id).collect()
}

fn fact<'a>(listener: &'a Listener, name: &str) -> Fact<'a> {
    match name {
        "created_at" => Fact::At(listener.created_at),
        "format" => Fact::Text(Some(Settings::of(listener).format.name())),
        "id" => Fact::Number(listener.id.0),
        "topic" => Fact::Text(Some(&listener.topic)),
        "updated_at" => Fact::At(listener.updated_at),
        "uri" => Fact::Text(Some(&listener.url)),
        // Bare words look at everything that people write.
        _ => {
            let mut texts = vec![listener.topic.as_str(), &listener.url];
            texts.extend(listener.name.as_deref());
            Fact::Words(texts)
        }
    }
}
