//! `consign backup`: complete copies of an SQLite database, made while the server runs. The key that seals the
//! secrets in it is not in the copy, so that a copy alone opens nothing: `secret.key` is kept apart.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use store::Store;
use store::db::Options;

use crate::config::Purpose;
use crate::failure::{Exit, Failure};
use crate::installation::{Installation, Missing, Where};
use crate::runtime;
use crate::wording::count;

/// Arguments of `consign backup`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Write a complete copy of the database, while it is in use
    Create(Create),
    /// Prove that a copy is sound: its file, and everything in it
    Verify(Verify),
    /// Put a copy in the place of a database that nobody uses
    Restore(Restore),
}

#[derive(Debug, clap::Args)]
struct Create {
    #[command(flatten)]
    at: Where,
    /// Where to write it; the file must not exist
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Verify {
    /// The copy
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Restore {
    #[command(flatten)]
    at: Where,
    /// The copy
    file: PathBuf,
    /// Replace the database that is there; it is kept beside, with `.replaced` behind its name
    #[arg(long)]
    force: bool,
}

/// Makes, verifies or restores a copy.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    runtime::block_on(async {
        match &args.verb {
            Verb::Create(create) => {
                let installation = Installation::read(Purpose::Serve, file, &create.at, Vec::new())?;
                make(&installation, &create.to, out).await
            }
            Verb::Verify(verify) => {
                let orders = prove(&verify.file).await?;
                writeln!(out, "{} is sound: {}", verify.file.display(), count(orders, "order"))?;
                Ok(())
            }
            Verb::Restore(restore) => {
                let installation = Installation::read(Purpose::Serve, file, &restore.at, Vec::new())?;
                put_back(&installation, restore, out).await
            }
        }
    })
}

fn only_sqlite(installation: &Installation, instead: &str) -> Result<PathBuf, Failure> {
    installation.sqlite_file().ok_or_else(|| {
        let told = format!("this database is PostgreSQL's, whose own tools do this better: {instead}");
        Failure::new(Exit::Usage, told)
    })
}

async fn make(installation: &Installation, to: &Path, out: &mut dyn Write) -> Result<(), Failure> {
    only_sqlite(installation, "pg_dump --format=custom --file=FILE NAME")?;
    let in_use = installation.open(Missing::Refuse).await?;
    in_use.store.db().backup_to(to).await?;
    std::fs::set_permissions(to, PermissionsExt::from_mode(0o600))?;
    in_use.store.db().close().await;
    writeln!(out, "{} written, {} bytes", to.display(), std::fs::metadata(to)?.len())?;
    if installation.config.secret.key.is_none() {
        let key = installation.key_file();
        writeln!(
            out,
            "Keep {} too, but apart: without it the secrets in the copy cannot be opened.",
            key.display()
        )?;
    }
    Ok(())
}

/// Opens a copy of the copy, since opening a database writes to it, and looks at everything in it; the number of orders.
async fn prove(file: &Path) -> Result<i64, Failure> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.db");
    copy_file(file, &copy)?;
    let store = Store::open(&copy.display().to_string(), Options::default()).await?;
    let proved = look(&store).await;
    store.db().close().await;
    proved
        .map_err(|failure| Failure { message: format!("{}: {}", file.display(), failure.message), ..failure })
}

async fn look(store: &Store) -> Result<i64, Failure> {
    let mut wrong = store.damage().await?;
    if !wrong.is_empty() {
        return Err(Failure::new(Exit::Error, format!("the file is damaged: {}", wrong.join("; "))));
    }
    if store.migrations().await?.iter().all(|(_, applied)| applied.is_none()) {
        return Err(Failure::new(Exit::Error, "this is no database of consign"));
    }
    // An older copy is brought up to date first, as it will be when it is used.
    store.migrate().await?;
    let mut orders = 0;
    for shop in store.shops().await? {
        orders += store.count_orders(shop.id, &[], u32::MAX).await?;
        wrong.extend(store.audit(shop.id, |_| {}).await?.into_iter().map(|finding| finding.what));
    }
    match wrong.is_empty() {
        true => Ok(orders),
        false => Err(Failure::new(Exit::Error, wrong.join("\n"))),
    }
}

async fn put_back(
    installation: &Installation,
    restore: &Restore,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let database = only_sqlite(installation, "pg_restore --clean --dbname=NAME FILE")?;
    if database.exists() && !restore.force {
        let told = format!(
            "{} exists already: --force replaces it, and keeps it beside with .replaced behind its name",
            database.display()
        );
        return Err(Failure::new(Exit::Refused, told));
    }
    let orders = prove(&restore.file).await?;
    // Held until the end: nobody opens the database while it is being replaced.
    let _alone = installation.lock_alone(&database)?;
    let beside = |ending: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let coming = beside(".restoring");
    copy_file(&restore.file, &coming)?;
    File::open(&coming)?.sync_all()?;
    // The log of the old file belongs to the old file, and must not be taken for the new one's.
    for ending in ["", "-wal", "-shm"] {
        match std::fs::rename(beside(ending), beside(&format!(".replaced{ending}"))) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    std::fs::rename(&coming, &database)?;
    writeln!(out, "{} restored: {}", database.display(), count(orders, "order"))?;
    if installation.config.secret.key.is_none() && !installation.key_file().exists() {
        let key = installation.key_file();
        writeln!(out, "Now put the old {} back, or the secrets in it cannot be opened.", key.display())?;
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::copy(from, to).map(drop).map_err(|error| {
        let exit = if error.kind() == ErrorKind::NotFound { Exit::NotFound } else { Exit::Error };
        Failure::new(exit, format!("cannot copy {}: {error}", from.display()))
    })
}
