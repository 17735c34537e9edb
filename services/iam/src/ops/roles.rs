use policy::Kind as PolicyKind;

use super::{Birth, Detail, create, is_under, shown_role};
use crate::errors::Error;
use crate::tables::{Identity, Kind, RoleDetails};
use crate::visit::{Visit, check_policy, existing, named};
use crate::wire::{
    CreateRoleInput, CreateServiceLinkedRoleInput, DeletionStatus, DeletionTask, Empty,
    GetRoleInput, IdentityInput, ListRolesOutput, PageInput, RoleOutput, ServiceLinkedRoleInput,
    UpdateAssumeRolePolicyInput, UpdateRoleInput,
};

/// Where the roles of services stand.
const SERVICE_LINKED: &str = "/aws-service-role/";

/// How long a session of a role may be that doesn't say.
const SESSION_SECONDS_MAX: i32 = 3600;

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
pub(crate) async fn create_role(
    ctx: &Visit<'_>,
    req: CreateRoleInput,
) -> Result<RoleOutput, Error> {
    check_policy(&req.assume_role_policy_document, PolicyKind::Trust)?;
    let role = RoleDetails {
        trust: req.assume_role_policy_document,
        description: req.description,
        session_seconds_max: req.max_session_duration.unwrap_or(SESSION_SECONDS_MAX),
    };
    let birth = Birth {
        kind: Kind::Role,
        name: req.role_name,
        path: req.path,
        tags: req.tags,
        boundary: req.permissions_boundary,
        role: Some(role),
    };
    let role = create(ctx, birth).await?;
    Ok(RoleOutput { role: shown_role(ctx, &role, Detail::Whole) })
}

/// What AWS calls the services whose names aren't what their principals begin with.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>
const LINKED_NAMES: [(&str, &str); 17] = [
    ("autoscaling", "AutoScaling"),
    ("custom-resource.application-autoscaling", "ApplicationAutoScaling_CustomResource"),
    ("dynamodb.application-autoscaling", "ApplicationAutoScaling_DynamoDBTable"),
    ("ecs", "ECS"),
    ("ecs.application-autoscaling", "ApplicationAutoScaling_ECSService"),
    ("eks", "AmazonEKS"),
    ("eks-nodegroup", "AmazonEKSNodegroup"),
    ("elasticache", "ElastiCache"),
    ("elasticbeanstalk", "ElasticBeanstalk"),
    ("elasticloadbalancing", "ElasticLoadBalancing"),
    ("events", "CloudWatchEvents"),
    ("lambda.application-autoscaling", "ApplicationAutoScaling_LambdaConcurrency"),
    ("opensearchservice", "AmazonOpenSearchService"),
    ("ops.apigateway", "APIGateway"),
    ("rds", "RDS"),
    ("spot", "EC2Spot"),
    ("spotfleet", "EC2SpotFleet"),
];

/// `AutoScaling` of `autoscaling.amazonaws.com`; a service that isn't in the table is called as its principal begins.
fn linked_name(service: &str) -> String {
    let principal = service.strip_suffix(".amazonaws.com").unwrap_or(service);
    if let Some((_, name)) = LINKED_NAMES.iter().find(|(known, _)| *known == principal) {
        return (*name).to_owned();
    }
    let mut letters = principal.split('.').next().unwrap_or(principal).chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// The role is made as AWS names it. It has no policy: which one a service's role has isn't known here.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html>
pub(crate) async fn create_service_linked_role(
    ctx: &Visit<'_>,
    req: CreateServiceLinkedRoleInput,
) -> Result<RoleOutput, Error> {
    let service = req.a_w_s_service_name;
    let name = linked_name(&service);
    let suffix = req.custom_suffix.map(|suffix| format!("_{suffix}")).unwrap_or_default();
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{{"Service":["{service}"]}}}}]}}"#
    );
    check_policy(&trust, PolicyKind::Trust)?;
    let role = RoleDetails {
        trust,
        description: req.description,
        session_seconds_max: SESSION_SECONDS_MAX,
    };
    let birth = Birth {
        kind: Kind::Role,
        name: format!("AWSServiceRoleFor{name}{suffix}"),
        path: Some(format!("{SERVICE_LINKED}{service}/")),
        tags: None,
        boundary: None,
        role: Some(role),
    };
    let role = create(ctx, birth).await?;
    Ok(RoleOutput { role: shown_role(ctx, &role, Detail::Whole) })
}

