//! The objects of S3 that a map run reads and writes, as its execution's role.

use std::io::Write as _;

use asl::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use json::{Object, Value};
use service::CallError;

use crate::dispatch::caller;
use crate::facts::Facts;
use crate::{Error, Runner};

/// How much of an object is read at once.
const PIECE_BYTES: u64 = 4 * 1024 * 1024;
/// Of a compressed one, which may grow a thousandfold.
const GZIP_PIECE_BYTES: u64 = 64 * 1024;

/// Why reading or writing came to no end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The map run fails.
    Failed(Failure),
    /// Our trouble; or the server is closing, and the work is done again by the next one.
    Broken(Error),
}

/// A way to S3.
pub(super) struct Objects<'r> {
    pub(super) runner: &'r Runner,
    pub(super) facts: &'r Facts,
    /// What a map run fails with that S3 refuses.
    pub(super) error: &'static str,
}

/// The bytes of an object, read a piece at a time.
pub(super) struct Source<'o> {
    objects: &'o Objects<'o>,
    request: Object,
    piece: u64,
    offset: u64,
    /// None before the first piece.
    length: Option<u64>,
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    buffer: Vec<u8>,
    at: usize,
}

impl Objects<'_> {
    pub(super) fn failed(&self, cause: impl Into<std::sync::Arc<str>>) -> Stop {
        Stop::Failed(Failure::new(self.error, cause))
    }

    /// Calls an operation of S3.
    pub(super) async fn ask(&self, operation: &str, body: Object) -> Result<Value, Stop> {
        match self.call(operation, body).await? {
            Ok(reply) => Ok(reply),
            Err(refused) => Err(self.refused(&refused)),
        }
    }

    async fn call(
        &self,
        operation: &str,
        body: Object,
    ) -> Result<Result<Value, (aws::Error, String)>, Stop> {
        if self.runner.0.tasks.is_closing() {
            return Err(Stop::Broken(Error::Interrupted));
        }
        let ctx = caller(self.runner, self.facts, None).map_err(Stop::Failed)?;
        let request_id = ctx.request_id().to_owned();
        let body = Bytes::from(Value::from(body).to_string());
        match self.runner.0.bus.call(ctx, "s3", operation, body).await {
            Ok(reply) if reply.is_empty() => Ok(Ok(Value::empty_object())),
            Ok(reply) => {
                let value =
                    std::str::from_utf8(&reply).ok().and_then(|text| Value::parse(text).ok());
                value.map(Ok).ok_or_else(|| self.failed("S3 gave an answer that isn't JSON."))
            }
            Err(CallError::Refused(error)) => Ok(Err((error, request_id))),
            Err(CallError::Unanswered(text)) => Err(self.failed(text)),
            Err(CallError::NoRoom(_)) => Err(self.failed(
                "Freehold has no s3 room and no endpoint for it: set [endpoints.s3] in the configuration.",
            )),
        }
    }

    /// As the older SDK words it, which optimized integrations show.
    fn refused(&self, (error, request_id): &(aws::Error, String)) -> Stop {
        let message = error.message.as_deref().unwrap_or("null");
        self.failed(format!(
            "{message} (Service: Amazon S3; Status Code: {}; Error Code: {}; Request ID: {request_id}; Proxy: null)",
            error.status, error.code
        ))
    }

    /// The members of `arguments` that any request takes, and the bucket that one must have.
    pub(super) fn request(&self, arguments: &Value) -> Result<Object, Stop> {
        let mut request = Object::new();
        for name in ["Bucket", "ExpectedBucketOwner"] {
            if let Some(value) = arguments.get(name) {
                request.insert(name, value);
            }
        }
        match request.get("Bucket").and_then(Value::as_str) {
            Some(_) => Ok(request),
            None => Err(self.failed("The field 'Bucket' is required and must be a string.")),
        }
    }

    pub(super) fn open(&self, request: Object, is_compressed: bool) -> Source<'_> {
        Source {
            objects: self,
            request,
            piece: if is_compressed { GZIP_PIECE_BYTES } else { PIECE_BYTES },
            offset: 0,
            length: None,
            gzip: is_compressed.then(|| MultiGzDecoder::new(Vec::new())),
            buffer: Vec::new(),
            at: 0,
        }
    }
}

impl Source<'_> {
    pub(super) fn failed(&self, cause: impl Into<std::sync::Arc<str>>) -> Stop {
        self.objects.failed(cause)
    }

    /// The next byte, which stays; none at the end.
    pub(super) async fn peek(&mut self) -> Result<Option<u8>, Stop> {
        while self.at == self.buffer.len() {
            if !self.fill().await? {
                return Ok(None);
            }
        }
        Ok(Some(self.buffer[self.at]))
    }

    /// Takes the next byte.
    pub(super) async fn next(&mut self) -> Result<Option<u8>, Stop> {
        let byte = self.peek().await?;
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }

    /// Everything that is left, if it isn't more than `most` bytes.
    pub(super) async fn rest(&mut self, most: usize) -> Result<Vec<u8>, Stop> {
        let mut rest = Vec::new();
        while self.peek().await?.is_some() {
            rest.extend_from_slice(&self.buffer[self.at..]);
            self.at = self.buffer.len();
            if most < rest.len() {
                return Err(self.failed(format!("The object is longer than {most} bytes.")));
            }
        }
        Ok(rest)
    }

    /// Reads the next piece; false at the end.
    async fn fill(&mut self) -> Result<bool, Stop> {
        if self.length.is_some_and(|length| length <= self.offset) {
            return Ok(false);
        }
        let piece = self.piece().await?;
        self.at = 0;
        self.buffer = match &mut self.gzip {
            None => piece,
            Some(gzip) => {
                let is_last = self.length.is_some_and(|length| length <= self.offset);
                let read = gzip.write_all(&piece).and_then(|()| match is_last {
                    true => gzip.try_finish(),
                    false => gzip.flush(),
                });
                match read {
                    Ok(()) => std::mem::take(gzip.get_mut()),
                    Err(error) => {
                        let cause = format!("The object can't be decompressed: {error}.");
                        return Err(self.failed(cause));
                    }
                }
            }
        };
        Ok(true)
    }

    async fn piece(&mut self) -> Result<Vec<u8>, Stop> {
        let mut request = self.request.clone();
        let last = self.offset + self.piece - 1;
        request.insert("Range", format!("bytes={}-{last}", self.offset));
        let reply = match self.objects.call("GetObject", request).await? {
            Ok(reply) => reply,
            // An empty object has no range.
            Err((error, _)) if error.code == "InvalidRange" && self.length.is_none() => {
                self.length = Some(0);
                return Ok(Vec::new());
            }
            Err(refused) => return Err(self.objects.refused(&refused)),
        };
        let body = reply.get("Body");
        let text = body.as_ref().and_then(Value::as_str).unwrap_or_default();
        let Ok(piece) = STANDARD.decode(text) else {
            return Err(self.failed("S3 gave a body that isn't base64."));
        };
        self.offset += piece.len() as u64;
        // `bytes 0-9/100`; what has no range is the whole object.
        let range = reply.get("ContentRange");
        let length = range.as_ref().and_then(Value::as_str).and_then(|range| {
            range.rsplit_once('/').and_then(|(_, length)| length.parse::<u64>().ok())
        });
        self.length = Some(length.filter(|_| !piece.is_empty()).unwrap_or(self.offset));
        // The pieces that follow are of the same object.
        if let Some(etag) = reply.get("ETag") {
            self.request.insert("IfMatch", etag);
        }
        Ok(piece)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Broken(error)
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Stop::Broken(error.into())
    }
}
