//! The throw-away cluster: a folder in the temporary directory with `data/`, `socket/`, `lock` and `url`.
//!
//! `url` is written last: whoever finds it, and a server that answers there, need do nothing. PostgreSQL refuses to run as
//! root, so root hands the data to the user `postgres`. The superuser has a random password, since other people of the machine reach
//! the loopback address too.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const INSTALL: &str = "the tests need PostgreSQL 13 or newer: install it (Debian, Ubuntu: `apt-get install postgresql`; \
    Fedora: `dnf install postgresql-server`; macOS: `brew install postgresql`), \
    or set CONSIGN_TEST_POSTGRES to the address of a superuser, postgres://user:password@host:port";

pub(super) fn start() -> Result<String, String> {
    let place = Place::open()?;
    let _lock = place.lock()?;
    if let Ok(url) = fs::read_to_string(place.path("url"))
        && super::run_sql(&url, |_| async { Ok(()) }).is_ok()
    {
        return Ok(url);
    }
    let tools = Tools::find()?;
    place.clear(&tools);
    place.create(&tools)
}

pub(super) fn stop() -> Result<(), String> {
    let place = Place::open()?;
    let _lock = place.lock()?;
    if place.path("data").exists() {
        place.clear(&Tools::find()?);
    }
    Ok(())
}

/// The folder of the cluster.
struct Place(PathBuf);

impl Place {
    fn open() -> Result<Place, String> {
        let me = number(Command::new("id").arg("-u"))?;
        let folder = std::env::temp_dir().join(format!("consign-test-pg-{me}"));
        match fs::create_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(cannot(&folder, &error));
            }
            _ => {}
        }
        // The name is easily guessed and the place is everybody's.
        let found = fs::symlink_metadata(&folder).map_err(|error| cannot(&folder, &error))?;
        if found.uid() != me || !found.is_dir() {
            return Err(format!("{} belongs to somebody else", folder.display()));
        }
        // Its user must get through to the data, but need not look around.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o711))
            .map_err(|error| cannot(&folder, &error))?;
        Ok(Place(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Held until dropped; the operating system lets go of it when the process dies.
    fn lock(&self) -> Result<File, String> {
        let path = self.path("lock");
        let file = File::options().create(true).append(true).open(&path);
        file.and_then(|file| file.lock().map(|()| file)).map_err(|error| cannot(&path, &error))
    }

    fn create(&self, tools: &Tools) -> Result<String, String> {
        // Socket paths are limited to about 100 bytes, and a temporary directory may have a long name: TCP as well.
        for name in ["data", "socket"] {
            let path = self.path(name);
            fs::create_dir(&path)
                .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o700)))
                .and_then(|()| tools.hand_over(&path))
                .map_err(|error| cannot(&path, &error))?;
        }
        let password = random_hex().map_err(|error| format!("no randomness: {error}"))?;
        let secret = self.path("socket").join("password");
        write_private(&secret, &password)
            .and_then(|()| tools.hand_over(&secret))
            .map_err(|error| cannot(&secret, &error))?;
        tools.run(
            "initdb",
            &[
                "--username=postgres",
                "--auth=password",
                "--encoding=UTF8",
                "--locale=C",
                &format!("--pwfile={}", secret.display()),
                &format!("--pgdata={}", self.path("data").display()),
            ],
        )?;
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        // Enough for many test processes at once; small enough to be no burden when it is left running.
        let settings = format!(
            "-p {port} -h 127.0.0.1 -k {} -c max_connections=300 -c shared_buffers=64MB -c logging_collector=off",
            self.path("socket").display()
        );
        let data = self.path("data").display().to_string();
        let log = format!("{data}/server.log");
        tools.run("pg_ctl", &["-D", &data, "-l", &log, "-w", "-t", "60", "-o", &settings, "start"])?;
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}");
        let path = self.path("url");
        write_private(&path, &url).map_err(|error| cannot(&path, &error))?;
        Ok(url)
    }

    /// Removes whatever an earlier start left, running or not.
    fn clear(&self, tools: &Tools) {
        let data = self.path("data");
        // Fails when none runs, which is as good.
        let _ = tools.run("pg_ctl", &["-D", &data.to_string_lossy(), "-m", "immediate", "-w", "stop"]);
        let _ = fs::remove_file(self.path("url"));
        for name in ["data", "socket"] {
            let _ = fs::remove_dir_all(self.path(name));
        }
    }
}

/// PostgreSQL's programs, and the user to run them as when we are root.
struct Tools {
    folder: PathBuf,
    /// Its user id, group id.
    user: Option<(u32, u32)>,
}

impl Tools {
    fn find() -> Result<Tools, String> {
        let folder = folders().into_iter().find(|folder| is_there(folder)).ok_or(INSTALL)?;
        let root = number(Command::new("id").arg("-u"))? == 0;
        let user = root.then(|| {
            let uid = number(Command::new("id").args(["-u", "postgres"]))?;
            let gid = number(Command::new("id").args(["-g", "postgres"]))?;
            Ok::<_, String>((uid, gid))
        });
        let user = user.transpose().map_err(|_| {
            "PostgreSQL does not run as root, and there is no user `postgres` to run it as: create it, or run the tests as another user"
        })?;
        Ok(Tools { folder, user })
    }

    fn hand_over(&self, path: &Path) -> io::Result<()> {
        match self.user {
            Some((uid, gid)) => std::os::unix::fs::chown(path, Some(uid), Some(gid)),
            None => Ok(()),
        }
    }

    fn run(&self, tool: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.folder.join(tool));
        if let Some((uid, gid)) = self.user {
            use std::os::unix::process::CommandExt;
            command.uid(uid).gid(gid);
        }
        let output = command
            .args(arguments)
            // Its user may not enter the folder we are in.
            .current_dir("/")
            .env_remove("PGDATA")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cannot run {tool}: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(format!("{tool} failed: {}", String::from_utf8_lossy(&said).trim()))
    }
}

fn is_there(folder: &Path) -> bool {
    ["initdb", "pg_ctl"].iter().all(|tool| folder.join(tool).is_file())
}

/// Where PostgreSQL may be: distributions keep its server programs out of the PATH, in a folder per version.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    let mut versions = Vec::new();
    for base in ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"] {
        for entry in fs::read_dir(base).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name.strip_prefix("postgresql@").unwrap_or(&name).parse::<u32>();
            if let Ok(version) = version {
                versions.push((version, entry.path().join("bin")));
            }
        }
    }
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    folders
}

fn number(command: &mut Command) -> Result<u32, String> {
    let output = command.output().map_err(|error| format!("cannot run `id`: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn random_hex() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    File::options().create(true).truncate(true).write(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

fn cannot(path: &Path, error: &io::Error) -> String {
    format!("cannot use {}: {error}", path.display())
}
