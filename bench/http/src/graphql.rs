//! GraphQL over HTTP, beside the servers that teams run otherwise: the same query of a list of 100 items with 5 fields.
//!
//! The peers come from npm and are told in `peers/`; they are installed on the first run. Each is one process of Node.js,
//! so what is compared is the processor time of a request.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::{self, Load, Request, load};
use crate::process::Server;

const CONNECTIONS: [usize; 2] = [1, 16];
const PEERS: [(&str, &str); 3] =
    [("Apollo Server", "apollo"), ("GraphQL Yoga", "yoga"), ("Mercurius, compiling", "mercurius")];
const SCHEMA: &str = "type Query { list(limit: Int): [Post!]! } type User { id: ID! name: String! }
    type Post { id: ID! title: String! n: Int! createdAt: String! owner: User! }";
const QUERY: &str =
    "query List($l: Int) { list(limit: $l) { id title n createdAt owner { name } } }";
/// A template that makes the list anew for every request, and one that has it at hand.
const MADE: &str = r#"#set($items = [])
#foreach($i in [0..99])
$util.qr($items.add({"id": "post-$i", "title": "The title of post $i", "n": $i,
  "createdAt": "2026-11-23T04:00:00.000Z", "owner": {"id": "u$i", "name": "User $i"}}))
#end
{"version": "2018-05-29", "payload": $util.toJson($items)}"#;

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
pub(crate) fn report(span: Duration) -> Result<()> {
    let query = json!({"query": QUERY, "variables": {"l": 100}}).to_string();
    let (freehold, peers) = (Server::freehold()?, peers()?);
    let path = |which: &str, payload: &str| make_api(&freehold, which, payload);
    let ours = [
        ("Freehold, list in the template", path("at-hand", &at_hand())?),
        ("Freehold, list made by VTL", path("made", MADE)?),
    ];
    println!("\n## GraphQL over HTTP\n");
    println!("A list of 100 items with 5 fields; rounds interleaved, {span:?} each.\n");
    println!("| connections | server | a second | processor time, µs | p50, ms | p99, ms |");
    println!("|---:|---|---:|---:|---:|---:|");
    for connections in CONNECTIONS {
        for (name, (path, key)) in &ours {
            let request = Request::graphql(path, &format!("x-api-key: {key}\r\n"), &query);
            row(connections, name, &load(&freehold, &request, connections, span)?);
        }
        for (name, path, server) in &peers {
            let request = Request::graphql(path, "", &query);
            row(connections, name, &load(server, &request, connections, span)?);
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn row(connections: usize, name: &str, load: &Load) {
    let Load { per_second, server_micros, p50_millis, p99_millis } = load;
    println!(
        "| {connections} | {name} | {per_second:.0} | {server_micros:.0} | {p50_millis:.2} | {p99_millis:.2} |"
    );
}

fn at_hand() -> String {
    let item = |i| {
        json!({
            "id": format!("post-{i}"), "title": format!("The title of post {i}"), "n": i,
            "createdAt": "2026-11-23T04:00:00.000Z", "owner": {"id": format!("u{i}"), "name": format!("User {i}")},
        })
    };
    json!({"version": "2018-05-29", "payload": (0..100).map(item).collect::<Vec<_>>()}).to_string()
}

/// An API whose list comes from a template: its path, and a key to it.
fn make_api(server: &Server, name: &str, template: &str) -> Result<(String, String)> {
    let call = |path: &str, body: Value| -> Result<Value> {
        let answer = client::once(server, &Request::appsync(path, &body.to_string()))?;
        serde_json::from_slice(&answer).context("AppSync answers JSON")
    };
    let text =
        |value: &Value| Ok::<_, anyhow::Error>(value.as_str().context("is a text")?.to_owned());
    let api = call("/v1/apis", json!({"name": name, "authenticationType": "API_KEY"}))?;
    let id = text(&api["graphqlApi"]["apiId"])?;
    let url = text(&api["graphqlApi"]["uris"]["GRAPHQL"])?;
    let below = |path: &str| format!("/v1/apis/{id}/{path}");
    call(&below("schemacreation"), json!({"definition": STANDARD.encode(SCHEMA)}))?;
    let resolver = json!({
        "fieldName": "list", "dataSourceName": "none", "requestMappingTemplate": template,
        "responseMappingTemplate": "$util.toJson($ctx.result)",
    });
    call(&below("datasources"), json!({"name": "none", "type": "NONE"}))?;
    // The schema is there a moment after it was asked for.
    let made = (0..100).find_map(|_| call(&below("types/Query/resolvers"), resolver.clone()).ok());
    ensure!(made.is_some(), "the schema didn't come");
    let key = text(&call(&below("apikeys"), json!({}))?["apiKey"]["id"])?;
    let path = url.splitn(4, '/').nth(3).context("an address has a path")?;
    Ok((format!("/{path}"), key))
}

/// The peers, running, with the path of each.
fn peers() -> Result<Vec<(&'static str, &'static str, Server)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    if !folder.join("node_modules").is_dir() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]);
        // What it says doesn't belong to the report.
        npm.current_dir(&folder).stdout(Stdio::null());
        ensure!(npm.status()?.success(), "npm installs the peers");
    }
    PEERS.into_iter().map(|(name, file)| start(&folder, name, file)).collect()
}

fn start(
    folder: &Path,
    name: &'static str,
    file: &str,
) -> Result<(&'static str, &'static str, Server)> {
    let script: PathBuf = folder.join(file).with_extension("mjs");
    let path = if file == "apollo" { "/" } else { "/graphql" };
    Ok((name, path, Server::node(&script)?))
}
