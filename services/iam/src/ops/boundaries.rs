//! Permissions boundaries of users and roles.

use super::of_each_kind;
use crate::errors::Error;
use crate::tables::Kind;
use crate::visit::{Visit, existing, named};
use crate::wire::{Empty, IdentityInput, PutBoundaryInput};
use crate::world::World;

of_each_kind! {
    put_user_permissions_boundary = put(User, PutBoundaryInput) -> Empty;
    put_role_permissions_boundary = put(Role, PutBoundaryInput) -> Empty;
    delete_user_permissions_boundary = delete(User, IdentityInput) -> Empty;
    delete_role_permissions_boundary = delete(Role, IdentityInput) -> Empty;
}

/// A boundary is a managed policy that exists.
pub(super) fn check(world: &World, arn: &str) -> Result<(), Error> {
    match world.policy(arn) {
        Some(_) => Ok(()),
        None => {
            let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
            Err(Error::NoSuch(message))
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html>
async fn put(ctx: &Visit<'_>, kind: Kind, req: PutBoundaryInput) -> Result<Empty, Error> {
    let name = named(kind, req.user_name, None, req.role_name)?;
    change(ctx, kind, &name, Some(req.permissions_boundary)).await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html>
async fn delete(ctx: &Visit<'_>, kind: Kind, req: IdentityInput) -> Result<Empty, Error> {
    let name = named(kind, req.user_name, None, req.role_name)?;
    change(ctx, kind, &name, None).await
}

async fn change(
    ctx: &Visit<'_>,
    kind: Kind,
    name: &str,
    boundary: Option<String>,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let mut identity = (**existing(&change.world, ctx.account(), kind, name)?).clone();
        if let Some(arn) = &boundary {
            check(&change.world, arn)?;
        }
        identity.boundary = boundary;
        change.put_identity(identity)?;
        Ok(Empty {})
    })
    .await
}
