//! One event to many subscribers: how soon all have it, and what a connection costs that hears nothing; by `ws`, and by
//! `wss` beside it.
//!
//! The subscribers are connections of this process, on the same cores as the server; what they do with an event is to
//! note when it came. Both processes need as many file descriptors (`ulimit -n`).
//!
//! Budgets: p99 ≤ 500 ms, 8 KB a connection by `ws`.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::client::{self, Request};
use crate::process::Server;

const EVENTS: usize = 20;
/// Subscribers that come at once.
const ARRIVING: usize = 64;
const SCHEMA: &str = r#"
type Message { id: ID! room: String text: String }
type Query { none: Int }
type Mutation { say(room: String, text: String): Message }
type Subscription { said(room: String): Message @aws_subscribe(mutations: ["say"]) }"#;
const TEMPLATE: &str = r#"{"version": "2018-05-29",
    "payload": {"id": "1", "room": "red", "text": $util.toJson($ctx.args.text)}}"#;

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
pub(crate) fn report(subscribers: usize) -> Result<()> {
    println!("\n## One event to {subscribers} subscribers\n");
    println!(
        "Over `graphql-ws`, an argument as filter, {EVENTS} events one after the other, clients on the same cores.\n"
    );
    println!(
        "| | p50, ms | p99, ms | the last, ms | processor time a subscriber, µs | bytes a connection | all left, a mutation took, ms |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for way in [Way::Plain, Way::Tls] {
        println!("{}", row(way, subscribers)?);
    }
    Ok(())
}

/// How subscribers come.
#[derive(Clone, Copy)]
enum Way {
    Plain,
    Tls,
}

fn row(way: Way, subscribers: usize) -> Result<String> {
    let server = Server::freehold()?;
    let api = Api::create(&server)?;
    let door = match way {
        Way::Plain => Door::Plain,
        Way::Tls => Door::Tls(trusting(&server.authority()?)?),
    };
    // The first connections make the server grow by what all share.
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (heard, mut times) = mpsc::channel(subscribers);
        let first = arrive(&api, &door, ARRIVING, &heard).await?;
        let before = server.memory_bytes("RssAnon")?;
        let mut all = arrive(&api, &door, subscribers - ARRIVING, &heard).await?;
        let after = server.memory_bytes("RssAnon")?;
        all.extend(first);
        let mut micros = Vec::with_capacity(EVENTS * subscribers);
        let processor = server.processor_seconds()?;
        for _ in 0..EVENTS {
            let sent = client::now();
            let answer = say(&api);
            for _ in 0..subscribers {
                let came: std::time::Instant =
                    times.recv().await.context("a subscriber is there")?;
                micros.push(came.saturating_duration_since(sent).as_micros());
            }
            answer.await??;
        }
        let used = server.processor_seconds()? - processor;
        micros.sort_unstable();
        let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
        let left = client::now();
        all.iter().for_each(tokio::task::JoinHandle::abort);
        drop(all);
        say(&api).await??;
        Ok(format!(
            "| {} | {:.0} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} |",
            door.name(),
            at(0.5),
            at(0.99),
            at(1.0),
            used * 1e6 / micros.len() as f64,
            after.saturating_sub(before) as f64 / (subscribers - ARRIVING) as f64,
            left.elapsed().as_secs_f64() * 1e3,
        ))
    })
}

/// The way into the server.
#[derive(Clone)]
enum Door {
    Plain,
    Tls(TlsConnector),
}

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

impl Door {
    fn name(&self) -> &'static str {
        match self {
            Door::Plain => "`ws`",
            Door::Tls(_) => "`wss`",
        }
    }

    async fn open(&self, address: &str) -> Result<Box<dyn Connection>> {
        let connection = TcpStream::connect(address).await?;
        Ok(match self {
            Door::Plain => Box::new(connection),
            Door::Tls(connector) => {
                let name = ServerName::try_from("localhost")?;
                Box::new(connector.connect(name, connection).await?)
            }
        })
    }
}

/// TLS that trusts the authority of a server of developers.
fn trusting(authority: &[u8]) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority)?)?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Has something said that all hear.
fn say(api: &Api) -> tokio::task::JoinHandle<Result<Vec<u8>>> {
    let (address, request) = (api.address.clone(), api.say());
    tokio::task::spawn_blocking(move || client::once_at(&address, &request))
}

type Subscriber = tokio::task::JoinHandle<Result<()>>;

