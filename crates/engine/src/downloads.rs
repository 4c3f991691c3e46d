//! What an order opened to its buyer, and the links that lead there. A course or a community is elsewhere, at the address
//! that is kept with it; a file of the shop's own is handed out by this server, to whoever has a signed link for a grant
//! of access that is neither revoked nor suspended. The link names the grant: access that is taken back shuts it, however
//! long it would be good for.
//!
//! The bytes lie in the data folder, under the asset's id; what is known of them is the asset's own:
//! `{"file": {"name": …, "bytes": …}}`.

use domain::access::{AccessGrant, Target, TargetKind};
use domain::id::{AccessGrantId, RecordId};
use domain::order::Order;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use serde::{Deserialize, Serialize};

use crate::links::{Door, Links, Shut, read};
use crate::{Engine, Error};

/// What is known of a file that is handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// What it is called when it is saved.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

impl Stored {
    /// The file of an asset, if it has one here.
    pub fn of(asset: &Record) -> Option<Self> {
        Self::deserialize(asset.body.get("file")?).ok()
    }
}

/// Something that is open to a buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What kind of thing it is.
    pub kind: TargetKind,
    /// What people call it.
    pub name: String,
    /// Where it is, if that is known.
    pub url: Option<String>,
}

impl Opened {
    fn by(links: &Links, shop: &Shop, grant: AccessGrantId, target: Target, thing: &Record) -> Self {
        let elsewhere = || {
            let known = ["url", "file_url"].into_iter().find_map(|name| thing.body.get(name)?.as_str());
            let web = known.filter(|url| url.starts_with("https://") || url.starts_with("http://"));
            web.map(str::to_owned)
        };
        let here = || links.to_thing(Door::Download, shop, grant.0);
        let url = Stored::of(thing).map(|_| here()).or_else(elsewhere);
        Self { kind: target.kind, name: thing.name.clone(), url }
    }
}

/// The kind of record that something is kept as.
pub fn kept_as(kind: TargetKind) -> RecordKind {
    match kind {
        TargetKind::Course => RecordKind::Course,
        TargetKind::Community => RecordKind::Community,
        TargetKind::Asset => RecordKind::Asset,
    }
}

fn is_open(grant: &AccessGrant) -> bool {
    grant.revoked_at.is_none() && grant.suspended.is_none()
}

impl Engine {
    /// What those grants open, in their order; what isn't there any more is left out.
    ///
    /// # Errors
    /// [`Error`] if the database is away; so for every function here.
    pub(crate) async fn opened_by(
        &self,
        shop: &Shop,
        grants: &[(AccessGrantId, Target)],
    ) -> Result<Vec<Opened>, Error> {
        if grants.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RecordId> = grants.iter().map(|(_, target)| RecordId(target.id)).collect();
        let things = self.store().records_by_id(shop.id, &ids).await?;
        let links = self.links();
        let opened = grants.iter().filter_map(|(grant, target)| {
            let is = |thing: &&Record| thing.id.0 == target.id && thing.kind == kept_as(target.kind);
            Some(Opened::by(&links, shop, *grant, *target, things.iter().find(is)?))
        });
        Ok(opened.collect())
    }

    /// What an order opened to its buyer and didn't shut again.
    pub(crate) async fn opened(&self, shop: &Shop, order: &Order) -> Result<Vec<Opened>, Error> {
        let mut open = Vec::new();
        for own in order.billing.iter().flat_map(|billing| &billing.granted) {
            if own.revoked_at.is_some() {
                continue;
            }
            if self.store().access(shop.id, own.grant).await?.is_some_and(|grant| is_open(&grant)) {
                open.push((own.grant, own.target));
            }
        }
        self.opened_by(shop, &open).await
    }

    /// The asset whose file the token of a link leads to, with what is known of the file.
    pub async fn follow_download(&self, token: &str) -> Result<Result<(RecordId, Stored), Shut>, Error> {
        let (shop, grant) = match read(self.sealer(), Door::Download, token, self.now()) {
            Ok((shop, grant)) => (shop, AccessGrantId(grant)),
            Err(shut) => return Ok(Err(shut)),
        };
        let grant = self.store().access(shop, grant).await?;
        let is_file = |grant: &AccessGrant| is_open(grant) && grant.target.kind == TargetKind::Asset;
        let Some(grant) = grant.filter(is_file) else { return Ok(Err(Shut::Unknown)) };
        let asset = self.store().records_by_id(shop, &[RecordId(grant.target.id)]).await?.pop();
        let asset = asset.filter(|asset| asset.kind == RecordKind::Asset);
        let found = asset.and_then(|asset| Some((asset.id, Stored::of(&asset)?)));
        Ok(found.ok_or(Shut::Unknown))
    }
}
