//! Items that are objects of S3, or that lie in many of them: lists and manifests.

use std::sync::Arc;

use json::{Object, Value};

use super::csv::{self, Header};
use super::intake::Intake;
use super::{Reader, line, parsed, text};
use crate::map_run::objects::Stop;

/// Longer manifests aren't read. Ours, not AWS's.
const MANIFEST_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Reader<'_> {
    /// `s3:listObjectsV2`: what the list says of each object, or with `LOAD_AND_FLATTEN` the items in each.
    pub(super) async fn read_listed(&self, intake: &mut Intake<'_>) -> Result<(), Stop> {
        let mut request = self.objects.request(&self.arguments)?;
        for name in ["Prefix", "Delimiter", "StartAfter"] {
            if let Some(value) = self.arguments.get(name) {
                request.insert(name, value);
            }
        }
        let loads = self.config("Transformation").as_deref() == Some("LOAD_AND_FLATTEN");
        intake.set_source(&request);
        loop {
            let page = self.objects.ask("ListObjectsV2", request.clone()).await?;
            let contents = page.get("Contents").unwrap_or_default();
            for object in contents.items() {
                let wants_more = match loads {
                    false => intake.push(None, listed(&object)).await?,
                    true => {
                        let mut request = self.objects.request(&self.arguments)?;
                        request.insert("Key", object.get("Key").unwrap_or_default());
                        self.read_object(request, false, intake).await?
                    }
                };
                if !wants_more {
                    return Ok(());
                }
            }
            match page.get("NextContinuationToken") {
                Some(token) => request.insert("ContinuationToken", token),
                None => return Ok(()),
            };
        }
    }

    /// `InputType` `MANIFEST`: the objects that a manifest names.
    pub(super) async fn read_manifest(&self, intake: &mut Intake<'_>) -> Result<(), Stop> {
        let mut request = self.objects.request(&self.arguments)?;
        for name in ["Key", "VersionId"] {
            if let Some(value) = self.arguments.get(name) {
                request.insert(name, value);
            }
        }
        match self.config("ManifestType").as_deref() {
            Some("ATHENA_DATA") => self.read_athena(request, intake).await,
            _ => self.read_inventory(request, intake).await,
        }
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html>
    async fn read_inventory(&self, request: Object, intake: &mut Intake<'_>) -> Result<(), Stop> {
        let source = &mut self.objects.open(request.clone(), false);
        let bytes = source.rest(MANIFEST_BYTES_MAX).await?;
        let manifest = parsed(source, &text(source, bytes)?)?;
        let member = |name: &str| manifest.get(name).and_then(|it| it.as_str().map(str::to_owned));
        if member("fileFormat").as_deref() != Some("CSV") {
            return Err(self
                .objects
                .failed("Freehold reads S3 inventories in the format CSV only."));
        }
        let schema = member("fileSchema").unwrap_or_default();
        let names: Vec<Arc<str>> = schema.split(',').map(|name| name.trim().into()).collect();
        for file in manifest.get("files").unwrap_or_default().items() {
            let mut request = self.objects.request(&self.arguments)?;
            if let Some(bucket) = member("destinationBucket") {
                request.insert("Bucket", bucket.trim_start_matches("arn:aws:s3:::"));
            }
            request.insert("Key", file.get("key").unwrap_or_default());
            intake.set_source(&request);
            let source = &mut self.objects.open(request, true);
            let header = Header::new(names.clone(), source)?;
            if !csv::read(source, Some(header), b',', intake).await? {
                break;
            }
        }
        Ok(())
    }

    /// What UNLOAD of Athena leaves: a line for each object, which `InputType` says how to read.
    async fn read_athena(&self, request: Object, intake: &mut Intake<'_>) -> Result<(), Stop> {
        let manifest = &mut self.objects.open(request, false);
        while let Some(uri) = line(manifest).await? {
            let uri = uri.trim().trim_matches('"');
            if uri.is_empty() {
                continue;
            }
            let Some((bucket, key)) =
                uri.strip_prefix("s3://").and_then(|path| path.split_once('/'))
            else {
                return Err(manifest.failed(format!("The manifest names no object of S3: {uri}")));
            };
            let mut request = self.objects.request(&self.arguments)?;
            request.insert("Bucket", bucket);
            request.insert("Key", key);
            if !self.read_object(request, key.ends_with(".gz"), intake).await? {
                break;
            }
        }
        Ok(())
    }
}

/// What an item says of an object.
fn listed(object: &Value) -> Value {
    let mut item = Object::new();
    for name in ["Key", "LastModified", "ETag", "Size", "StorageClass"] {
        let value = object.get(name);
        let seconds = value.as_ref().filter(|_| name == "LastModified").and_then(Value::as_f64);
        match (seconds, value) {
            (Some(seconds), _) => item.insert(name, seconds as i64),
            (None, Some(value)) => item.insert(name, value),
            (None, None) => None,
        };
    }
    item.into()
}
