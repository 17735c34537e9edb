//! Objects of the archive classes, which are restored before they are read. Here that takes no time.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html>

use std::time::Duration;

use s3s::S3Result;
use s3s::dto::{RestoreObjectInput, RestoreObjectOutput};

use crate::errors;
use crate::notifications::Event;
use crate::ops::configurations::malformed;
use crate::ops::reading::ARCHIVES;
use crate::visit::Visit;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) async fn restore(
    ctx: &Visit<'_>,
    req: RestoreObjectInput,
) -> S3Result<RestoreObjectOutput> {
    ctx.allow("s3:RestoreObject", &req.bucket, &req.key).await?;
    let (_, version) = ctx.version(&req.bucket, &req.key, req.version_id.as_deref()).await?;
    let class = version.headers.storage_class.as_deref().unwrap_or_default();
    if !ARCHIVES.contains(&class) {
        return Err(errors::archived());
    }
    let days = req.restore_request.and_then(|request| request.days);
    let days = days.and_then(|days| u32::try_from(days).ok()).filter(|days| 0 < *days);
    let days = days.ok_or_else(malformed)?;
    let until = ctx.now().after(DAY * days);
    let version_id = req.version_id.as_deref();
    ctx.change_version(&req.bucket, &req.key, version_id, Event::Restored, |version| {
        version.restored_until = Some(until);
        Ok(())
    })
    .await?;
    Ok(RestoreObjectOutput::default())
}
