//! A PostgreSQL in a temporary folder, gone when the test is.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// `nobody`: PostgreSQL refuses to be run by root.
const NOBODY: u32 = 65_534;

pub(crate) struct Database {
    folder: PathBuf,
    server: Child,
    pub(crate) url: String,
}

impl Database {
    /// A database; nothing where PostgreSQL isn't installed, which is said.
    #[expect(clippy::print_stdout, reason = "who runs tests wants to know that they were skipped")]
    pub(crate) fn start() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Some(programs) = programs() else {
            println!("skipped: PostgreSQL is not installed");
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("rds-data-{}-{count}", std::process::id()));
        std::fs::create_dir(&folder).expect("a folder");
        let data = folder.join("data");
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|of_us| {
            use std::os::unix::fs::MetadataExt;
            of_us.uid() == 0
        });
        if is_root {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).expect("gives it away");
        }
        let command = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(&folder).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command
        };
        let options = ["-U", "ann", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"];
        let made = command("initdb").args(options).arg(&data).status().expect("runs");
        assert!(made.success(), "initdb fails");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
        let port = port.port();
        let settings = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", folder.display()),
            "fsync=off".to_owned(),
        ];
        let settings = settings.iter().flat_map(|setting| ["-c", setting]);
        let server =
            command("postgres").arg("-D").arg(&data).args(settings).spawn().expect("starts");
        let is_ready = || {
            let asked = command("pg_isready")
                .args(["-h", "127.0.0.1", "-p"])
                .arg(port.to_string())
                .status();
            asked.is_ok_and(|status| status.success())
        };
        while !is_ready() {
            std::thread::yield_now();
        }
        let url = format!("postgresql://ann@127.0.0.1:{port}/postgres");
        Some(Database { folder, server, url })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Connections are closed at once; the shared memory is given back.
        let id = self.server.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &id]).status();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of PostgreSQL's programs: where Debian puts the newest, or one on the PATH.
fn programs() -> Option<PathBuf> {
    let has = |folder: &PathBuf| folder.join("initdb").is_file();
    let versions = std::fs::read_dir(Path::new("/usr/lib/postgresql")).into_iter().flatten();
    let mut folders: Vec<PathBuf> =
        versions.flatten().map(|version| version.path().join("bin")).filter(has).collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.pop().or_else(|| std::env::split_paths(&path).find(has))
}
