//! `consign access`: what articles open to whoever pays for them: courses, communities, and files to download. Here they
//! are made, linked with articles, and given by hand.
//!
//! A file is copied into the data folder before anything says that it is there, and its name there is the asset's id, so
//! a command that is killed leaves a file that nobody knows of, and never an asset without one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::access::{AccessGrant, Origin, Target, TargetKind};
use domain::actor::Actor;
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::contact::ContactKey;
use domain::id::{AccessGrantId, RecordId, VariantId};
use domain::product::Variant;
use domain::record::Record;
use domain::snapshot::Shop;
use engine::Engine;
use engine::downloads::{Stored, kept_as};
use serde_json::{Value, json};
use store::{AccessSort, Page, RecordSort};

use crate::commands::Listing;
use crate::failure::{Exit, Failure};
use crate::installation::{Where, make_private_folder};
use crate::open_shop;
use crate::server::FILES;
use crate::wording::moment;

/// How many things, variants and grants are looked at.
const MOST: u32 = 10_000;
/// How long a name may be.
const NAME_MAX: usize = 255;

/// Arguments of `consign access`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Add a course, a community or something to download
    Add(Add),
    /// List what there is, with the articles that open it
    List(Listing),
    /// Let an article open something to whoever pays for it from now on
    Link(Link),
    /// Let an article open it no more; whoever may use it still may
    Unlink(Link),
    /// List who may use something
    Who(Who),
    /// Give a contact access by hand
    Give(Give),
    /// Take access back
    Take(Take),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// What it is
    kind: Kind,
    /// What buyers call it
    name: String,
    /// Where it is, if it is elsewhere: buyers are told the address as it is
    #[arg(long)]
    url: Option<String>,
    /// The file of something to download: it is copied into the data folder, and buyers get links of their own
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    file: Option<PathBuf>,
}

/// What can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Course,
    Community,
    Asset,
}

impl Kind {
    fn target(self) -> TargetKind {
        match self {
            Kind::Course => TargetKind::Course,
            Kind::Community => TargetKind::Community,
            Kind::Asset => TargetKind::Asset,
        }
    }
}

#[derive(Debug, clap::Args)]
struct Link {
    /// The article: the SKU of a variant, or its id
    article: String,
    /// What it opens, by its id from `consign access list`
    thing: i64,
}

#[derive(Debug, clap::Args)]
struct Who {
    /// Its id, from `consign access list`
    thing: i64,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Give {
    /// The contact's e-mail address
    email: String,
    /// To what, by its id from `consign access list`
    thing: i64,
}

#[derive(Debug, clap::Args)]
struct Take {
    /// The grant's id, from `consign access who`
    grant: i64,
}

/// Adds, lists, links, gives, takes.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    open_shop::with(file, &args.at, async |open| {
        let desk = Desk { engine: open.engine().await?, shop: &open.shop };
        match &args.verb {
            Verb::Add(wanted) => desk.add(wanted, &open.installation.dir().join(FILES), out).await?,
            Verb::List(wanted) => desk.list(wanted.json, out).await?,
            Verb::Link(link) => desk.link(link, Linked::Yes, out).await?,
            Verb::Unlink(link) => desk.link(link, Linked::No, out).await?,
            Verb::Who(wanted) => desk.who(wanted, out).await?,
            Verb::Give(wanted) => desk.give(wanted, out).await?,
            Verb::Take(wanted) => desk.take(wanted.grant, out).await?,
        }
        Ok(())
    })
}

/// Whether an article opens something from now on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Linked {
    Yes,
    No,
}

struct Desk<'a> {
    engine: &'a Engine,
    shop: &'a Arc<Shop>,
}

