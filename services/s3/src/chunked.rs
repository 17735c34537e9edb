//! Bodies as SDKs send them: plain, or in chunks with headers behind them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>. The head of a request is verified before it
//! comes here; the signatures of chunks are verified here, where signatures are verified at all.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use aws::sigv4::Chain;
use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame};
use service::HttpBody;
use sha2::{Digest as _, Sha256};

use crate::incoming::{checksum_header, hex};
use crate::model::Algorithm;

/// The longest line between chunks: a size and a signature, or a header behind the body.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// Why a body can't be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyFault {
    #[error("the body doesn't have the hash that its request names")]
    Sha256,
    #[error("the chunks of the body are malformed")]
    Chunks,
    #[error("a chunk of the body doesn't have the signature that it names")]
    Signature,
}

/// Headers that come behind a body.
#[derive(Default)]
pub(crate) struct Trailers {
    /// The checksum that `x-amz-trailer` has announced.
    announced: Option<Algorithm>,
    came: Mutex<HeaderMap>,
}

impl Trailers {
    /// Those that the head of a request announces.
    pub(crate) fn announced_by(headers: &HeaderMap) -> Self {
        let named = headers.get("x-amz-trailer").and_then(|value| value.to_str().ok());
        let announced = Algorithm::ALL.into_iter().find(|algorithm| {
            named.is_some_and(|named| {
                named.trim().eq_ignore_ascii_case(&checksum_header(*algorithm))
            })
        });
        Trailers { announced, came: Mutex::default() }
    }

    pub(crate) fn announced(&self) -> Option<Algorithm> {
        self.announced
    }

    /// Looks at what has come so far: everything, once the body has been read.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&HeaderMap) -> T) -> T {
        look(&self.came.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self, line: &[u8]) -> Option<()> {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
        let value = HeaderValue::from_str(value.trim()).ok()?;
        self.came.lock().unwrap_or_else(PoisonError::into_inner).insert(name, value);
        Some(())
    }
}

/// A body of chunks, as the bytes that they carry.
pub(crate) struct Chunked {
    inner: HttpBody,
    trailers: Arc<Trailers>,
    buffer: BytesMut,
    step: Step,
    signing: Option<Signing>,
}

/// The signatures that are to be verified.
struct Signing {
    chain: Chain,
    /// Of the chunk that is being read.
    signature: String,
    hash: Sha256,
    /// The headers behind the body, as they are signed.
    trailer: Vec<u8>,
    is_trailer_due: bool,
}

const CHUNK_SIGNATURE: &str = "chunk-signature=";
const TRAILER_SIGNATURE: &[u8] = b"x-amz-trailer-signature:";

impl Signing {
    /// Begins a chunk by the line before it.
    fn begin(&mut self, line: &str) -> Result<(), BodyFault> {
        let extension = line.split(';').find_map(|part| part.trim().strip_prefix(CHUNK_SIGNATURE));
        extension.ok_or(BodyFault::Signature)?.trim().clone_into(&mut self.signature);
        Ok(())
    }

    fn end(&mut self) -> Result<(), BodyFault> {
        let hash = self.hash.finalize_reset();
        verified(self.chain.takes_chunk(&hash, &self.signature))
    }

    /// Takes a line behind the last chunk; whether it is the signature of those before it.
    fn take_trailer(&mut self, line: &[u8]) -> Result<bool, BodyFault> {
        let Some(signature) = line.strip_prefix(TRAILER_SIGNATURE) else {
            self.trailer.extend_from_slice(line);
            self.trailer.push(b'\n');
            return Ok(false);
        };
        let signature = std::str::from_utf8(signature).map_err(|_| BodyFault::Signature)?;
        verified(self.chain.takes_trailer(&self.trailer, signature.trim()))?;
        self.is_trailer_due = false;
        Ok(true)
    }
}

fn verified(is_right: bool) -> Result<(), BodyFault> {
    if is_right { Ok(()) } else { Err(BodyFault::Signature) }
}

enum Step {
    /// Before a line with the size of a chunk.
    Size,
    /// Inside a chunk of which this much is left.
    Inside(u64),
    /// Before the end of the line behind a chunk.
    Behind,
    /// Behind the last chunk.
    Trailers,
    Done,
}

impl Chunked {
    pub(crate) fn new(inner: HttpBody, trailers: Arc<Trailers>) -> Self {
        Chunked { inner, trailers, buffer: BytesMut::new(), step: Step::Size, signing: None }
    }

    /// The same, whose chunks must be signed, and its headers behind them if it has any.
    pub(crate) fn signed(self, chain: Chain, has_trailer: bool) -> Self {
        let signing = Signing {
            chain,
            signature: String::new(),
            hash: Sha256::new(),
            trailer: Vec::new(),
            is_trailer_due: has_trailer,
        };
        Chunked { signing: Some(signing), ..self }
    }