/// Connects subscribers and has them listen.
async fn arrive(
    api: &Api,
    door: &Door,
    count: usize,
    heard: &mpsc::Sender<std::time::Instant>,
) -> Result<Vec<Subscriber>> {
    let places = Arc::new(Semaphore::new(ARRIVING));
    let (ready, mut arrived) = mpsc::channel(ARRIVING);
    let mut subscribers = Vec::with_capacity(count);
    for _ in 0..count {
        let place = Arc::clone(&places).acquire_owned().await?;
        let (address, hello, start) = (api.address.clone(), api.hello(), api.start());
        let (door, heard, ready) = (door.clone(), heard.clone(), ready.clone());
        subscribers.push(tokio::spawn(async move {
            let mut connection = subscribe(&door, &address, &hello, &start).await?;
            drop(place);
            ready.send(()).await?;
            drop(ready);
            let mut event = [0; 4096];
            // An event comes in one piece: it is small, and one comes after the other.
            while connection.read(&mut event).await? != 0 {
                heard.send(client::now()).await?;
            }
            Ok(())
        }));
        while arrived.try_recv().is_ok() {}
    }
    drop(ready);
    while arrived.recv().await.is_some() {}
    Ok(subscribers)
}

async fn subscribe(
    door: &Door,
    address: &str,
    hello: &[u8],
    start: &[u8],
) -> Result<Box<dyn Connection>> {
    let mut connection = door.open(address).await?;
    connection.write_all(hello).await?;
    connection.write_all(start).await?;
    let (mut heard, mut piece) = (Vec::new(), [0; 1024]);
    while !heard.windows(9).any(|bytes| bytes == b"start_ack") {
        let read = connection.read(&mut piece).await?;
        ensure!(read != 0, "refused: {}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&piece[..read]);
    }
    Ok(connection)
}

struct Api {
    address: String,
    id: String,
    key: String,
}

impl Api {
    fn create(server: &Server) -> Result<Self> {
        let ask = |method: &str, path: &str, body: Value| -> Result<Value> {
            let request = Request::rest("appsync", method, path, &body.to_string());
            Ok(serde_json::from_slice(&client::once(server, &request)?)?)
        };
        let settings = json!({"name": "live", "authenticationType": "API_KEY"});
        let api = ask("POST", "/v1/apis", settings)?;
        let id = api["graphqlApi"]["apiId"].as_str().context("an API has an id")?.to_owned();
        let of = |path: &str| format!("/v1/apis/{id}/{path}");
        ask("POST", &of("schemacreation"), json!({"definition": STANDARD.encode(SCHEMA)}))?;
        while ask("GET", &of("schemacreation"), Value::Null)?["status"] == "PROCESSING" {}
        ask("POST", &of("datasources"), json!({"name": "none", "type": "NONE"}))?;
        let resolver = json!({
            "fieldName": "say",
            "dataSourceName": "none",
            "requestMappingTemplate": TEMPLATE,
            "responseMappingTemplate": "$util.toJson($ctx.result)",
        });
        ask("POST", &of("types/Mutation/resolvers"), resolver)?;
        let key = ask("POST", &of("apikeys"), json!({}))?;
        let key = key["apiKey"]["id"].as_str().context("a key has an id")?.to_owned();
        Ok(Api { address: server.address.clone(), id, key })
    }

    fn headers(&self) -> Value {
        json!({"host": self.address, "x-api-key": self.key})
    }

    /// The handshake.
    fn hello(&self) -> Vec<u8> {
        let Api { address, id, .. } = self;
        let header = URL_SAFE_NO_PAD.encode(self.headers().to_string());
        format!(
            "GET /appsync-api/{id}/graphql/realtime HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: graphql-ws, header-{header}\r\n\r\n"
        )
        .into_bytes()
    }

    /// The subscription, as a frame whose mask changes nothing.
    fn start(&self) -> Vec<u8> {
        let query = "subscription S($room: String) { said(room: $room) { id room text } }";
        let data = json!({"query": query, "variables": {"room": "red"}}).to_string();
        let message = json!({
            "id": "1",
            "type": "start",
            "payload": {"data": data, "extensions": {"authorization": self.headers()}},
        })
        .to_string();
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&[0x81, 0x80 | 126][..], &length, &[0; 4], message.as_bytes()].concat()
    }

    /// A mutation that all hear.
    fn say(&self) -> Request {
        let mut text = String::new();
        (0..30).for_each(|word| write!(text, "word-{word} ").expect("text takes it"));
        let query = "mutation M($text: String) { say(text: $text) { id room text } }";
        let body = json!({"query": query, "variables": {"text": text}}).to_string();
        let headers = format!("x-api-key: {}\r\n", self.key);
        Request::plain(&format!("/appsync-api/{}/graphql", self.id), &headers, &body)
    }
}
