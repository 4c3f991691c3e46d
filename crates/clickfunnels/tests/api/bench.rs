//! A served shop and a program that may do everything in it, in this API's words.

use std::ops::Deref;

use serde_json::Value;
use testkit::database::Database;
use testkit::served::{Api, Served};
use testkit::world;

pub use testkit::served::URL;

use crate::published::published;

/// The token of the program that may do everything.
pub const TOKEN: &str = "cf_everything";

static API: Api = Api {
    dialect: clickfunnels::NAME,
    routes: clickfunnels::routes,
    root: "/api/v2",
    token: TOKEN,
    change: "PUT",
    published,
};

/// A served shop that is also asked to act.
pub struct Bench(Served);

impl Deref for Bench {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.0
    }
}

/// The shop of [`world`], furnished, on SQLite.
pub async fn bench() -> Bench {
    bench_on(Database::Sqlite).await
}

/// The same on that database.
pub async fn bench_on(database: Database) -> Bench {
    Bench(Served::start(&API, database, world::shop()).await)
}

impl Bench {
    /// What became of something by an action.
    pub async fn act(&self, path: &str, body: Value) -> Value {
        self.done("POST", path, body, &[200, 202]).await
    }

    /// Status and reason of a failure.
    pub async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let told = self.failed(method, path, body).await;
        (told.status, told.body["error"].as_str().unwrap().to_owned())
    }
}
