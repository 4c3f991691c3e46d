//! An installation: its settings, its data folder, the key that seals its secrets, its database.
//!
//! Every command that touches data opens one. The database is guarded by a file lock beside it: whoever uses the
//! database holds it shared, whoever replaces the file (`consign backup restore`) needs it alone. The lock is of no
//! use on PostgreSQL, which guards itself.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use engine::Engine;
use engine::clock::Clock;
use engine::seal::{Sealer, hex};
use store::Store;
use store::db::Options;

use crate::config::{self, Config, Flag, Purpose, SealingKey, Sources};
use crate::failure::{Exit, Failure};

/// Which installation a command is about; commands with verbs take it before the verb or behind it.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Where {
    /// The data folder [setting: data.dir]
    #[arg(long, global = true, display_order = 900, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The database: postgres://…, or the path of an SQLite file [setting: database.url]
    #[arg(long, global = true, display_order = 901, value_name = "URL")]
    pub db: Option<String>,
}

impl Where {
    /// The same for a shell, with a space before; empty for the usual place. A password is masked.
    pub fn flags(&self) -> String {
        let quoted = |text: String| format!("'{}'", text.replace('\'', "'\\''"));
        let data = self.data.as_ref().map(|dir| format!(" --data {}", quoted(dir.display().to_string())));
        let db = self.db.as_ref().map(|url| format!(" --db {}", quoted(config::shown_url(url))));
        [data, db].into_iter().flatten().collect()
    }
}

/// An installation whose settings were read. Nothing is opened yet.
pub struct Installation {
    /// Its settings.
    pub config: Config,
}

/// A database in use: while this lives, nobody replaces its file.
pub struct InUse {
    /// The database.
    pub store: Store,
    _lock: Option<File>,
}

/// Whether a database that isn't there is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is made.
    Make,
    /// It is an error: the command has nothing to say about an empty one.
    Refuse,
}

impl Installation {
    /// Reads the settings; flags that a command has beside the usual ones go in `flags`.
    pub fn read(
        purpose: Purpose,
        file: Option<PathBuf>,
        at: &Where,
        mut flags: Vec<Flag>,
    ) -> Result<Self, Failure> {
        if let Some(dir) = &at.data {
            flags.push(Flag { key: "data.dir", name: "--data", value: dir.display().to_string() });
        }
        if let Some(url) = &at.db {
            // A path by itself can only mean a file.
            let value = if url.contains(':') { url.clone() } else { format!("sqlite:{url}") };
            flags.push(Flag { key: "database.url", name: "--db", value });
        }
        Ok(Self { config: config::load(&Sources::of_process(purpose, file, flags))?.config })
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.config.data.dir
    }

    /// The file of the database, if it is SQLite's.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let url = self.config.database_url();
        let path = url.strip_prefix("sqlite:")?;
        // An address with an authority part, which is empty: `sqlite:///var/lib/c.db`.
        let path = path.strip_prefix("//").filter(|rest| rest.starts_with('/')).unwrap_or(path);
        Some(PathBuf::from(path))
    }

    /// Where the key is kept that seals secrets, unless the setting `secret.key` has it.
    pub fn key_file(&self) -> PathBuf {
        self.dir().join("secret.key")
    }

    /// What the database is called in messages: without a password.
    pub fn database_name(&self) -> String {
        match self.sqlite_file() {
            Some(file) => file.display().to_string(),
            None => "PostgreSQL".to_owned(),
        }
    }

    /// Opens the database and keeps its file from being replaced.
    pub async fn open(&self, missing: Missing) -> Result<InUse, Failure> {
        self.open_with(missing, Options::default()).await
    }

    /// As [`Installation::open`], with options of one's own.
    pub async fn open_with(&self, missing: Missing, options: Options) -> Result<InUse, Failure> {
        let lock = match self.sqlite_file() {
            Some(file) => Some(self.use_file(&file, missing)?),
            None => None,
        };
        let connections = usize::try_from(self.config.database.connections).unwrap_or(usize::MAX);
        let options = Options { pg_connections: connections, ..options };
        let url = match self.sqlite_file() {
            Some(file) => file.display().to_string(),
            None => self.config.database_url(),
        };
        Ok(InUse { store: Store::open(&url, options).await?, _lock: lock })
    }

    fn use_file(&self, file: &Path, missing: Missing) -> Result<File, Failure> {
        if missing == Missing::Refuse && !file.exists() {
            let told = format!(
                "there is no database {}: name its folder with --data, or make it with `consign dev` or `consign serve`",
                file.display()
            );
            return Err(Failure::new(Exit::NotFound, told));
        }
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_private_folder(folder)?;
        }
        let lock = lock_file(file)?;
        match lock.try_lock_shared() {
            Ok(()) => {
                make_private_file(file)?;
                Ok(lock)
            }
            Err(TryLockError::WouldBlock) => {
                let told = format!("{} is being replaced by a backup; try again in a moment", file.display());
                Err(Failure::new(Exit::Error, told))
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// The database's file for oneself alone. Fails while anybody uses it.
    pub fn lock_alone(&self, file: &Path) -> Result<File, Failure> {
        make_private_folder(file.parent().unwrap_or(Path::new(".")))?;
        let lock = lock_file(file)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => {
                let told =
                    format!("{} is in use: stop the server that runs on it, then try again", file.display());
                Err(Failure::new(Exit::Refused, told))
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// What seals and opens the secrets in the database. The key is made when there is none.
    pub fn sealer(&self) -> Result<Sealer, Failure> {
        let key = match &self.config.secret.key {
            Some(key) => key.clone(),
            None => self.key_of_file()?,
        };
        Ok(Sealer::new(key.bytes())?)
    }

    fn key_of_file(&self) -> Result<SealingKey, Failure> {
        let path = self.key_file();
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make_private_folder(self.dir())?;
                // Complete or not there at all, even if two processes start at once: the second reads what the first wrote.
                let mut fresh = tempfile::NamedTempFile::new_in(self.dir())?;
                writeln!(fresh, "{}", hex(&Sealer::fresh_key()))?;
                fresh.as_file().sync_all()?;
                match fresh.persist_noclobber(&path) {
                    Err(error) if error.error.kind() != ErrorKind::AlreadyExists => {
                        return Err(error.error.into());
                    }
                    _ => std::fs::read_to_string(&path)?,
                }
            }
            other => other.map_err(|error| {
                Failure::new(Exit::Error, format!("cannot read {}: {error}", path.display()))
            })?,
        };
        let bad = || Failure::new(Exit::Error, format!("{} must hold 64 hexadecimal digits", path.display()));
        SealingKey::from_hex(&text).ok_or_else(bad)
    }

    /// An engine over `store`, for a command.
    pub async fn engine(&self, store: &Store) -> Result<Engine, Failure> {
        Ok(Engine::start(store.clone(), Clock::System, self.sealer()?).await?)
    }
}

/// A folder that only its owner may look into; an existing one is left as it is.
pub fn make_private_folder(path: &Path) -> Result<(), Failure> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
        Failure::new(Exit::Error, format!("cannot make the folder {}: {error}", path.display()))
    })
}

fn lock_file(database: &Path) -> Result<File, Failure> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    make_private_file(Path::new(&path))
}

/// A file that only its owner may read, empty if it wasn't there; an existing one is left as it is. What SQLite puts
/// beside its database is as private as the database.
pub fn make_private_file(path: &Path) -> Result<File, Failure> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Failure::new(Exit::Error, format!("cannot open {}: {error}", path.display())))
}
