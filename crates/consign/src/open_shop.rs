//! The shop that a command is about, with everything that it stands on: what most commands begin and end with.

use std::path::PathBuf;
use std::sync::Arc;

use domain::snapshot::Shop;
use engine::Engine;
use store::Store;
use tokio::sync::OnceCell;

use crate::config::Purpose;
use crate::failure::Failure;
use crate::installation::{InUse, Installation, Missing, Where};
use crate::{first_shop, runtime};

/// A shop in an open database of the newest schema.
pub struct OpenShop {
    /// Its settings, and its folder.
    pub installation: Installation,
    /// The shop's record.
    pub shop: Arc<Shop>,
    in_use: InUse,
    engine: OnceCell<Engine>,
}

impl OpenShop {
    /// The database.
    pub fn store(&self) -> &Store {
        &self.in_use.store
    }

    /// An engine over the database, for commands that need one: it asks for the key that seals secrets.
    pub async fn engine(&self) -> Result<&Engine, Failure> {
        self.engine.get_or_try_init(|| self.installation.engine(self.store())).await
    }
}

/// Opens the shop of an installation, which must be there, lets `command` do its work, and closes it. `file` is the
/// configuration file, if one was named.
pub fn with(
    file: Option<PathBuf>,
    at: &Where,
    command: impl AsyncFnOnce(&OpenShop) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let installation = Installation::read(Purpose::Serve, file, at, Vec::new())?;
    runtime::block_on(async {
        let in_use = installation.open(Missing::Refuse).await?;
        in_use.store.migrate().await?;
        let shop = first_shop::find(&in_use.store).await?;
        let open = OpenShop { installation, shop, in_use, engine: OnceCell::new() };
        command(&open).await?;
        match open.engine.get() {
            Some(engine) => engine.close().await,
            None => open.store().db().close().await,
        }
        Ok(())
    })
}