    /// What can be made of the bytes that are here; nothing if it takes more of them.
    fn advance(&mut self) -> Result<Option<Bytes>, BodyFault> {
        loop {
            match &mut self.step {
                Step::Done => return Ok(None),
                Step::Inside(left) => {
                    if self.buffer.is_empty() {
                        return Ok(None);
                    }
                    let take = usize::try_from(*left).unwrap_or(usize::MAX).min(self.buffer.len());
                    *left -= take as u64;
                    let is_over = *left == 0;
                    let bytes = self.buffer.split_to(take).freeze();
                    if let Some(signing) = &mut self.signing {
                        signing.hash.update(&bytes);
                    }
                    if is_over {
                        self.signing.as_mut().map_or(Ok(()), Signing::end)?;
                        self.step = Step::Behind;
                    }
                    return Ok(Some(bytes));
                }
                Step::Size => {
                    let Some(line) = self.line()? else { return Ok(None) };
                    let line = std::str::from_utf8(&line).map_err(|_| BodyFault::Chunks)?;
                    let digits = line.split(';').next().unwrap_or_default();
                    let size = u64::from_str_radix(digits.trim(), 16);
                    let size = size.map_err(|_| BodyFault::Chunks)?;
                    if let Some(signing) = &mut self.signing {
                        signing.begin(line)?;
                        if size == 0 {
                            signing.end()?;
                        }
                    }
                    self.step = match size {
                        0 => Step::Trailers,
                        size => Step::Inside(size),
                    };
                }
                Step::Behind => {
                    let Some(line) = self.line()? else { return Ok(None) };
                    if !line.is_empty() {
                        return Err(BodyFault::Chunks);
                    }
                    self.step = Step::Size;
                }
                Step::Trailers => {
                    let Some(line) = self.line()? else { return Ok(None) };
                    let signing = self.signing.as_mut().filter(|_| !line.is_empty());
                    let is_signature =
                        signing.map_or(Ok(false), |signing| signing.take_trailer(&line))?;
                    if line.is_empty() {
                        // Those who sign send an empty line before the signature.
                        let is_due = self.signing.as_ref().is_some_and(|it| it.is_trailer_due);
                        self.step = if is_due { Step::Trailers } else { Step::Done };
                    } else if !is_signature {
                        self.trailers.take(&line).ok_or(BodyFault::Chunks)?;
                    }
                }
            }
        }
    }

    fn line(&mut self) -> Result<Option<Bytes>, BodyFault> {
        let Some(end) = self.buffer.windows(2).position(|two| two == b"\r\n") else {
            let is_too_long = LINE_BYTES_MAX < self.buffer.len();
            return if is_too_long { Err(BodyFault::Chunks) } else { Ok(None) };
        };
        let line = self.buffer.split_to(end).freeze();
        self.buffer.advance(2);
        Ok(Some(line))
    }
}

impl Body for Chunked {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        loop {
            if let Some(bytes) = self.advance()? {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.buffer.extend_from_slice(&bytes);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // Some clients leave the last empty line out.
                None if matches!(self.step, Step::Done | Step::Trailers) => {
                    let is_due = self.signing.as_ref().is_some_and(|it| it.is_trailer_due);
                    let end = verified(!is_due).err();
                    return Poll::Ready(end.map(|fault| Err(fault.into())));
                }
                None => return Poll::Ready(Some(Err(BodyFault::Chunks.into()))),
            }
        }
    }
}

/// A body that fails at its end unless it has that SHA-256.
pub(crate) struct Hashed {
    inner: HttpBody,
    hash: Option<Sha256>,
    wanted: String,
}

impl Hashed {
    pub(crate) fn new(inner: HttpBody, wanted: &str) -> Self {
        Hashed { inner, hash: Some(Sha256::new()), wanted: wanted.to_ascii_lowercase() }
    }
}

impl Body for Hashed {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(bytes), Some(hash)) = (frame.data_ref(), &mut self.hash) {
                    hash.update(bytes);
                }
            }
            Some(Err(_)) => {}
            None => {
                if self.hash.take().is_some_and(|hash| hex(&hash.finalize()) != self.wanted) {
                    return Poll::Ready(Some(Err(BodyFault::Sha256.into())));
                }
            }
        }
        Poll::Ready(frame)
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, Full};

    use super::*;

    /// The bytes, whatever pieces the chunks come in.
    async fn decode(text: &str, piece: usize) -> Result<(Vec<u8>, HeaderMap), String> {
        let pieces: Vec<_> = text
            .as_bytes()
            .chunks(piece)
            .map(|bytes| Ok::<_, std::io::Error>(Frame::data(Bytes::copy_from_slice(bytes))))
            .collect();
        let body = http_body_util::StreamBody::new(futures_util::stream::iter(pieces));
        let inner = HttpBody::new(body.map_err(Into::into));
        let trailers = Arc::new(Trailers::default());
        let read = Chunked::new(inner, Arc::clone(&trailers)).collect().await;
        let bytes = read.map_err(|error| error.to_string())?.to_bytes().to_vec();
        Ok((bytes, trailers.with(Clone::clone)))
    }

    #[tokio::test]
    async fn chunks_are_joined_whatever_pieces_they_come_in() {
        let text = "5;chunk-signature=abc\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32: AAAA\r\n\r\n";
        for piece in [1, 2, 7, 1000] {
            let (bytes, trailers) = decode(text, piece).await.expect("decodes");
            assert_eq!(bytes, b"hello world");
            assert_eq!(trailers["x-amz-checksum-crc32"], "AAAA");
        }
    }

    #[tokio::test]
    async fn what_is_no_chunk_is_refused() {
        for text in
            ["x\r\n", "5\r\nhello", "5\r\nhelloo\r\n0\r\n\r\n", "5\r\nhel", "0\r\nnonsense\r\n\r\n"]
        {
            assert!(decode(text, 3).await.is_err(), "{text:?}");
        }
        assert!(decode(&"1".repeat(LINE_BYTES_MAX + 2), 100).await.is_err(), "a line without end");
    }

    #[tokio::test]
    async fn a_body_with_another_hash_fails_at_its_end() {
        let of = |wanted: &str| {
            let inner =
                HttpBody::new(Full::new(Bytes::from("abc")).map_err(|never| match never {}));
            Hashed::new(inner, wanted).collect()
        };
        let hash = hex(&Sha256::digest("abc"));
        assert!(of(&hash).await.is_ok());
        assert!(of(&hash.replace('b', "c")).await.is_err());
    }
}
