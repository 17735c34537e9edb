//! Domain names, and the APIs that they lead to.

use serde_json::json;

use crate::address;
use crate::errors::Error;
use crate::model::Domain;
use crate::paging::Listing;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{
    ApiAssociation, ApiAssociationOutput, AssociateApiInput, AssociationStatus,
    CreateDomainNameInput, DomainNameInput, DomainNameOutput, Empty, ListDomainNamesInput,
    ListDomainNamesOutput, UpdateDomainNameInput, described,
};

/// The zone of CloudFront, for alias records. <https://docs.aws.amazon.com/general/latest/gr/cf_region.html>
const HOSTED_ZONE: &str = "Z2FDTNDATAQYW2";

pub(crate) async fn create_domain_name(
    ctx: &Visit<'_>,
    req: CreateDomainNameInput,
) -> Result<DomainNameOutput, Error> {
    let known = json!({
        "appsyncDomainName": address::of_house(ctx),
        "hostedZoneId": HOSTED_ZONE,
        "domainNameArn": ctx.arn(&format!("domainnames/{}", req.domain_name)),
    });
    let domain = Domain { config: described(&req, known)?, association: None };
    match ctx.commit(tables::domain_creation(&domain)).await? {
        Commit::Done => {
            ctx.room().domains.reload(&ctx.tables()).await?;
            Ok(DomainNameOutput { domain_name_config: domain.config })
        }
        Commit::Raced => {
            Err(Error::bad_request(format!("The domain name {} already exists.", req.domain_name)))
        }
    }
}

pub(crate) async fn get_domain_name(
    ctx: &Visit<'_>,
    req: DomainNameInput,
) -> Result<DomainNameOutput, Error> {
    Ok(DomainNameOutput { domain_name_config: ctx.domain(&req.domain_name).await?.value.config })
}

pub(crate) async fn update_domain_name(
    ctx: &Visit<'_>,
    req: UpdateDomainNameInput,
) -> Result<DomainNameOutput, Error> {
    let changed = change(ctx, &req.domain_name, |domain| {
        domain.config.description = req.description.clone();
        Ok(())
    });
    Ok(DomainNameOutput { domain_name_config: changed.await?.config })
}

pub(crate) async fn delete_domain_name(
    ctx: &Visit<'_>,
    req: DomainNameInput,
) -> Result<Empty, Error> {
    loop {
        let found = ctx.domain(&req.domain_name).await?;
        if found.value.association.is_some() {
            // As clients have seen it (terraform-provider-aws#25322).
            return Err(Error::bad_request(
                "Domain name must be disassociated before it can be deleted.",
            ));
        }
        if ctx.commit(found.removal()).await? == Commit::Done {
            ctx.room().domains.reload(&ctx.tables()).await?;
            return Ok(Empty {});
        }
    }
}

pub(crate) async fn list_domain_names(
    ctx: &Visit<'_>,
    req: ListDomainNamesInput,
) -> Result<ListDomainNamesOutput, Error> {
    let listing = Listing {
        operation: "ListDomainNames",
        arguments: &[],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let mut all = ctx.tables().domains().await?;
    all.retain(|domain| ctx.owns(&domain.config.domain_name_arn));
    let (page, next_token) = listing.page(ctx, all, |domain| domain.config.domain_name.clone())?;
    let domain_name_configs = page.into_iter().map(|domain| domain.config).collect();
    Ok(ListDomainNamesOutput { domain_name_configs, next_token })
}

pub(crate) async fn associate_api(
    ctx: &Visit<'_>,
    req: AssociateApiInput,
) -> Result<ApiAssociationOutput, Error> {
    // Nobody removes the API meanwhile.
    let _turn = ctx.room().changes.lock().await;
    ctx.api(&req.api_id).await?;
    let api_association = ApiAssociation {
        domain_name: req.domain_name.clone(),
        api_id: req.api_id,
        association_status: AssociationStatus::Success,
        deployment_detail: None,
    };
    change(ctx, &req.domain_name, |domain| {
        domain.association = Some(api_association.clone());
        Ok(())
    })
    .await?;
    Ok(ApiAssociationOutput { api_association })
}

pub(crate) async fn get_api_association(
    ctx: &Visit<'_>,
    req: DomainNameInput,
) -> Result<ApiAssociationOutput, Error> {
    let association = ctx.domain(&req.domain_name).await?.value.association;
    let api_association = association.ok_or(Error::ApiAssociationNotFound(req.domain_name))?;
    Ok(ApiAssociationOutput { api_association })
}

pub(crate) async fn disassociate_api(
    ctx: &Visit<'_>,
    req: DomainNameInput,
) -> Result<Empty, Error> {
    change(ctx, &req.domain_name, |domain| match domain.association.take() {
        Some(_) => Ok(()),
        None => Err(Error::ApiAssociationNotFound(req.domain_name.clone())),
    })
    .await?;
    Ok(Empty {})
}

async fn change(
    ctx: &Visit<'_>,
    name: &str,
    change: impl Fn(&mut Domain) -> Result<(), Error>,
) -> Result<Domain, Error> {
    loop {
        let found = ctx.domain(name).await?;
        let mut domain = found.value.clone();
        change(&mut domain)?;
        if ctx.commit(found.change(domain.clone())).await? == Commit::Done {
            ctx.room().domains.reload(&ctx.tables()).await?;
            return Ok(domain);
        }
    }
}
