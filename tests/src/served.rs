//! The server in this process, on a real socket, with the layers that it has in production.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use consign::config::Purpose;
use consign::demo::{self, Content};
use consign::http::{Limits, serve, shell};
use consign::installation::{Installation, Where};
use domain::actor::{Permission, Permissions};
use domain::id::AppId;
use domain::snapshot::Shop;
use engine::Engine;
use engine::keys::{KeyMade, KeyWanted};
use futures::FutureExt;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use store::db::Options;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::nodes;

/// A server that ends with the test.
pub struct Served {
    /// The engine behind it.
    pub engine: Engine,
    /// The shop.
    pub shop: Arc<Shop>,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// A key that may do everything, or everything but what was left out.
    pub token: String,
    /// The program that the key belongs to.
    pub app: AppId,
    /// For requests of one's own.
    pub client: Client,
    _folder: TempDir,
}

impl Served {
    /// One with the demo shop.
    pub async fn demo() -> Served {
        let folder = TempDir::new().unwrap();
        let at = Where { data: Some(folder.path().join("data")), db: None };
        let installation = Installation::read(Purpose::Dev, None, &at, Vec::new()).unwrap();
        demo::fill(&installation, Content::Demo).await.unwrap();
        let engine = open(&installation.sqlite_file().unwrap()).await;
        let shop = Arc::new(engine.store().shops().await.unwrap().remove(0));
        Served::over(engine, shop, folder, &[]).await
    }

    /// One with an empty shop. Its key lacks the permissions named.
    pub async fn empty(shop: Shop, lacks: &[Permission]) -> Served {
        let folder = TempDir::new().unwrap();
        let engine = open(&folder.path().join("test.db")).await;
        engine.store().save_shop(&shop).await.unwrap();
        Served::over(engine, Arc::new(shop), folder, lacks).await
    }

    async fn over(engine: Engine, shop: Arc<Shop>, folder: TempDir, lacks: &[Permission]) -> Served {
        let allowed: Vec<Permission> =
            Permission::ALL.iter().copied().filter(|permission| !lacks.contains(permission)).collect();
        let key = make_key(&engine, &shop, None, "Tester", Permissions::of(&allowed)).await;
        // Its client can't be made without one, though nothing here is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let limits = Limits { body: 2 << 20, time: Duration::from_secs(30) };
        let ready = Arc::new(|| async { Ok(()) }.boxed());
        let router = shell(shopify::routes(engine.clone()), limits, ready);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, router, std::future::pending(), Duration::ZERO));
        let (token, app) = (key.token, key.record.app);
        Served { engine, shop, url, token, app, client: Client::new(), _folder: folder }
    }

    /// The address of a version of the API.
    pub fn endpoint(&self, version: &str) -> String {
        format!("{}/admin/api/{version}/graphql.json", self.url)
    }

    /// A further key: of that program, or of a new one of that name.
    pub async fn key(&self, app: Option<AppId>, name: &str, permissions: Permissions) -> KeyMade {
        make_key(&self.engine, &self.shop, app, name, permissions).await
    }

    /// Sends a body as it is.
    pub async fn send(&self, version: &str, body: impl Into<reqwest::Body>) -> Response {
        self.send_as(&self.token, version, body).await
    }

    /// The same with another token.
    pub async fn send_as(&self, token: &str, version: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self.client.post(self.endpoint(version)).header("X-Shopify-Access-Token", token);
        request.header("Content-Type", "application/json").body(body).send().await.unwrap()
    }

    /// Asks, and answers status and body. What isn't JSON is answered as a string.
    pub async fn ask(&self, version: &str, document: &str, variables: &Value) -> (u16, Value) {
        self.ask_as(&self.token, version, document, variables).await
    }

    /// The same with another token.
    pub async fn ask_as(
        &self,
        token: &str,
        version: &str,
        document: &str,
        variables: &Value,
    ) -> (u16, Value) {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let response = self.send_as(token, version, body).await;
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

async fn open(file: &Path) -> Engine {
    // Losing the last commits in a power cut is not what these tests are about.
    let options = Options { synchronous_full: false, ..Options::default() };
    nodes::node(&format!("sqlite:{}", file.display()), options).await
}

async fn make_key(
    engine: &Engine,
    shop: &Shop,
    app: Option<AppId>,
    app_name: &str,
    permissions: Permissions,
) -> KeyMade {
    let wanted = KeyWanted {
        app,
        app_name,
        dialect: shopify::NAME,
        label: "test",
        permissions,
        token_prefix: "shpat_",
        secret_prefix: "shpss_",
        token: None,
        secret: None,
    };
    engine.make_key(shop, wanted).await.unwrap()
}
