//! `Shop`, `App`, versions, counts and jobs.

use domain::actor::{Actor, Permission};
use domain::id::AppId;
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::service::ServiceNode;
use crate::version::{self, VERSIONS};
use crate::words::missing;

/// The shop.
pub(crate) struct ShopNode<'d>(pub(crate) &'d Data);

impl Object for ShopNode<'_> {
    fn type_name(&self) -> &'static str {
        "Shop"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let shop = &self.0.shop;
        Ok(match field.name() {
            "contactEmail" | "email" => Out::from(&shop.email),
            "currencyCode" => Out::from(shop.currency.code()),
            "fulfillmentServices" => {
                let services = self.0.services.iter().map(|service| ServiceNode::of(self.0, service));
                Out::objects(std::iter::once(ServiceNode::manual(self.0)).chain(services))
            }
            "ianaTimezone" => Out::from(&shop.time_zone),
            "id" => Out::from(gid("Shop", shop.id.0)),
            "myshopifyDomain" => Out::from(&shop.domain),
            "name" => Out::from(&shop.name),
            "url" => Out::from(format!("https://{}", shop.domain)),
            "weightUnit" => Out::from("KILOGRAMS"),
            _ => return crate::shop_beside::field(self.0, field),
        })
    }
}

/// A program.
pub(crate) struct AppNode<'d> {
    pub(crate) id: AppId,
    pub(crate) title: &'d str,
}

impl Object for AppNode<'_> {
    fn type_name(&self) -> &'static str {
        "App"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "apiKey" => Out::from(format!("{:032x}", self.id.0)),
            // Whoever runs the server knows who wrote its programs.
            "developerName" => Out::Null,
            // Programs are nowhere shown or sold here.
            "embedded" | "isPostPurchaseAppInUse" | "published" => Out::Bool(false),
            "handle" => Out::from(handle(self.title)),
            "id" => Out::from(gid("App", self.id.0)),
            "title" => Out::from(self.title),
            other => return Err(missing("App", other)),
        })
    }
}

/// A name as an identifier: lower case, words joined by hyphens.
pub(crate) fn handle(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// The program that asks, as it is installed in the shop.
pub(crate) struct Installation<'d>(pub(crate) &'d Data);

impl Object for Installation<'_> {
    fn type_name(&self) -> &'static str {
        "AppInstallation"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let id = self.0.app().unwrap_or(AppId(0));
        Ok(match field.name() {
            "accessScopes" => match &self.0.actor {
                Actor::System => Out::objects(Permission::ALL.iter().copied().map(Scope)),
                Actor::App(app) => Out::objects(app.permissions.iter().map(Scope)),
            },
            "app" => Out::object(AppNode { id, title: &self.0.app_name }),
            "id" => Out::from(gid("AppInstallation", id.0)),
            "launchUrl" => {
                Out::from(format!("https://{}/admin/apps/{}", self.0.shop.domain, handle(&self.0.app_name)))
            }
            // A program goes when its keys are revoked, by the command line.
            "uninstallUrl" => Out::Null,
            other => return Err(missing("AppInstallation", other)),
        })
    }
}

struct Scope(Permission);

impl Object for Scope {
    fn type_name(&self) -> &'static str {
        "AccessScope"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "handle" => Out::from(self.0.as_str()),
            "description" => Out::from(self.0.as_str().replace('_', " ")),
            other => return Err(missing("AccessScope", other)),
        })
    }
}

/// A version of the API.
pub(crate) struct ApiVersion(pub(crate) &'static str);

impl ApiVersion {
    /// Every version that is served.
    pub(crate) fn all() -> impl Iterator<Item = ApiVersion> {
        VERSIONS.iter().map(|version| ApiVersion(version))
    }
}

impl Object for ApiVersion {
    fn type_name(&self) -> &'static str {
        "ApiVersion"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "displayName" => Out::from(version::display_name(self.0)),
            "handle" => Out::from(self.0),
            "supported" => Out::Bool(version::is_stable(self.0)),
            other => return Err(missing("ApiVersion", other)),
        })
    }
}

/// How many of something there are.
pub(crate) struct Count {
    count: i64,
    at_least: bool,
}

impl Count {
    /// Exactly so many.
    pub(crate) fn exact(count: i64) -> Self {
        Self { count, at_least: false }
    }

    /// So many, and maybe more if it is the most that was counted.
    pub(crate) fn up_to(count: i64, most: i64) -> Self {
        Self { count, at_least: count >= most }
    }
}

impl Object for Count {
    fn type_name(&self) -> &'static str {
        "Count"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "count" => Out::Int(self.count),
            "precision" => Out::from(if self.at_least { "AT_LEAST" } else { "EXACT" }),
            other => return Err(missing("Count", other)),
        })
    }
}

/// Work that was asked for and is done by the time it is answered.
pub(crate) struct Job(pub(crate) i64);

impl Object for Job {
    fn type_name(&self) -> &'static str {
        "Job"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "done" => Out::Bool(true),
            "id" => Out::from(crate::id::job(self.0)),
            other => return Err(missing("Job", other)),
        })
    }
}
