//! Uploads by a browser's form: `POST /bucket` with `multipart/form-data`.
//!
//! The form is read here, because it says who sends it and what may stand in it. It is written anew for `s3s`, without
//! signature and policy and with a boundary that nobody knows, so that both read the same; `s3s` puts the object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

mod policy;
mod text;

use std::collections::BTreeMap;

use aws::{SignedForm, sigv2};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Uri, header};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use s3s::{S3Result, s3_error};
use service::{Ctx, HttpBody};

use crate::model::Version;
use crate::{Room, errors};
use policy::Policy;
use text::{FormText, Unfit};

/// The largest form. `s3s` reads it into memory too.
const FORM_BYTES_MAX: usize = 512 * 1024 * 1024;
const KIND: &str = "multipart/form-data";

/// Stands among the extensions of a request that is one.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether the browser is sent on to a page when the object is there.
    redirects: bool,
}

/// Whether that is a form for a bucket.
pub(crate) fn is_form(request: &Request<HttpBody>) -> bool {
    let kind = kind(request.headers()).and_then(|kind| kind.split(';').next());
    request.method() == http::Method::POST
        && kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(KIND))
        && request.uri().query().is_none_or(str::is_empty)
        && bucket(request.headers(), request.uri()).is_some()
}

/// The same form as one that needs no signature, asked by whoever has signed it.
pub(crate) async fn admitted(
    room: &Room,
    ctx: Ctx,
    request: Request<HttpBody>,
) -> S3Result<(Ctx, Request<HttpBody>)> {
    let (mut head, body) = request.into_parts();
    let sent = boundary(&head.headers).ok_or_else(malformed)?.to_owned();
    let mut form = FormText::parse(&whole(body).await?.freeze(), &sent).map_err(unfit)?;
    form.name_the_file().map_err(unfit)?;
    let fields: BTreeMap<String, String> = form.fields.iter().cloned().collect();
    let signed = SignedForm::of(&fields).map_err(errors::of_signature)?;
    let policy = fields.get("policy");
    if signed.is_some() && policy.is_none() {
        let message = "Bucket POST must contain a field named 'policy'.  If it is specified, please check the order of the fields.";
        return Err(errors::of_argument(errors::invalid_argument(message), "policy", ""));
    }
    let ctx = match &signed {
        Some(signed) => room.bus.admit_form(&ctx, signed, "s3").map_err(errors::of_signature)?,
        None => ctx,
    };
    if let Some(policy) = policy {
        let bucket = bucket(&head.headers, &head.uri).unwrap_or_default();
        let policy = Policy::parse(policy)?;
        policy.check(&form.fields, bucket, ctx.now())?;
        policy.check_length(form.file.len() as u64)?;
    }
    let redirects =
        ["success_action_redirect", "redirect"].iter().any(|it| fields.contains_key(*it));
    head.extensions.insert(Form { redirects });
    let boundary = room.house.uuid();
    let frames = form.without_signature(&boundary);
    let length: usize = frames.iter().map(Bytes::len).sum();
    let kind = HeaderValue::try_from(format!("{KIND}; boundary={boundary}"));
    head.headers.insert(header::CONTENT_TYPE, kind.map_err(|_| malformed())?);
    head.headers.insert(header::CONTENT_LENGTH, length.into());
    let frames = frames.into_iter().map(|bytes| Ok(Frame::data(bytes)));
    let body = HttpBody::new(StreamBody::new(futures_util::stream::iter(frames)));
    Ok((ctx, Request::from_parts(head, body)))
}

impl Form {
    /// What the reply says besides what `s3s` writes.
    pub(crate) fn headers_of_reply(self, location: String, version: &Version) -> HeaderMap {
        let tag = (header::ETAG, format!("\"{}\"", version.body.etag));
        let location = (!self.redirects).then_some((header::LOCATION, location));
        let said = [Some(tag), location].into_iter().flatten();
        said.filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text).ok()?))).collect()
    }
}

/// The reply with its elements as AWS writes them: `s3s` tells the path alone, and the tag without quotes.
pub(crate) fn completed_reply(headers: &HeaderMap, text: &str) -> String {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut text = text.to_owned();
    for (element, name) in [("Location", header::LOCATION), ("ETag", header::ETAG)] {
        let (start, end) = (format!("<{element}>"), format!("</{element}>"));
        let inside = text.find(&start).zip(text.find(&end));
        if let Some((from, to)) = inside {
            text.replace_range(from + start.len()..to, &header(name).replace('"', "&quot;"));
        }
    }
    text
}

fn kind(headers: &HeaderMap) -> Option<&str> {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    kinds.next().filter(|_| kinds.next().is_none())?.to_str().ok()
}

fn boundary(headers: &HeaderMap) -> Option<&str> {
    let mut parameters = kind(headers)?.split(';').map(str::trim);
    let named = parameters.find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    })?;
    Some(named.trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

/// The bucket of the host or of the path, where the path names no object.
fn bucket<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(http::uri::Authority::as_str));
    let named = uri.path().trim_matches('/');
    match host.and_then(sigv2::bucket_of_host) {
        Some(bucket) => named.is_empty().then_some(bucket),
        // Names of buckets are never written with `%`.
        None => Some(named).filter(|name| !name.is_empty() && !name.contains(['/', '%'])),
    }
}

async fn whole(mut body: HttpBody) -> S3Result<BytesMut> {
    let mut form = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            s3_error!(
                IncompleteBody,
                "You did not provide the number of bytes specified by the Content-Length HTTP header"
            )
        })?;
        let Ok(bytes) = frame.into_data() else { continue };
        if FORM_BYTES_MAX < form.len() + bytes.len() {
            return Err(s3_error!(
                EntityTooLarge,
                "Your proposed upload exceeds the maximum allowed object size."
            ));
        }
        form.extend_from_slice(&bytes);
    }
    Ok(form)
}

fn unfit(unfit: Unfit) -> s3s::S3Error {
    match unfit {
        Unfit::Malformed => malformed(),
        Unfit::TooLong => s3_error!(
            MaxPostPreDataLengthExceededError,
            "Your POST request fields preceding the upload file were too large."
        ),
    }
}

fn malformed() -> s3s::S3Error {
    s3_error!(
        MalformedPOSTRequest,
        "The body of your POST request is not well-formed multipart/form-data."
    )
}
