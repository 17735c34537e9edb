//! The command `freehold` itself.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::Duration;

use crate::client::Client;

pub(crate) fn command(arguments: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_freehold"));
    command.args(arguments).arg("--data").arg(data);
    command
}

pub(crate) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
}

pub(crate) fn start(command: &mut Command) -> Running {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap().parse().unwrap();
    Running { child, out, address }
}

impl Running {
    /// Asks it to end, and gives what it wrote after the first line.
    fn terminate(mut self) -> (ExitStatus, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn dev_says_where_it_listens_and_ends_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("made when missing");
    let running = start(&mut command(&["dev", "--listen", "127.0.0.1:0"], &data));
    let address = running.address;
    let mut client = Client::connect(address);
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.read().status, 200);
    let (status, rest) = running.terminate();
    assert!(status.success(), "{status}");
    let authority = data.join("certificate-authority.pem");
    let authority_shown = authority.display();
    let line = format!("and on https://{address}, for clients that trust {authority_shown}\n");
    assert_eq!(rest, line);
    assert!(authority.exists());
}

#[test]
fn dev_goes_on_when_nobody_reads_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    // Its own port is all that is known of a server whose greeting nobody reads.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listen = port.to_string();
    let mut command = command(&["dev", "--listen", &listen, "--log", "trace"], folder.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    let is_there = || TcpStream::connect(port).is_ok();
    for _ in 0..400 {
        if is_there() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    for _ in 0..2 {
        let mut client = Client::connect(port);
        client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(client.read().status, 200);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn serve_shows_the_root_key_once() {
    let folder = tempfile::tempdir().unwrap();
    let serve = || start(&mut command(&["serve", "--listen", "127.0.0.1:0"], folder.path()));
    let (_, first) = serve().terminate();
    assert!(first.contains("AWS_ACCESS_KEY_ID=AKIA"), "{first}");
    assert!(first.contains("AWS_SECRET_ACCESS_KEY="), "{first}");
    let (_, second) = serve().terminate();
    assert_eq!(second, "");
}

fn fail(arguments: &[&str], data: &Path) -> String {
    let Output { status, stdout, stderr } = command(arguments, data).output().unwrap();
    assert!(!status.success() && stdout.is_empty());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn dev_listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let error = fail(&["dev", "--listen", address], folder.path());
        assert!(error.contains("listens on loopback addresses only"), "{error}");
    }
}

#[test]
fn says_what_it_failed_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(&mut command(&["dev", "--listen", "127.0.0.1:0"], folder.path()));
    let other = tempfile::tempdir().unwrap();
    let taken = running.address.to_string();
    let error = fail(&["dev", "--listen", &taken], other.path());
    assert!(error.starts_with(&format!("freehold: failed to listen on {taken}: ")), "{error}");
    let error = fail(&["dev", "--listen", "127.0.0.1:0"], folder.path());
    assert!(error.starts_with("freehold: failed to open the store in "), "{error}");
    let error = fail(&["dev", "--config", "missing.toml"], other.path());
    assert!(error.starts_with("freehold: failed to read the configuration file"), "{error}");
}

#[test]
fn the_command_line_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("freehold.toml");
    std::fs::write(&config, "listen = '0.0.0.0:0'\naccount = '111122223333'").unwrap();
    let config = config.to_str().unwrap();
    let data = folder.path().join("data");
    let error = fail(&["dev", "--config", config], &data);
    assert!(error.contains("loopback"), "{error}");
    let arguments = ["dev", "--config", config, "--listen", "localhost:0"];
    let running = start(&mut command(&arguments, &data));
    assert!(running.address.ip().is_loopback());
}
