//! What `s3s` leaves out of refusals.

use bytes::Bytes;
use http::{HeaderMap, Response, header};
use http_body_util::{BodyExt as _, Full};
use service::HttpBody;

use crate::errors::DETAIL;

/// AWS's names of elements, by the headers that carry them.
const ELEMENTS: [(&str, &str); 6] = [
    ("bucketname", "BucketName"),
    ("condition", "Condition"),
    ("key", "Key"),
    ("method", "Method"),
    ("resourcetype", "ResourceType"),
    ("versionid", "VersionId"),
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
            format!(
                "{start}{details}<RequestId>{request_id}</RequestId><HostId>{request_id}</HostId></Error>"
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
