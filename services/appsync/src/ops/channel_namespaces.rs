//! Channel namespaces of Event APIs.

use serde_json::json;

use super::{data_sources, event_apis};
use crate::code;
use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    Api, AuthMode, ChannelNamespace, ChannelNamespaceInput, ChannelNamespaceOutput,
    CreateChannelNamespaceInput, Empty, HandlerConfigs, ListChannelNamespacesOutput, ListInput,
    UpdateChannelNamespaceInput, described,
};

pub(crate) async fn create_channel_namespace(
    ctx: &Visit<'_>,
    req: CreateChannelNamespaceInput,
) -> Result<ChannelNamespaceOutput, Error> {
    code::check_handlers(ctx, req.code_handlers.as_deref()).await?;
    let api = event_apis::find(ctx, &req.api_id).await?;
    let mut change = ctx.change(&req.api_id).await?;
    let modes = [&req.publish_auth_modes, &req.subscribe_auth_modes];
    check(ctx, &api, modes, req.handler_configs.as_ref()).await?;
    let old = ctx.tables().part::<ChannelNamespace>(&req.api_id, &req.name).await?;
    if old.is_some() {
        return Err(Error::Conflict(format!("Channel namespace {} already exists.", req.name)));
    }
    let now = ctx.now().as_epoch_seconds();
    let known = json!({
        "channelNamespaceArn": format!("{}/channelNamespace/{}", change.api.arn(), req.name),
        "created": now,
        "lastModified": now,
    });
    let namespace: ChannelNamespace = described(&req, known)?;
    tables::put_part(&mut change.batch, &req.api_id, &namespace);
    change.commit().await?;
    let created = namespace;
    Ok(ChannelNamespaceOutput { channel_namespace: created })
}

pub(crate) async fn get_channel_namespace(
    ctx: &Visit<'_>,
    req: ChannelNamespaceInput,
) -> Result<ChannelNamespaceOutput, Error> {
    event_apis::find(ctx, &req.api_id).await?;
    Ok(ChannelNamespaceOutput { channel_namespace: find(ctx, &req.api_id, &req.name).await? })
}

pub(crate) async fn update_channel_namespace(
    ctx: &Visit<'_>,
    req: UpdateChannelNamespaceInput,
) -> Result<ChannelNamespaceOutput, Error> {
    code::check_handlers(ctx, req.code_handlers.as_deref()).await?;
    let api = event_apis::find(ctx, &req.api_id).await?;
    let mut change = ctx.change(&req.api_id).await?;
    let modes = [&req.publish_auth_modes, &req.subscribe_auth_modes];
    check(ctx, &api, modes, req.handler_configs.as_ref()).await?;
    let old = find(ctx, &req.api_id, &req.name).await?;
    let known = json!({
        "channelNamespaceArn": old.channel_namespace_arn,
        "created": old.created,
        "lastModified": ctx.now().as_epoch_seconds(),
        "tags": old.tags,
    });
    let namespace: ChannelNamespace = described(&req, known)?;
    tables::put_part(&mut change.batch, &req.api_id, &namespace);
    change.commit().await?;
    let updated = namespace;
    Ok(ChannelNamespaceOutput { channel_namespace: updated })
}

pub(crate) async fn delete_channel_namespace(
    ctx: &Visit<'_>,
    req: ChannelNamespaceInput,
) -> Result<Empty, Error> {
    let mut change = ctx.change(&req.api_id).await?;
    find(ctx, &req.api_id, &req.name).await?;
    tables::delete_part::<ChannelNamespace>(&mut change.batch, &req.api_id, &req.name);
    change.commit().await?;
    Ok(Empty {})
}

pub(crate) async fn list_channel_namespaces(
    ctx: &Visit<'_>,
    req: ListInput,
) -> Result<ListChannelNamespacesOutput, Error> {
    event_apis::find(ctx, &req.api_id).await?;
    let (channel_namespaces, next_token) = ctx.page_of_parts("ListChannelNamespaces", &req).await?;
    Ok(ListChannelNamespacesOutput { channel_namespaces, next_token })
}

/// The ways in that a namespace names are the API's, and so are the data sources of its handlers.
async fn check(
    ctx: &Visit<'_>,
    api: &Api,
    modes: [&Option<Vec<AuthMode>>; 2],
    handlers: Option<&HandlerConfigs>,
) -> Result<(), Error> {
    let modes = modes.into_iter().flatten().flatten();
    event_apis::check_configured(&api.event_config, modes)?;
    let Some(HandlerConfigs { on_publish, on_subscribe }) = handlers else { return Ok(()) };
    for handler in [on_publish, on_subscribe].into_iter().flatten() {
        data_sources::find(ctx, &api.api_id, &handler.integration.data_source_name).await?;
    }
    Ok(())
}

async fn find(ctx: &Visit<'_>, api_id: &str, name: &str) -> Result<ChannelNamespace, Error> {
    let found = ctx.tables().part(api_id, name).await?;
    found.ok_or_else(|| Error::ChannelNamespaceNotFound(name.to_owned()))
}
