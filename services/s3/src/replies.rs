//! What `s3s` leaves out of refusals.

use bytes::Bytes;
use http::{HeaderMap, Response, header};
use http_body_util::{BodyExt as _, Full};
use service::HttpBody;

use crate::errors::DETAIL;

/// AWS's names of elements, by the headers that carry them.
const ELEMENTS: [(&str, &str); 12] = [
    ("actualobjectsize", "ActualObjectSize"),
    ("argumentname", "ArgumentName"),
    ("argumentvalue", "ArgumentValue"),
    ("bucketname", "BucketName"),
    ("condition", "Condition"),
    ("key", "Key"),
    ("method", "Method"),
    ("rangerequested", "RangeRequested"),
    ("resourcetype", "ResourceType"),
    ("storageclass", "StorageClass"),
    ("uploadid", "UploadId"),
    ("versionid", "VersionId"),
];

/// AWS's sentences, for refusals that `s3s` makes without any.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
const MESSAGES: [(&str, &str); 8] = [
    (
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header.",
    ),
    ("InvalidBucketName", "The specified bucket is not valid."),
    ("InvalidURI", "Couldn't parse the specified URI."),
    ("KeyTooLongError", "Your key is too long"),
    (
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    ),
    ("MethodNotAllowed", "The specified method is not allowed against this resource."),
    ("MissingRequestBodyError", "Request Body is empty"),
    ("NotImplemented", "A header you provided implies functionality that is not implemented"),
];

/// A refusal with its details and the ids by which it is found again.
pub(crate) async fn completed(
    response: Response<HttpBody>,
    request_id: &str,
    is_head: bool,
) -> Response<HttpBody> {
    let (mut head, body) = response.into_parts();
    let details = details(&mut head.headers);
    let text = match body.collect().await {
        Ok(body) if !is_head => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        _ => String::new(),
    };
    let text = match text.rsplit_once("</Error>") {
        Some((start, _)) => {
            let message = message(start).unwrap_or_default();
            format!(
                "{start}{message}{details}<RequestId>{request_id}</RequestId><HostId>{request_id}</HostId></Error>"
            )
        }
        None => text,
    };
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(
        head,
        HttpBody::new(Full::new(Bytes::from(text)).map_err(|never| match never {})),
    )
}

/// The reply of GetObjectAttributes, whose tag alone has no quotes (<https://github.com/s3s-project/s3s/issues/629>).
pub(crate) async fn with_bare_tag(response: Response<HttpBody>) -> Response<HttpBody> {
    rewritten(response, |_, text| {
        text.replace("<ETag>\"", "<ETag>").replace("\"</ETag>", "</ETag>")
    })
    .await
}

/// The same reply with another text.
pub(crate) async fn rewritten(
    response: Response<HttpBody>,
    rewrite: impl FnOnce(&HeaderMap, &str) -> String,
) -> Response<HttpBody> {
    let (mut head, body) = response.into_parts();
    let text = match body.collect().await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(error) => {
            tracing::error!(%error, "failed to read a reply of our own");
            String::new()
        }
    };
    let text = rewrite(&head.headers, &text);
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(
        head,
        HttpBody::new(Full::new(Bytes::from(text)).map_err(|never| match never {})),
    )
}

/// The element that a refusal without a message lacks.
fn message(error: &str) -> Option<String> {
    let (_, code) = error.split_once("<Code>").filter(|_| !error.contains("<Message>"))?;
    let (code, _) = code.split_once("</Code>")?;
    let (_, message) = MESSAGES.iter().find(|(named, _)| *named == code)?;
    Some(format!("<Message>{message}</Message>"))
}

fn details(headers: &mut HeaderMap) -> String {
    let mut xml = String::new();
    for (name, element) in ELEMENTS {
        let value = headers.remove(format!("{DETAIL}{name}"));
        if let Some(value) = value.as_ref().and_then(|value| value.to_str().ok()) {
            let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            xml.push_str(&format!("<{element}>{value}</{element}>"));
        }
    }
    xml
}
