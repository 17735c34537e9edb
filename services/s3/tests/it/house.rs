//! A house with this room alone, guarded if a test says so, and how to ask it.

use std::sync::{Arc, Mutex, PoisonError};

use aws::{Error, PageTokens};
use base::{Clock, Entropy, ManualClock, Timestamp};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use s3::S3;
use serde_json::{Value, json};
use service::{Access, Bus, Caller, Check, Ctx, Guard, House, HttpBody, Registry, Service};
use store::{Memory, Store};
use tempfile::TempDir;

pub(crate) const ACCOUNT: &str = "000000000000";

pub(crate) struct Rooms {
    pub(crate) house: Arc<House>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) s3: Arc<S3>,
    pub(crate) folder: TempDir,
    _registry: Arc<Registry>,
}

/// Somebody who notes what it is asked, and lets everybody do everything.
#[derive(Default)]
pub(crate) struct Notes(Mutex<Vec<Asked>>);

/// One question: the action, the resource, its owner, and its policy.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) owner: Option<String>,
    pub(crate) policy: Option<Value>,
}

impl Notes {
    pub(crate) fn last(&self) -> Asked {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.last().cloned().expect("was asked")
    }
}

impl Notes {
    /// The actions that were asked about since this was asked last.
    pub(crate) fn actions(&self) -> Vec<String> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.drain(..).map(|asked| asked.action).collect()
    }
}

impl Guard for Notes {
    fn check<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _room: &'a dyn Service,
        _operation: &'a str,
        _body: &'a [u8],
    ) -> Check<'a> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn check_access(&self, _ctx: &Ctx, access: &Access<'_>) -> Result<(), Error> {
        let asked = Asked {
            action: access.action.to_owned(),
            resource: access.resource.to_owned(),
            owner: access.owner.map(str::to_owned),
            policy: access.policy.map(|text| serde_json::from_str(text).expect("is JSON")),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        Ok(())
    }

    fn check_role(&self, _ctx: &Ctx, _role_arn: &str) -> Result<(), Error> {
        Ok(())
    }
}

impl Rooms {
    pub(crate) fn open() -> Self {
        Rooms::with(None, "us-east-1")
    }

    pub(crate) fn in_region(region: &str) -> Self {
        Rooms::with(None, region)
    }

    pub(crate) fn guarded_by(notes: &Arc<Notes>) -> Self {
        Rooms::with(Some(Arc::clone(notes) as Arc<dyn Guard>), "us-east-1")
    }

    fn with(guard: Option<Arc<dyn Guard>>, region: &str) -> Self {
        let start = Timestamp::parse_rfc3339("2026-11-01T12:00:00Z").expect("an instant");
        let clock = Arc::new(ManualClock::starting_at(start));
        let house = Arc::new(House::new(
            ACCOUNT,
            region,
            Arc::clone(&clock) as Arc<dyn Clock>,
            Entropy::from_number(7),
            PageTokens::new([1; 32]),
        ));
        let folder = tempfile::tempdir().expect("a folder");
        let (store, bus) = (Arc::new(Memory::new()) as Arc<dyn Store>, Bus::new());
        let s3 = S3::open(store, Arc::clone(&house), bus.clone(), folder.path()).expect("opens");
        let s3 = Arc::new(s3);
        let mut registry = Registry::new([Arc::clone(&s3) as Arc<dyn Service>]);
        if let Some(guard) = guard {
            registry = registry.guarded_by(guard);
        }
        let registry = Arc::new(registry);
        bus.connect(&registry);
        Rooms { house, clock, s3, folder, _registry: registry }
    }

    pub(crate) fn root(&self) -> Ctx {
        Ctx::root(Arc::clone(&self.house))
    }

    pub(crate) async fn ask(&self, operation: &str, body: Value) -> Result<Value, Error> {
        let reply = self.s3.call(self.root(), operation, body.to_string().into()).await?;
        Ok(serde_json::from_slice(&reply).expect("a reply is JSON"))
    }

    /// Calls an operation that works.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Value {
        match self.ask(operation, body).await {
            Ok(reply) => reply,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    /// The code of a refusal.
    pub(crate) async fn refusal(&self, operation: &str, body: Value) -> String {
        match self.ask(operation, body).await {
            Ok(reply) => panic!("{operation} was not refused: {reply}"),
            Err(error) => error.code.into_owned(),
        }
    }

    pub(crate) async fn bucket(&self, name: &str) {
        self.call("CreateBucket", json!({ "Bucket": name })).await;
    }

    pub(crate) async fn put(&self, bucket: &str, key: &str, body: &str) -> Value {
        let body = BASE64_STANDARD.encode(body);
        self.call("PutObject", json!({ "Bucket": bucket, "Key": key, "Body": body })).await
    }

    /// The files that bodies are kept in.
    pub(crate) fn files(&self) -> usize {
        std::fs::read_dir(self.folder.path()).expect("reads").count()
    }

    /// Sends a request over HTTP, and gives the status and the body of the reply.
    pub(crate) async fn send(&self, caller: Caller, request: Request<&str>) -> Response<String> {
        let ctx = Ctx::new(Arc::clone(&self.house), caller, "request-1");
        let request = request.map(|body| {
            let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
            HttpBody::new(body.map_err(|never| match never {}))
        });
        let raw = self.s3.raw_http().expect("reads HTTP");
        let (head, body) = raw.answer(ctx, request).await.into_parts();
        let body = body.collect().await.expect("reads").to_bytes();
        Response::from_parts(head, String::from_utf8_lossy(&body).into_owned())
    }
}
