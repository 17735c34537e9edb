//! Buckets: made, found, listed, deleted, and whether they keep versions.

use std::net::Ipv4Addr;

use s3s::dto::{
    Bucket, BucketLocationConstraint, BucketVersioningStatus, CreateBucketInput,
    CreateBucketOutput, DeleteBucketInput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput,
    ListBucketsInput, ListBucketsOutput, ObjectOwnership, Owner, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, PutBucketVersioningInput,
};
use s3s::{S3Result, s3_error};
use store::Batch;

use crate::acl::{self, Given, grants_of};
use crate::model::{self, Versioning};
use crate::ops::configurations::{self, Kind};
use crate::ops::locks;
use crate::tables::{self, After, UploadName};
use crate::visit::{Commit, Visit, modified};
use crate::{errors, listing};

pub(crate) async fn create(
    ctx: &Visit<'_>,
    req: CreateBucketInput,
) -> S3Result<CreateBucketOutput> {
    ctx.allow("s3:CreateBucket", &req.bucket, "").await?;
    check_name(&req.bucket)?;
    let given = req.create_bucket_configuration.as_ref();
    let wanted = given.and_then(|given| given.location_constraint.as_ref());
    let wanted = wanted.map(|location| location.as_str().to_owned());
    let home = ctx.request.region();
    check_location(home, wanted.as_deref())?;
    let bucket = model::Bucket {
        account: ctx.request.account().to_owned(),
        region: wanted.unwrap_or_else(|| home.to_owned()),
        created_at: ctx.now(),
        versioning: match req.object_lock_enabled_for_bucket {
            Some(true) => Versioning::Enabled,
            _ => Versioning::Never,
        },
        is_going: false,
    };
    let location = Some(format!("/{}", req.bucket));
    let mut batch = tables::new_bucket(&req.bucket, &bucket);
    configure(ctx, &mut batch, &req, &bucket)?;
    if ctx.commit(batch).await? == Commit::Done {
        return Ok(CreateBucketOutput { location });
    }
    match ctx.tables().bucket(&req.bucket).await.map_err(errors::of_store)? {
        // In us-east-1 the owner may make its bucket again; elsewhere that is a conflict.
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        Some(found) if found.value.account == bucket.account && home == "us-east-1" => {
            Ok(CreateBucketOutput { location })
        }
        Some(found) if found.value.account == bucket.account => {
            let error = s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            );
            Err(errors::with_detail(error, "bucketname", &req.bucket))
        }
        Some(_) => {
            let error = s3_error!(
                BucketAlreadyExists,
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."
            );
            Err(errors::with_detail(error, "bucketname", &req.bucket))
        }
        None => Err(s3_error!(
            OperationAborted,
            "A conflicting conditional operation is currently in progress against this resource. Please try again."
        )),
    }
}

/// The endpoint of us-east-1 makes buckets of every region, the others only of their own, which must be named.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>; moto, verified against AWS:
/// create_bucket_with_wrong_location_constraint.
fn check_location(home: &str, wanted: Option<&str>) -> S3Result<()> {
    match (home, wanted) {
        ("us-east-1", Some("us-east-1")) => Err(s3_error!(
            InvalidLocationConstraint,
            "The specified location-constraint is not valid"
        )),
        ("us-east-1", _) => Ok(()),
        (home, Some(region)) if region == home => Ok(()),
        ("eu-west-1", Some("EU")) => Ok(()),
        (_, wanted) => {
            let region = wanted.unwrap_or("unspecified");
            Err(s3_error!(
                IllegalLocationConstraintException,
                "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
            ))
        }
    }
}

