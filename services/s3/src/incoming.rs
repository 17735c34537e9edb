//! A body on its way in: counted, digested, checked against what the client said of it, and written to a file.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, StatusCode};
use md5::{Digest as _, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3Result, s3_error};

use crate::bodies::Bodies;
use crate::chunked::{BodyFault, Trailers};
use crate::errors;
use crate::model::{Algorithm, Body, Checksum};

/// The largest object that a single PUT, or a part, may have.
const BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// What a client said of a body.
#[derive(Default)]
pub(crate) struct Claims {
    /// Base64 of the MD5.
    pub(crate) content_md5: Option<String>,
    pub(crate) content_length: Option<i64>,
    /// Checksums that came with the head of the request.
    pub(crate) checksums: Vec<(Algorithm, String)>,
    /// One that is to be taken, whether or not its value is given.
    pub(crate) algorithm: Option<Algorithm>,
    /// Where headers that come behind the body are found once it has been read.
    pub(crate) trailers: Option<Arc<Trailers>>,
}

/// What PutObject and UploadPart say alike of their bodies.
macro_rules! claims {
    ($ctx:expr, $req:expr, $algorithm:expr) => {
        $crate::incoming::Claims {
            content_md5: $req.content_md5.take(),
            content_length: $req.content_length,
            checksums: $crate::incoming::Claims::checksums([
                (Algorithm::Crc32, $req.checksum_crc32.take()),
                (Algorithm::Crc32c, $req.checksum_crc32c.take()),
                (Algorithm::Crc64Nvme, $req.checksum_crc64nvme.take()),
                (Algorithm::Sha1, $req.checksum_sha1.take()),
                (Algorithm::Sha256, $req.checksum_sha256.take()),
            ]),
            algorithm: $algorithm.and_then(|name| Algorithm::named(name.as_str())),
            trailers: $ctx.trailers.clone(),
        }
    };
}
pub(crate) use claims;

impl Claims {
    /// Checksums that an input carries, by their members.
    pub(crate) fn checksums(members: [(Algorithm, Option<String>); 5]) -> Vec<(Algorithm, String)> {
        members.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value?))).collect()
    }

    fn algorithms(&self) -> Vec<Algorithm> {
        let announced = self.trailers.as_deref().and_then(Trailers::announced);
        let mut algorithms: Vec<Algorithm> =
            self.checksums.iter().map(|(algorithm, _)| *algorithm).collect();
        algorithms.extend(self.algorithm);
        algorithms.extend(announced);
        algorithms
    }

    /// The algorithm of the checksum that the client sends, or will send behind the body.
    pub(crate) fn promised(&self) -> Option<Algorithm> {
        let sent = self.checksums.first().map(|(algorithm, _)| *algorithm);
        let announced = || self.trailers.as_deref().and_then(Trailers::announced);
        sent.or_else(announced).or(self.algorithm)
    }

    /// The checksum that the client has named with its value, in the head or behind the body.
    fn named(&self) -> Option<(Algorithm, String)> {
        let trailing = || {
            let trailers = self.trailers.as_deref()?;
            let algorithm = trailers.announced()?;
            trailers.with(|headers: &HeaderMap| {
                let value = headers.get(checksum_header(algorithm))?.to_str().ok()?;
                Some((algorithm, value.trim().to_owned()))
            })
        };
        self.checksums.first().cloned().or_else(trailing)
    }
}

/// The header of that checksum, in lower case.
pub(crate) fn checksum_header(algorithm: Algorithm) -> String {
    format!("x-amz-checksum-{}", algorithm.name().to_ascii_lowercase())
}

/// Takes in a body: what is returned is durable, and as the client said.
pub(crate) async fn receive(
    bodies: &Bodies,
    name: String,
    stream: Option<StreamingBlob>,
    claims: &Claims,
) -> S3Result<Body> {
    if claims.content_length.is_some_and(|length| BYTES_MAX < length.unsigned_abs()) {
        return Err(too_large());
    }
    let mut draft = bodies.create(name).await.map_err(|error| errors::of_file(&error))?;
    let mut md5 = Md5::new();
    let mut checksums = hasher(&claims.algorithms());
    let mut size = 0_u64;
    let taken = async {
        let Some(mut stream) = stream else { return Ok(()) };
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(of_stream)?;
            size += piece.len() as u64;
            if BYTES_MAX < size {
                return Err(too_large());
            }
            md5.update(&piece);
            checksums.update(&piece);
            draft.write(&piece).await.map_err(|error| errors::of_file(&error))?;
        }
        Ok(())
    }
    .await;
    let md5 = md5.finalize();
    let checked = taken.and_then(|()| check(claims, size, &md5, checksums));
    let checksum = match checked {
        Ok(checksum) => checksum,
        Err(error) => {
            draft.discard().await;
            return Err(error);
        }
    };
    let segment = draft.keep().await.map_err(|error| errors::of_file(&error))?;
    Ok(Body { segments: vec![segment], size, etag: hex(&md5), checksum, part_sizes: Vec::new() })
}