/// It is gone at once; the task that the reply names has succeeded.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html>
pub(crate) async fn delete_service_linked_role(
    ctx: &Visit<'_>,
    req: ServiceLinkedRoleInput,
) -> Result<DeletionTask, Error> {
    let id = ctx.request.house().uuid();
    ctx.change(|change| {
        let role = existing(&change.world, ctx.account(), Kind::Role, &req.role_name)?;
        if !role.path.starts_with(SERVICE_LINKED) {
            let sentence = format!("Role {} is not a service-linked role.", role.name); // By analogy.
            return Err(Error::InvalidInput(sentence));
        }
        change.remove_identity(&role);
        Ok(DeletionTask { deletion_task_id: format!("task{}{}/{id}", role.path, role.name) })
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html>
pub(crate) async fn get_service_linked_role_deletion_status(
    _ctx: &Visit<'_>,
    req: DeletionTask,
) -> Result<DeletionStatus, Error> {
    let task = req.deletion_task_id;
    match task.strip_prefix("task").is_some_and(|path| path.starts_with(SERVICE_LINKED)) {
        true => Ok(DeletionStatus { status: "SUCCEEDED".to_owned() }),
        false => Err(Error::NoSuch(format!("The task {task} cannot be found."))), // By analogy.
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
pub(crate) async fn get_role(ctx: &Visit<'_>, req: GetRoleInput) -> Result<RoleOutput, Error> {
    let role = existing(&ctx.world(), ctx.account(), Kind::Role, &req.role_name)?;
    Ok(RoleOutput { role: shown_role(ctx, &role, Detail::Whole) })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>
pub(crate) async fn list_roles(ctx: &Visit<'_>, req: PageInput) -> Result<ListRolesOutput, Error> {
    let world = ctx.world();
    let roles = world
        .identities(ctx.account(), Kind::Role)
        .filter(|role| is_under(&role.path, req.path_prefix.as_ref()))
        .map(|role| (role.name.to_lowercase(), shown_role(ctx, role, Detail::Listed)));
    let page = ctx.page("ListRoles", roles, req.marker.as_deref(), req.max_items)?;
    Ok(ListRolesOutput { roles: page.items, is_truncated: page.is_truncated, marker: page.marker })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html>
pub(crate) async fn update_role(ctx: &Visit<'_>, req: UpdateRoleInput) -> Result<Empty, Error> {
    change_role(ctx, &req.role_name, |role| {
        role.description = req.description.or(role.description.take());
        role.session_seconds_max = req.max_session_duration.unwrap_or(role.session_seconds_max);
    })
    .await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html>
pub(crate) async fn update_role_description(
    ctx: &Visit<'_>,
    req: UpdateRoleInput,
) -> Result<RoleOutput, Error> {
    let role = change_role(ctx, &req.role_name, |role| role.description = req.description).await?;
    Ok(RoleOutput { role: shown_role(ctx, &role, Detail::Whole) })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html>
pub(crate) async fn update_assume_role_policy(
    ctx: &Visit<'_>,
    req: UpdateAssumeRolePolicyInput,
) -> Result<Empty, Error> {
    check_policy(&req.policy_document, PolicyKind::Trust)?;
    change_role(ctx, &req.role_name, |role| role.trust = req.policy_document).await?;
    Ok(Empty {})
}

async fn change_role(
    ctx: &Visit<'_>,
    name: &str,
    act: impl FnOnce(&mut RoleDetails),
) -> Result<Identity, Error> {
    ctx.change(|change| {
        let role = existing(&change.world, ctx.account(), Kind::Role, name)?;
        let mut role = (**role).clone();
        if let Some(details) = &mut role.role {
            act(details);
        }
        change.put_identity(role.clone())?;
        Ok(role)
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html>
pub(crate) async fn delete_role(ctx: &Visit<'_>, req: IdentityInput) -> Result<Empty, Error> {
    let name = named(Kind::Role, None, None, req.role_name)?;
    ctx.change(|change| {
        let role = existing(&change.world, ctx.account(), Kind::Role, &name)?;
        let mut profiles = change.world.profiles.iter();
        let in_profile = profiles.any(|((account, _), profile)| {
            account == ctx.account() && profile.role.as_ref() == Some(&name)
        });
        let obstacle = match () {
            () if in_profile => Some("remove roles from instance profile"),
            () if !role.attached.is_empty() => Some("detach all policies"),
            () if !role.inline.is_empty() => Some("delete policies"),
            () => None,
        };
        if let Some(obstacle) = obstacle {
            return Err(Error::DeleteConflict(obstacle));
        }
        change.remove_identity(&role);
        Ok(Empty {})
    })
    .await
}
