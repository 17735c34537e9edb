//! The S3 room: buckets, objects and their versions.
//!
//! `s3s` reads and writes the protocol; what is kept, and where, is here: facts about buckets and objects are rows of the
//! house's store, bodies are files beside it. A body is on stable storage before the row that names it is written, and
//! a file that no row names is swept away when the room opens.
//!
//! It serves no website and replicates nothing: configurations of these are kept and given back, without effect. What it
//! hasn't at all (inventories, analytics, select) answers `NotImplemented`.
//!
//! # How to read it
//! - `front`: from an HTTP request to `s3s` and back. `protocol`: each operation and the function in `ops` that answers it.
//! - `model` and `tables`: what is kept, and how. `bodies`: the files.
//! - `access`: who may do what; `acl`: the lists that say so beside policies.
//! - `incoming`: a body on its way in, with the digests that are taken of it; `chunked`: bodies in signed chunks; `forms`:
//!   those of a browser's form.
//! - `listing`: prefixes, delimiters and pages. `conditions`: `If-Match` and its like. `cors`: what browsers are told.
//! - `notifications` and `work`: what is told to queues, topics, functions and buses. `lifecycle`: how objects age.

mod access;
mod acl;
mod bodies;
mod chunked;
mod conditions;
mod cors;
mod crc;
mod errors;
mod forms;
mod front;
mod incoming;
mod lifecycle;
mod listing;
mod model;
mod notifications;
mod ops;
mod protocol;
mod replies;
mod tables;
mod visit;
mod work;

use std::io;
use std::path::Path;
use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use http::Request;
use s3s::service::{S3Service, S3ServiceBuilder};
use service::{Bus, Ctx, Facts, House, HttpBody, HttpReply, Rate, RawHttp, Reply, Service};
use store::Store;
use tokio::sync::Notify;

use bodies::Bodies;

/// The room.
pub struct S3 {
    room: Arc<Room>,
    protocol: S3Service,
}

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    bus: Bus,
    bodies: Bodies,
    /// Rings when there is a notification to deliver.
    notices: Notify,
}

impl S3 {
    /// Opens the room over a store, with the bodies of objects in `folder`.
    pub fn open(
        store: Arc<dyn Store>,
        house: Arc<House>,
        bus: Bus,
        folder: &Path,
    ) -> io::Result<Self> {
        let bodies = Bodies::open(folder)?;
        let room = Arc::new(Room { store, house, bus, bodies, notices: Notify::new() });
        let mut protocol = S3ServiceBuilder::new(protocol::Protocol(Arc::clone(&room)));
        protocol.set_host(front::BucketHosts);
        Ok(S3 { room, protocol: protocol.build() })
    }

    /// Lets go what has expired by the rules of its bucket, as [`S3::work`] does now and then.
    pub async fn age(&self) {
        work::age(&self.room).await;
    }

    /// Sweeps files that no row names, then delivers notifications. To be run once; it doesn't end.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::work(Arc::clone(&self.room))
    }
}

impl Service for S3 {
    fn facts(&self) -> Facts {
        Facts {
            name: "s3",
            signing_name: "s3",
            endpoint_prefix: "s3",
            target_prefix: "AmazonS3",
            protocol: Protocol::RestXml,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        protocol::OPERATIONS.to_vec()
    }

    fn rate(&self, _operation: &str) -> Option<Rate> {
        None
    }

    fn raw_http(&self) -> Option<&dyn RawHttp> {
        Some(self)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let operation = operation.to_owned();
        Box::pin(async move { front::call(self, ctx, &operation, body).await })
    }
}

impl RawHttp for S3 {
    fn answer(&self, ctx: Ctx, request: Request<HttpBody>) -> HttpReply<'_> {
        Box::pin(front::answer(self, ctx, request))
    }
}
