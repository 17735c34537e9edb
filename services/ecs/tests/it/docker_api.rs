//! A small server of Docker's API on a socket: containers that run nothing and end when the test says so.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub(crate) name: String,
    /// The request that made it.
    pub(crate) body: Value,
    pub(crate) starts: u32,
    pub(crate) stops: u32,
    pub(crate) exit_code: Option<i64>,
}

#[derive(Default)]
struct World {
    containers: BTreeMap<String, Container>,
    removed: u32,
    pulled: Vec<String>,
    images: Vec<String>,
}

pub(crate) struct DockerApi {
    folder: TempDir,
    world: Arc<Mutex<World>>,
    changed: Arc<watch::Sender<()>>,
    serving: JoinHandle<()>,
}

impl DockerApi {
    /// An engine that has these images, and can pull any but `private`.
    pub(crate) fn open(images: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join("docker.sock")).expect("binds");
        let images = images.iter().map(|image| (*image).to_owned()).collect();
        let world = Arc::new(Mutex::new(World { images, ..World::default() }));
        let changed = Arc::new(watch::Sender::new(()));
        let shared = (Arc::clone(&world), Arc::clone(&changed));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (world, changed) = (Arc::clone(&shared.0), Arc::clone(&shared.1));
                let answer = service_fn(move |request| {
                    let (world, changed) = (Arc::clone(&world), Arc::clone(&changed));
                    async move { Ok::<_, Infallible>(answer(&world, &changed, request).await) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), answer);
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        DockerApi { folder, world, changed, serving }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        Path::join(self.folder.path(), "docker.sock")
    }

    pub(crate) fn containers(&self) -> BTreeMap<String, Container> {
        lock(&self.world).containers.clone()
    }

    pub(crate) fn removed(&self) -> u32 {
        lock(&self.world).removed
    }

    pub(crate) fn pulled(&self) -> Vec<String> {
        lock(&self.world).pulled.clone()
    }

    /// Lets a container end.
    pub(crate) fn end(&self, id: &str, code: i64) {
        if let Some(container) = lock(&self.world).containers.get_mut(id) {
            container.exit_code.get_or_insert(code);
        }
        self.changed.send_replace(());
    }
}

impl Drop for DockerApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock(world: &Mutex<World>) -> std::sync::MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(
    world: &Mutex<World>,
    changed: &watch::Sender<()>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let path = head.uri.path().trim_start_matches('/');
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts[0].starts_with('v') && parts[0] != "version" {
        parts.remove(0);
    }
    let query = head.uri.query().unwrap_or_default();
    match (&head.method, parts.as_slice()) {
        (_, ["version"]) => reply(200, &json!({"ApiVersion": "1.44", "MinAPIVersion": "1.24"})),
        (&Method::POST, ["images", "create"]) => pull(world, query),
        (&Method::POST, ["containers", "create"]) => create(world, query, &body),
        (&Method::GET, ["containers", "json"]) => list(world, query),
        (&Method::POST, ["containers", id, "wait"]) => wait(world, changed, id).await,
        (&Method::POST, ["containers", id, what @ ("start" | "stop")]) => {
            let is_stop = *what == "stop";
            let mut world = lock(world);
            let Some(container) = world.containers.get_mut(*id) else { return no_container(id) };
            if is_stop {
                container.stops += 1;
                container.exit_code.get_or_insert(143);
                changed.send_replace(());
            } else {
                container.starts += 1;
            }
            empty(204)
        }
        (&Method::GET, ["containers", id, "json"]) => match lock(world).containers.get(*id) {
            Some(container) => {
                let status = match (container.starts, container.exit_code) {
                    (0, _) => "created",
                    (_, None) => "running",
                    (_, Some(_)) => "exited",
                };
                reply(
                    200,
                    &json!({"Id": id, "State": {"Status": status, "ExitCode": container.exit_code.unwrap_or(0)}}),
                )
            }
            None => no_container(id),
        },
        (&Method::GET, ["containers", _, "logs"]) => {
            let line = b"2023-11-14T22:13:20.000000000Z hello from a container\n";
            let mut frame = vec![1, 0, 0, 0, 0, 0, 0, line.len() as u8];
            frame.extend_from_slice(line);
            let mut response = Response::new(Full::new(Bytes::from(frame)));
            let kind = "application/vnd.docker.raw-stream".parse().expect("a header");
            response.headers_mut().insert("content-type", kind);
            response
        }
        (&Method::DELETE, ["containers", id]) => {
            let mut world = lock(world);
            world.removed += u32::from(world.containers.remove(*id).is_some());
            empty(204)
        }
        _ => reply(404, &json!({"message": "page not found"})),
    }
}

fn create(world: &Mutex<World>, query: &str, body: &[u8]) -> Response<Full<Bytes>> {
    let body: Value = serde_json::from_slice(body).expect("is JSON");
    let mut world = lock(world);
    if !world.images.iter().any(|image| body["Image"] == **image) {
        return reply(404, &json!({"message": "No such image"}));
    }
    let name = query.split('&').find_map(|pair| pair.strip_prefix("name=")).unwrap_or_default();
    let id = format!("{:064x}", world.containers.len() + 1);
    let name = name.to_owned();
    let container = Container { name, body, starts: 0, stops: 0, exit_code: None };
    world.containers.insert(id.clone(), container);
    reply(201, &json!({"Id": id, "Warnings": []}))
}

fn pull(world: &Mutex<World>, query: &str) -> Response<Full<Bytes>> {
    let image =
        query.split('&').find_map(|pair| pair.strip_prefix("fromImage=")).unwrap_or_default();
    if image == "private" {
        return reply(404, &json!({"message": "pull access denied for private"}));
    }
    let mut world = lock(world);
    world.pulled.push(image.to_owned());
    world.images.push(image.to_owned());
    reply(200, &json!({"status": "Pulled"}))
}

fn list(world: &Mutex<World>, query: &str) -> Response<Full<Bytes>> {
    // Labels are in the filters, however these are escaped: ids of tasks are plain.
    let of_task = |body: &Value| {
        let arn = body["Labels"]["freehold.task"].as_str().unwrap_or_default();
        query.contains(arn.rsplit('/').next().unwrap_or_default())
    };
    let world = lock(world);
    let containers = world.containers.iter().filter(|(_, it)| of_task(&it.body));
    let shown = containers.map(|(id, it)| json!({"Id": id, "Labels": it.body["Labels"]}));
    reply(200, &shown.collect())
}

async fn wait(
    world: &Mutex<World>,
    changed: &watch::Sender<()>,
    id: &str,
) -> Response<Full<Bytes>> {
    let mut changes = changed.subscribe();
    loop {
        let code = match lock(world).containers.get(id) {
            Some(container) => container.exit_code,
            None => return no_container(id),
        };
        match code {
            Some(code) => return reply(200, &json!({"StatusCode": code})),
            None => drop(changes.changed().await),
        }
    }
}

fn no_container(id: &str) -> Response<Full<Bytes>> {
    reply(404, &json!({"message": format!("No such container: {id}")}))
}

fn reply(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status.try_into().expect("a status");
    response.headers_mut().insert("content-type", "application/json".parse().expect("a header"));
    response
}

fn empty(status: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status.try_into().expect("a status");
    response
}