impl Desk<'_> {
    async fn add(&self, wanted: &Add, files: &Path, out: &mut dyn Write) -> Result<(), Failure> {
        let usage = |why: &str| Failure::new(Exit::Usage, why);
        if wanted.name.trim().is_empty() || wanted.name.len() > NAME_MAX {
            return Err(usage("a name has 1 to 255 bytes"));
        }
        let is_web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        if !wanted.url.as_ref().is_none_or(is_web) {
            return Err(usage("an address begins with https:// or http://"));
        }
        let mut body = match (wanted.kind, &wanted.file) {
            (Kind::Asset, None) if wanted.url.is_none() => {
                return Err(usage("something to download is at --url, or in a --file"));
            }
            (Kind::Course | Kind::Community, Some(_)) => {
                return Err(usage("only something to download has a file"));
            }
            _ => json!({}),
        };
        if let Some(url) = &wanted.url {
            body["url"] = json!(url);
        }
        let id: RecordId = self.engine.ids().fresh().await?;
        if let Some(file) = &wanted.file {
            body["file"] = json!(keep(file, files, id)?);
        }
        let now = self.engine.now();
        let record = Record {
            id,
            kind: kept_as(wanted.kind.target()),
            parent: None,
            other: None,
            name: wanted.name.trim().to_owned(),
            key: None,
            archived: false,
            body,
            created_at: now,
            updated_at: now,
        };
        self.execute(&Command::SaveRecords(vec![record]), "it could not be added").await?;
        writeln!(out, "{id}")?;
        Ok(())
    }

    async fn things(&self) -> Result<Vec<(Target, Record)>, Failure> {
        let page = Page { limit: MOST, ..Page::default() };
        let mut all = Vec::new();
        for kind in [TargetKind::Course, TargetKind::Community, TargetKind::Asset] {
            let records =
                self.engine.store().records(self.shop.id, kept_as(kind), &[], RecordSort::Id, &page);
            all.extend(records.await?.into_iter().map(|record| (Target { kind, id: record.id.0 }, record)));
        }
        Ok(all)
    }

    async fn thing(&self, id: i64) -> Result<(Target, Record), Failure> {
        let missing = || {
            let told = format!("there is no course, community or asset {id}; see `consign access list`");
            Failure::new(Exit::NotFound, told)
        };
        self.things().await?.into_iter().find(|(target, _)| target.id == id).ok_or_else(missing)
    }

    async fn list(&self, json: bool, out: &mut dyn Write) -> Result<(), Failure> {
        let things = self.things().await?;
        if things.is_empty() && !json {
            writeln!(out, "There is nothing to open; `consign access add` adds something.")?;
        }
        let page = Page { limit: MOST, ..Page::default() };
        let variants = self.engine.store().variant_page(self.shop.id, None, None, &page).await?;
        for (target, thing) in &things {
            let opening = variants.iter().filter(|variant| variant.gives.contains(target));
            let articles: Vec<String> = opening.map(article).collect();
            let url = thing.body.get("url").and_then(Value::as_str);
            let file = Stored::of(thing);
            if json {
                let (kind, name) = (target.kind.as_str(), &thing.name);
                let known = json!({ "id": target.id, "kind": kind, "name": name, "url": url, "file": file,
                                    "articles": articles });
                writeln!(out, "{known}")?;
                continue;
            }
            let place = match (&file, url) {
                (Some(file), _) => format!("  {} ({} bytes)", file.name, file.bytes),
                (None, Some(url)) => format!("  {url}"),
                (None, None) => String::new(),
            };
            let by = if articles.is_empty() { "nothing".to_owned() } else { articles.join(", ") };
            writeln!(
                out,
                "{}  {:9}  {}{place}  opened by {by}",
                target.id,
                target.kind.as_str(),
                thing.name
            )?;
        }
        Ok(())
    }

    async fn link(&self, link: &Link, linked: Linked, out: &mut dyn Write) -> Result<(), Failure> {
        let (target, thing) = self.thing(link.thing).await?;
        let id = self.article(&link.article).await?;
        let missing = || Failure::new(Exit::NotFound, format!("there is no article {}", link.article));
        let (found, _) = self.engine.variants(self.shop, &[id]).await?;
        let product = found.first().map(|variant| variant.product).ok_or_else(missing)?;
        let whole = self.engine.products(self.shop, &[product]).await?.pop().ok_or_else(missing)?;
        let (mut variants, _) = self.engine.variants_of(self.shop, &[product]).await?;
        variants.retain(|variant| variant.id == id);
        let variant = variants.first_mut().ok_or_else(missing)?;
        let was = variant.gives.contains(&target);
        variant.gives.retain(|own| *own != target);
        if linked == Linked::Yes {
            variant.gives.push(target);
        }
        let (name, changes) = (article(variant), was != (linked == Linked::Yes));
        variant.updated_at = self.engine.now();
        if changes {
            self.execute(&Command::SaveProduct(whole, variants), "the article can't be changed").await?;
        }
        let says = if linked == Linked::Yes { "opens" } else { "doesn't open" };
        writeln!(out, "{name} {says} {} to whoever pays for it from now on.", thing.name)?;
        Ok(())
    }

    /// The variant that a SKU or an id means.
    async fn article(&self, named: &str) -> Result<VariantId, Failure> {
        let page = Page { limit: 2, ..Page::default() };
        let by_sku = self.engine.store().variant_page(self.shop.id, Some(named), None, &page).await?;
        match (by_sku.as_slice(), named.parse()) {
            ([one], _) => Ok(one.id),
            ([], Ok(id)) => Ok(VariantId(id)),
            ([], Err(_)) => {
                Err(Failure::new(Exit::NotFound, format!("there is no article with the SKU {named}")))
            }
            _ => {
                let told = format!("several articles have the SKU {named}: name one by its id");
                Err(Failure::new(Exit::Usage, told))
            }
        }
    }

    async fn who(&self, wanted: &Who, out: &mut dyn Write) -> Result<(), Failure> {
        let (target, _) = self.thing(wanted.thing).await?;
        let page = Page { limit: MOST, ..Page::default() };
        let grants = self.engine.access_page(self.shop, target, &[], AccessSort::Id, &page).await?;
        if grants.is_empty() && !wanted.json {
            writeln!(out, "Nobody may use it yet.")?;
        }
        for grant in &grants {
            let contact = self.engine.contacts_by_id(self.shop, &[grant.contact]).await?.pop();
            let email = contact.and_then(|contact| contact.email);
            if wanted.json {
                let mut known = json!(grant);
                known["email"] = json!(email);
                writeln!(out, "{known}")?;
                continue;
            }
            let why = match grant.origin {
                Origin::ByHand => "by hand".to_owned(),
                Origin::Sale { order, .. } => format!("by order {order}"),
            };
            let rests = if grant.suspended.is_some() { "  suspended" } else { "" };
            let (since, whom) = (moment(grant.created_at), email.as_deref().unwrap_or("somebody unknown"));
            writeln!(out, "{}  {whom}  since {since}, {why}{rests}", grant.id)?;
        }
        Ok(())
    }

    async fn give(&self, wanted: &Give, out: &mut dyn Write) -> Result<(), Failure> {
        let (target, thing) = self.thing(wanted.thing).await?;
        let key = ContactKey::Email(wanted.email.clone());
        let missing =
            || Failure::new(Exit::NotFound, format!("there is no contact with the address {}", wanted.email));
        let contact = self.engine.contact(self.shop, &key).await?.ok_or_else(missing)?.id;
        let has = self.engine.store().access_of(self.shop.id, contact).await?;
        if has.iter().any(|grant| grant.target == target && grant.suspended.is_none()) {
            writeln!(out, "{} may use {} already.", wanted.email, thing.name)?;
            return Ok(());
        }
        let now = self.engine.now();
        let grant = AccessGrant {
            id: self.engine.ids().fresh().await?,
            contact,
            target,
            origin: Origin::ByHand,
            suspended: None,
            created_at: now,
            updated_at: now,
            revoked_at: None,
        };
        let command = Command::Billing(BillingCommand::SaveAccess(Box::new(grant)));
        self.execute(&command, "access can't be given").await?;
        writeln!(out, "{} may use {}.", wanted.email, thing.name)?;
        Ok(())
    }

    async fn take(&self, grant: i64, out: &mut dyn Write) -> Result<(), Failure> {
        let id = AccessGrantId(grant);
        if self.engine.access(self.shop, id).await?.is_none() {
            let told = format!("there is no grant {grant}; see `consign access who`");
            return Err(Failure::new(Exit::NotFound, told));
        }
        let command = Command::Billing(BillingCommand::RevokeAccess(id));
        self.execute(&command, "access can't be taken back").await?;
        writeln!(out, "Access is taken back.")?;
        Ok(())
    }

    async fn execute(&self, command: &Command, refused: &str) -> Result<(), Failure> {
        let verdict = self.engine.execute(self.shop, &Actor::System, command).await?;
        verdict.map(drop).map_err(|why| Failure::new(Exit::Refused, format!("{refused}: {why:?}")))
    }
}

/// An article as people know it.
fn article(variant: &Variant) -> String {
    variant.sku.clone().unwrap_or_else(|| variant.id.to_string())
}

/// Copies a file to where it is handed out from, complete or not at all.
fn keep(file: &Path, files: &Path, id: RecordId) -> Result<Stored, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::new(Exit::Error, format!("cannot copy {} to {}: {error}", file.display(), files.display()))
    };
    let mut source = std::fs::File::open(file)
        .map_err(|error| Failure::new(Exit::Usage, format!("cannot read {}: {error}", file.display())))?;
    make_private_folder(files)?;
    let mut fresh = tempfile::NamedTempFile::new_in(files).map_err(cannot)?;
    let bytes = std::io::copy(&mut source, &mut fresh).map_err(cannot)?;
    fresh.as_file().sync_all().map_err(cannot)?;
    fresh.persist(files.join(id.to_string())).map_err(|error| cannot(error.error))?;
    let name = file.file_name().map_or_else(|| id.to_string(), |name| name.to_string_lossy().into_owned());
    Ok(Stored { name, bytes })
}
