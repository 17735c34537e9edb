//! Buckets: made, found, listed, deleted, and whether they keep versions.

use s3s::dto::{
    Bucket, BucketLocationConstraint, BucketVersioningStatus, CreateBucketInput,
    CreateBucketOutput, DeleteBucketInput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput,
    ListBucketsInput, ListBucketsOutput, Owner, PutBucketVersioningInput,
};
use s3s::{S3Result, s3_error};

use crate::model::{self, Versioning};
use crate::tables::{self, After};
use crate::visit::{Commit, Visit, shown};
use crate::{errors, listing};

pub(crate) async fn create(
    ctx: &Visit<'_>,
    req: CreateBucketInput,
) -> S3Result<CreateBucketOutput> {
    ctx.allow("s3:CreateBucket", &req.bucket, "")?;
    let wanted = req.create_bucket_configuration.and_then(|given| given.location_constraint);
    let wanted = wanted.map(|location| location.as_str().to_owned());
    let home = ctx.request.region();
    match wanted.as_deref() {
        Some("us-east-1") => {
            return Err(s3_error!(
                InvalidLocationConstraint,
                "The specified location-constraint is not valid"
            ));
        }
        Some(region) if region != home && home != "us-east-1" => {
            return Err(s3_error!(
                IllegalLocationConstraintException,
                "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
            ));
        }
        _ => {}
    }
    let bucket = model::Bucket {
        account: ctx.request.account().to_owned(),
        region: wanted.unwrap_or_else(|| home.to_owned()),
        created_at: ctx.now(),
        versioning: Versioning::Never,
        is_going: false,
    };
    let location = Some(format!("/{}", req.bucket));
    if ctx.commit(tables::new_bucket(&req.bucket, &bucket)).await? == Commit::Done {
        return Ok(CreateBucketOutput { location });
    }
    match ctx.tables().bucket(&req.bucket).await.map_err(errors::of_store)? {
        // In us-east-1 the owner may make its bucket again; elsewhere that is a conflict.
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        Some(found) if found.value.account == bucket.account && home == "us-east-1" => {
            Ok(CreateBucketOutput { location })
        }
        Some(found) if found.value.account == bucket.account => Err(s3_error!(
            BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it."
        )),
        Some(_) => Err(s3_error!(
            BucketAlreadyExists,
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."
        )),
        None => Err(s3_error!(
            OperationAborted,
            "A conflicting conditional operation is currently in progress against this resource. Please try again."
        )),
    }
}

/// The bucket is marked first, so that nothing is put into it between the look and the deletion.
pub(crate) async fn delete(ctx: &Visit<'_>, req: DeleteBucketInput) -> S3Result<()> {
    ctx.allow("s3:DeleteBucket", &req.bucket, "")?;
    loop {
        let found = ctx.bucket(&req.bucket).await?;
        let going = model::Bucket { is_going: true, ..found.value.clone() };
        if ctx.commit(found.change(&going)).await? == Commit::Raced {
            continue;
        }
        let marked = ctx.tables().bucket(&req.bucket).await.map_err(errors::of_store)?;
        let marked = marked.ok_or_else(errors::no_such_bucket)?;
        let versions = ctx.tables().versions(&req.bucket, "", &After::Nothing).await;
        if versions.map_err(errors::of_store)?.is_empty() {
            match ctx.commit(marked.removal()).await? {
                Commit::Done => return Ok(()),
                // Its mark was taken away: it is looked at once more.
                Commit::Raced => continue,
            }
        }
        let staying = model::Bucket { is_going: false, ..going };
        ctx.commit(marked.change(&staying)).await?;
        return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
    }
}

pub(crate) async fn head(ctx: &Visit<'_>, req: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    ctx.allow("s3:ListBucket", &req.bucket, "")?;
    let found = ctx.bucket(&req.bucket).await?;
    let bucket_region = Some(found.value.region);
    Ok(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() })
}

pub(crate) async fn location(
    ctx: &Visit<'_>,
    req: GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    ctx.allow("s3:GetBucketLocation", &req.bucket, "")?;
    let region = ctx.bucket(&req.bucket).await?.value.region;
    // The oldest region has no name here.
    let location_constraint =
        Some(region).filter(|region| region != "us-east-1").map(BucketLocationConstraint::from);
    Ok(GetBucketLocationOutput { location_constraint })
}

pub(crate) async fn list(ctx: &Visit<'_>, req: ListBucketsInput) -> S3Result<ListBucketsOutput> {
    ctx.allow("s3:ListAllMyBuckets", "*", "")?;
    let prefix = req.prefix.clone().unwrap_or_default();
    let max = req.max_buckets.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or_default());
    let mut after = req.continuation_token.as_deref().map(listing::place).transpose()?;
    let mut buckets = Vec::new();
    let mut continuation_token = None;
    'pages: loop {
        let page = ctx.tables().buckets(after.as_deref()).await.map_err(errors::of_store)?;
        let Some(last) = page.last() else { break };
        after = Some(last.name.clone());
        for found in page {
            let is_shown = found.value.account == ctx.request.account()
                && !found.value.is_going
                && found.name.starts_with(&prefix)
                && req.bucket_region.as_ref().is_none_or(|region| *region == found.value.region);
            if !is_shown {
                continue;
            }
            if buckets.len() == max {
                let last: Option<&Bucket> = buckets.last();
                continuation_token =
                    last.and_then(|last| Some(listing::token(last.name.as_deref()?)));
                break 'pages;
            }
            buckets.push(Bucket {
                bucket_region: Some(found.value.region),
                creation_date: Some(shown(found.value.created_at)),
                name: Some(found.name),
            });
        }
    }
    Ok(ListBucketsOutput {
        buckets: Some(buckets),
        continuation_token,
        owner: Some(owner(ctx)),
        prefix: req.prefix,
    })
}

/// The owner of what the caller's account has: S3 tells accounts by ids of their own.
pub(crate) fn owner(ctx: &Visit<'_>) -> Owner {
    Owner { display_name: None, id: Some(format!("{:0>64}", ctx.request.account())) }
}

pub(crate) async fn put_versioning(ctx: &Visit<'_>, req: PutBucketVersioningInput) -> S3Result<()> {
    ctx.allow("s3:PutBucketVersioning", &req.bucket, "")?;
    let status = req.versioning_configuration.status;
    let versioning = match status.as_ref().map(BucketVersioningStatus::as_str) {
        Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => {
            return Err(s3_error!(
                IllegalVersioningConfigurationException,
                "The Versioning element must be specified"
            ));
        }
    };
    loop {
        let found = ctx.bucket(&req.bucket).await?;
        let changed = model::Bucket { versioning, ..found.value.clone() };
        if ctx.commit(found.change(&changed)).await? == Commit::Done {
            return Ok(());
        }
    }
}

pub(crate) async fn versioning(
    ctx: &Visit<'_>,
    req: GetBucketVersioningInput,
) -> S3Result<GetBucketVersioningOutput> {
    ctx.allow("s3:GetBucketVersioning", &req.bucket, "")?;
    let status = match ctx.bucket(&req.bucket).await?.value.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    let status = status.map(BucketVersioningStatus::from_static);
    Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}