fn check(
    claims: &Claims,
    size: u64,
    md5: &[u8],
    checksums: ChecksumHasher,
) -> S3Result<Option<Checksum>> {
    if claims.content_length.is_some_and(|length| u64::try_from(length) != Ok(size)) {
        return Err(s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        ));
    }
    if let Some(claimed) = &claims.content_md5 {
        let claimed = BASE64_STANDARD.decode(claimed).ok().filter(|digest| digest.len() == 16);
        let claimed = claimed.ok_or_else(|| {
            s3_error!(InvalidDigest, "The Content-MD5 you specified was invalid.")
        })?;
        if claimed != md5 {
            return Err(s3_error!(
                BadDigest,
                "The Content-MD5 you specified did not match what we received."
            ));
        }
    }
    let found = checksums.finalize();
    let of = |algorithm| value(&found, algorithm);
    let kept = |algorithm, value| Checksum { algorithm, value, is_composite: false };
    match claims.named() {
        Some((algorithm, claimed)) => {
            let found = of(algorithm).filter(|found| *found == claimed);
            let value = found.ok_or_else(|| bad_checksum(algorithm))?;
            Ok(Some(kept(algorithm, value)))
        }
        None => Ok(claims.algorithm.and_then(|algorithm| Some(kept(algorithm, of(algorithm)?)))),
    }
}

pub(crate) fn bad_checksum(algorithm: Algorithm) -> S3Error {
    let name = algorithm.name();
    let message = format!("The {name} you specified did not match the calculated checksum.");
    S3Error::with_message(s3s::S3ErrorCode::BadDigest, message)
}

/// The checksum of bytes that are here already.
pub(crate) async fn checksum(
    mut stream: impl Stream<Item = io::Result<Bytes>> + Unpin,
    algorithm: Algorithm,
) -> io::Result<Checksum> {
    let mut hasher = hasher(&[algorithm]);
    while let Some(piece) = stream.next().await {
        hasher.update(&piece?);
    }
    let value = value(&hasher.finalize(), algorithm).unwrap_or_default();
    Ok(Checksum { algorithm, value, is_composite: false })
}

/// The value of one algorithm among those of a hasher, if it was asked for.
pub(crate) fn value(found: &s3s::dto::Checksum, algorithm: Algorithm) -> Option<String> {
    match algorithm {
        Algorithm::Crc32 => found.checksum_crc32.clone(),
        Algorithm::Crc32c => found.checksum_crc32c.clone(),
        Algorithm::Crc64Nvme => found.checksum_crc64nvme.clone(),
        Algorithm::Sha1 => found.checksum_sha1.clone(),
        Algorithm::Sha256 => found.checksum_sha256.clone(),
    }
}

/// A hasher of those algorithms.
pub(crate) fn hasher(algorithms: &[Algorithm]) -> ChecksumHasher {
    use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
    let mut hasher = ChecksumHasher::default();
    for algorithm in algorithms {
        match algorithm {
            Algorithm::Crc32 => hasher.crc32 = Some(Crc32::new()),
            Algorithm::Crc32c => hasher.crc32c = Some(Crc32c::new()),
            Algorithm::Crc64Nvme => hasher.crc64nvme = Some(Crc64Nvme::new()),
            Algorithm::Sha1 => hasher.sha1 = Some(Sha1::new()),
            Algorithm::Sha256 => hasher.sha256 = Some(Sha256::new()),
        }
    }
    hasher
}

fn too_large() -> S3Error {
    s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed object size.")
}

fn of_stream(error: Box<dyn std::error::Error + Send + Sync>) -> S3Error {
    match error.downcast_ref::<BodyFault>() {
        Some(BodyFault::Sha256) => errors::coded(
            "XAmzContentSHA256Mismatch",
            StatusCode::BAD_REQUEST,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
        Some(BodyFault::Signature) => s3_error!(
            SignatureDoesNotMatch,
            "The request signature we calculated does not match the signature you provided. Check your key and signing method."
        ),
        Some(BodyFault::Chunks) => {
            s3_error!(InvalidRequest, "The chunks of the body are malformed.")
        }
        None => s3_error!(
            IncompleteBody,
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        ),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
