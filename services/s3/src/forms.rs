//! Uploads by a browser's form: `POST /bucket` with `multipart/form-data`.
//!
//! What stands before the file is read here, because it says who sends the form and what may stand in it; `s3s` reads the
//! form again, without its signature, and puts the object.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

mod policy;
mod text;

use std::collections::BTreeMap;

use aws::{SignedForm, sigv2};
use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::{BodyExt as _, Full};
use s3s::{S3Result, s3_error};
use service::{Ctx, HttpBody};

use crate::model::Version;
use crate::{Room, errors};
use policy::Policy;
use text::FormText;

/// The largest form. `s3s` reads it into memory too.
const FORM_BYTES_MAX: usize = 512 * 1024 * 1024;
const KIND: &str = "multipart/form-data";

/// Stands among the extensions of a request that is one.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether the browser is sent on to a page when the object is there.
    redirects: bool,
}

pub(crate) fn is_form(request: &Request<HttpBody>) -> bool {
    request.method() == http::Method::POST
        && kind(request.headers()).is_some_and(|kind| kind.to_ascii_lowercase().starts_with(KIND))
}

/// The same form as one that needs no signature, asked by whoever has signed it.
pub(crate) async fn admitted(
    room: &Room,
    ctx: Ctx,
    request: Request<HttpBody>,
) -> S3Result<(Ctx, Request<HttpBody>)> {
    let (mut head, body) = request.into_parts();
    let boundary = boundary(&head.headers).ok_or_else(malformed)?.to_owned();
    let bytes = whole(body).await?;
    let mut form = FormText::parse(&bytes, &boundary).ok_or_else(malformed)?;
    form.name_the_file();
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
        Policy::parse(policy)?.check(&form.fields, bucket(&head), ctx.now())?;
    }
    let redirects =
        ["success_action_redirect", "redirect"].iter().any(|it| fields.contains_key(*it));
    head.extensions.insert(Form { redirects });
    let form = Bytes::from(form.without_signature(&boundary));
    head.headers.insert(header::CONTENT_LENGTH, form.len().into());
    let body = HttpBody::new(Full::new(form).map_err(|never| match never {}));
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
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

fn boundary(headers: &HeaderMap) -> Option<&str> {
    let mut parameters = kind(headers)?.split(';').map(str::trim);
    let named = parameters.find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    })?;
    Some(named.trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

/// The bucket of the host or of the path.
fn bucket(head: &Parts) -> &str {
    let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| head.uri.authority().map(http::uri::Authority::as_str));
    host.and_then(sigv2::bucket_of_host).unwrap_or_else(|| head.uri.path().trim_matches('/'))
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

fn malformed() -> s3s::S3Error {
    s3_error!(
        MalformedPOSTRequest,
        "The body of your POST request is not well-formed multipart/form-data."
    )
}
