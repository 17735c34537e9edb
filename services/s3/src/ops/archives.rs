//! Objects of the archive classes, which are restored before they are read. Here that takes no time.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html>

use std::time::Duration;

use http::StatusCode;
use s3s::S3Result;
use s3s::dto::{RestoreObjectInput, RestoreObjectOutput, StorageClass};

use crate::errors;
use crate::model::Version;
use crate::notifications::Event;
use crate::ops::configurations::malformed;
use crate::visit::Visit;

/// Classes whose objects must be restored before they are read.
const ARCHIVES: [&str; 2] = [StorageClass::GLACIER, StorageClass::DEEP_ARCHIVE];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The archive class of an object that can't be read now.
pub(crate) fn is_archived<'v>(ctx: &Visit<'_>, version: &'v Version) -> Option<&'v str> {
    let class = version.headers.storage_class.as_deref()?;
    (ARCHIVES.contains(&class) && !is_restored(ctx, version)).then_some(class)
}

fn is_restored(ctx: &Visit<'_>, version: &Version) -> bool {
    version.restored_until.is_some_and(|until| ctx.now() < until)
}

pub(crate) async fn restore(
    ctx: &Visit<'_>,
    req: RestoreObjectInput,
) -> S3Result<RestoreObjectOutput> {
    ctx.allow("s3:RestoreObject", &req.bucket, &req.key).await?;
    let (_, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let class = version.headers.storage_class.as_deref().unwrap_or_default();
    if !ARCHIVES.contains(&class) {
        return Err(errors::archived(match class {
            "" => StorageClass::STANDARD,
            class => class,
        }));
    }
    let days = req.restore_request.and_then(|request| request.days);
    let days = days.and_then(|days| u32::try_from(days).ok()).filter(|days| 0 < *days);
    let days = days.ok_or_else(malformed)?;
    // What is restored already is given more time: 200. Else the restoration begins: 202.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
    if !is_restored(ctx, &version) {
        ctx.says(StatusCode::ACCEPTED);
    }
    let until = ctx.now().after(DAY * days);
    let version_id = req.version_id.as_deref();
    ctx.change_version(&req.bucket, &req.key, version_id, Event::Restored, |version| {
        version.restored_until = Some(until);
        Ok(())
    })
    .await?;
    Ok(RestoreObjectOutput::default())
}
