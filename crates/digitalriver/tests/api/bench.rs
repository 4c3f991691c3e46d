//! A served shop and programs that may do everything in it, in this API's words.

use std::ops::Deref;

use domain::actor::Permissions;
use domain::snapshot::Shop;
use serde_json::Value;
use testkit::database::Database;
use testkit::served::{Api, Served};
use testkit::world;

pub use testkit::served::URL;

use crate::published::published;

/// The token of the program that may do everything, in the test mode.
pub const TOKEN: &str = "sk_test_everything";
/// The token of one that may do everything in earnest.
pub const LIVE: &str = "sk_everything";

static API: Api = Api {
    dialect: digitalriver::NAME,
    routes: digitalriver::routes,
    root: "",
    token: TOKEN,
    change: "POST",
    published,
};

/// The same, where the first token stands in for none.
static LENT: Api = Api {
    dialect: digitalriver::NAME,
    routes: |engine, url| digitalriver::routes_with(engine, url, Some(TOKEN)),
    root: "",
    token: TOKEN,
    change: "POST",
    published,
};

/// A served shop with two such programs.
pub struct Bench(Served);

impl Deref for Bench {
    type Target = Served;

    fn deref(&self) -> &Served {
        &self.0
    }
}

/// The shop of [`world`], furnished, on SQLite.
pub async fn bench() -> Bench {
    bench_of(world::shop()).await
}

/// The same, where a key stands in for none.
pub async fn lent() -> Bench {
    Bench(Served::start(&LENT, Database::Sqlite, world::shop()).await)
}

/// The same with other settings.
pub async fn bench_of(shop: Shop) -> Bench {
    let served = Served::start(&API, Database::Sqlite, shop).await;
    served.program(LIVE, Permissions::all()).await;
    served.engine.chronicle(&served.shop, digitalriver::NAME).await.unwrap();
    Bench(served)
}

impl Bench {
    /// As [`Served::restarted`].
    pub async fn restarted(self) -> Bench {
        Bench(self.0.restarted().await)
    }

    /// Status, code and parameter of a failure; what isn't there is empty.
    pub async fn refused(&self, method: &str, path: &str, body: Value) -> (u16, String, String) {
        let told = self.failed(method, path, body).await;
        let error = &told.body["errors"][0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (told.status, text("code"), text("parameter"))
    }
}
