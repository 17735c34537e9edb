//! Bodies of requests on their way in, of replies on their way out.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use aws::{Error, REQUEST_BYTES_MAX};
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Frame, Incoming};
use service::HttpBody;
use tokio::time::{Instant, Sleep};

/// How much of a body that is too large is still taken in, so that the client gets to read why it is refused.
const DRAIN_BYTES_MAX: usize = 16 * REQUEST_BYTES_MAX;

/// Takes the body in, within AWS's bounds of size and ours of time.
pub(super) async fn read<B>(
    headers: &HeaderMap,
    body: B,
    bytes_max: usize,
    timeout: Duration,
) -> Result<Bytes, Error>
where
    B: Body<Data = Bytes> + Unpin,
{
    let head_bytes: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let body_bytes_max = bytes_max.saturating_sub(head_bytes);
    let announced = super::text(headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let drain_bytes_max = bytes_max.max(DRAIN_BYTES_MAX);
    if announced.is_some_and(|length: usize| drain_bytes_max < length) {
        return Err(Error::request_too_large());
    }
    tokio::time::timeout(timeout, collect(body, body_bytes_max, drain_bytes_max))
        .await
        .unwrap_or_else(|_| Err(Error::request_timeout()))
}

async fn collect<B>(mut body: B, bytes_max: usize, drain_bytes_max: usize) -> Result<Bytes, Error>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let cut_off = |_| Error::serialization("The request body ended early");
        let Ok(data) = frame.map_err(cut_off)?.into_data() else {
            continue;
        };
        total += data.len();
        match total {
            _ if drain_bytes_max < total => break,
            _ if bytes_max < total => rest.clear(),
            _ if total == data.len() => first = data,
            _ => {
                // Most bodies come in one piece, which then needn't be copied.
                rest.extend_from_slice(&std::mem::take(&mut first));
                rest.extend_from_slice(&data);
            }
        }
    }
    match total {
        _ if bytes_max < total => Err(Error::request_too_large()),
        _ if total == first.len() => Ok(first),
        _ => Ok(rest.freeze()),
    }
}

/// The body as a stream, each piece of which has that long to arrive.
pub(super) fn stream(body: Incoming, timeout: Duration) -> HttpBody {
    Patient { body, timeout, deadline: None }.boxed_unsync()
}

/// A body that a room reads as far as it wants to; the rest can be taken in afterwards.
#[derive(Clone)]
pub(super) struct Lent(Arc<Mutex<Patient>>);

impl Lent {
    pub(super) fn new(body: Incoming, timeout: Duration) -> Self {
        Lent(Arc::new(Mutex::new(Patient { body, timeout, deadline: None })))
    }

    /// Takes in what the room has left, so that the connection is good for another request. Tells whether it is.
    pub(super) async fn finish(mut self, timeout: Duration) -> bool {
        tokio::time::timeout(timeout, self.take_in()).await.unwrap_or_default()
    }

    async fn take_in(&mut self) -> bool {
        let mut left = DRAIN_BYTES_MAX;
        if usize::try_from(self.size_hint().lower()).map_or(true, |announced| left < announced) {
            return false;
        }
        while !self.is_end_stream() {
            let data = match self.frame().await {
                None => return true,
                Some(Err(_)) => return false,
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            };
            let Some(less) = left.checked_sub(data.len()) else { return false };
            left = less;
        }
        true
    }

    fn patient(&self) -> MutexGuard<'_, Patient> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Body for Lent {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut *self.patient()).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.patient().is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.patient().size_hint()
    }
}

struct Patient {
    body: Incoming,
    timeout: Duration,
    /// Of the piece that is waited for.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Body for Patient {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.deadline = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let timeout = self.timeout;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + timeout)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Some(Err(Error::request_timeout().into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

/// A reply's body: whole, or a stream of the room's own.
pub enum ReplyBody {
    Whole(Full<Bytes>),
    Stream(HttpBody),
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            ReplyBody::Whole(body) => {
                let frame = ready!(Pin::new(body).poll_frame(cx));
                Poll::Ready(frame.map(|frame| frame.map_err(|never| match never {})))
            }
            ReplyBody::Stream(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            ReplyBody::Whole(body) => body.is_end_stream(),
            ReplyBody::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match self {
            ReplyBody::Whole(body) => body.size_hint(),
            ReplyBody::Stream(body) => body.size_hint(),
        }
    }
}