/// What a new bucket is told from the beginning. Where access is guarded, it begins as AWS's do since April 2023: without
/// lists, and closed to the public. <https://aws.amazon.com/blogs/aws/amazon-s3-two-security-features-that-you-should-enable-today/>
fn configure(
    ctx: &Visit<'_>,
    batch: &mut Batch,
    req: &CreateBucketInput,
    bucket: &model::Bucket,
) -> S3Result<()> {
    let mut put = |kind: Kind, row: Vec<u8>| {
        tables::put_configuration_of_new(batch, &req.bucket, kind.name(), row)
    };
    if req.object_lock_enabled_for_bucket == Some(true) {
        put(Kind::ObjectLock, configurations::xml(&locks::enabled())?);
    }
    let enforced = ObjectOwnership::BUCKET_OWNER_ENFORCED;
    let is_guarded = ctx.room.bus.is_guarded();
    let ownership = match (&req.object_ownership, is_guarded) {
        (Some(ownership), _) => Some(ownership.clone()),
        (None, true) => Some(ObjectOwnership::from_static(enforced)),
        (None, false) => None,
    };
    let has_lists = ownership.as_ref().is_none_or(|ownership| ownership.as_str() != enforced);
    if let Some(object_ownership) = ownership {
        let controls =
            OwnershipControls { rules: vec![OwnershipControlsRule { object_ownership }] };
        put(Kind::OwnershipControls, configurations::xml(&controls)?);
    }
    if is_guarded {
        put(Kind::PublicAccessBlock, configurations::xml(&closed())?);
    }
    let given = Given {
        canned: req.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        headers: grants_of!(req, with_write),
        policy: None,
    };
    let owner = acl::canonical_id(&bucket.account);
    match given.grants(&owner)? {
        // Who says what holds anyway may say it.
        Some(grants) if !has_lists && grants != acl::private(&owner) => Err(s3_error!(
            InvalidBucketAclWithObjectOwnership,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        )),
        Some(grants) if has_lists => {
            put(Kind::Acl, tables::acl_row(&grants));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn closed() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration {
        block_public_acls: Some(true),
        block_public_policy: Some(true),
        ignore_public_acls: Some(true),
        restrict_public_buckets: Some(true),
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn check_name(name: &str) -> S3Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = (3..=63).contains(&name.len())
        && name.bytes().all(|byte| is_plain(byte) || matches!(byte, b'.' | b'-'))
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().last().is_some_and(is_plain)
        && !name.contains("..")
        && name.parse::<Ipv4Addr>().is_err();
    match fits {
        true => Ok(()),
        false => {
            let error = s3_error!(InvalidBucketName, "The specified bucket is not valid.");
            Err(errors::with_detail(error, "bucketname", name))
        }
    }
}

/// The bucket is marked first, so that nothing is put into it between the look and the deletion.
pub(crate) async fn delete(ctx: &Visit<'_>, req: DeleteBucketInput) -> S3Result<()> {
    ctx.allow("s3:DeleteBucket", &req.bucket, "").await?;
    loop {
        let found = ctx.bucket(&req.bucket).await?;
        let going = model::Bucket { is_going: true, ..found.value.clone() };
        if ctx.commit(found.change(&going)).await? == Commit::Raced {
            continue;
        }
        let marked = ctx.tables().bucket(&req.bucket).await.map_err(errors::of_store)?;
        let marked = marked.ok_or_else(|| errors::no_such_bucket(&req.bucket))?;
        let versions = ctx.tables().versions(&req.bucket, "", &After::Nothing).await;
        if versions.map_err(errors::of_store)?.is_empty() {
            // Parts that were never completed go with the bucket.
            let (uploads, parts) = unfinished(ctx, &req.bucket).await?;
            let mut removal = marked.removal();
            uploads.iter().for_each(|name| name.remove(&mut removal));
            parts.iter().for_each(|part| tables::delete_file(&mut removal, &part.file));
            match ctx.commit(removal).await? {
                Commit::Done => {
                    ctx.forget(parts).await;
                    return Ok(());
                }
                // Its mark was taken away: it is looked at once more.
                Commit::Raced => continue,
            }
        }
        let staying = model::Bucket { is_going: false, ..going };
        ctx.commit(marked.change(&staying)).await?;
        let error = s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty");
        return Err(errors::with_detail(error, "bucketname", &req.bucket));
    }
}

/// The uploads of a bucket that weren't completed, and the files of their parts.
async fn unfinished(
    ctx: &Visit<'_>,
    bucket: &str,
) -> S3Result<(Vec<UploadName>, Vec<model::Segment>)> {
    let (mut names, mut files) = (Vec::<UploadName>::new(), Vec::new());
    loop {
        let page =
            ctx.tables().uploads(bucket, "", names.last()).await.map_err(errors::of_store)?;
        if page.is_empty() {
            return Ok((names, files));
        }
        for (name, _) in page {
            let parts = ctx.tables().parts(&name).await.map_err(errors::of_store)?;
            files.extend(parts.into_iter().flat_map(|(_, part)| part.body.segments));
            names.push(name);
        }
    }
}

pub(crate) async fn head(ctx: &Visit<'_>, req: HeadBucketInput) -> S3Result<HeadBucketOutput> {
    ctx.allow("s3:ListBucket", &req.bucket, "").await?;
    let found = ctx.bucket(&req.bucket).await?;
    let bucket_region = Some(found.value.region);
    Ok(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() })
}

pub(crate) async fn location(
    ctx: &Visit<'_>,
    req: GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    ctx.allow("s3:GetBucketLocation", &req.bucket, "").await?;
    let region = ctx.bucket(&req.bucket).await?.value.region;
    // The oldest region has no name here.
    let location_constraint =
        Some(region).filter(|region| region != "us-east-1").map(BucketLocationConstraint::from);
    Ok(GetBucketLocationOutput { location_constraint })
}

pub(crate) async fn list(ctx: &Visit<'_>, req: ListBucketsInput) -> S3Result<ListBucketsOutput> {
    ctx.allow("s3:ListAllMyBuckets", "*", "").await?;
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
                creation_date: Some(modified(found.value.created_at)),
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

/// The owner of what the caller's account has.
pub(crate) fn owner(ctx: &Visit<'_>) -> Owner {
    acl::owner(ctx.request.account())
}

pub(crate) async fn put_versioning(ctx: &Visit<'_>, req: PutBucketVersioningInput) -> S3Result<()> {
    ctx.allow("s3:PutBucketVersioning", &req.bucket, "").await?;
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
        if versioning == Versioning::Suspended && locks::of_bucket(ctx, &found).await?.is_some() {
            return Err(s3_error!(
                InvalidBucketState,
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            ));
        }
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
    ctx.allow("s3:GetBucketVersioning", &req.bucket, "").await?;
    let status = match ctx.bucket(&req.bucket).await?.value.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    let status = status.map(BucketVersioningStatus::from_static);
    Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}
