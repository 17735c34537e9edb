//! How functions, aliases and the rest are shown to clients.

use std::collections::BTreeMap;

use aws::EpochSeconds;
use base::Timestamp;

use crate::arn::{FunctionArn, LATEST, LayerArn, Qualifier, Scope};
use crate::model::{
    Alias, Code, EventConfig, LayerUse, LayerVersion, Mapping, Settings, StreamReading, UrlConfig,
};
use crate::urls;
use crate::visit::Visit;
use crate::wire;

/// `FunctionConfiguration`. AWS gives the ARN the qualifier that was asked for, and shows the version beside it.
pub(crate) fn configuration(
    arn: &FunctionArn,
    version: &Qualifier,
    settings: &Settings,
) -> wire::FunctionConfiguration {
    let settings = settings.clone();
    let (code_sha256, code_size) = digest_and_size(settings.code);
    let layer = |layer: LayerUse| wire::Layer {
        arn: layer.version_arn,
        code_size: digest_and_size(layer.code).1,
    };
    let has_layers = !settings.layers.is_empty();
    let log_group = settings.log_group.unwrap_or_else(|| format!("/aws/lambda/{}", arn.name));
    let variables = Some(settings.environment).filter(|variables| !variables.is_empty());
    let has_vpc = !settings.subnet_ids.is_empty() || !settings.security_group_ids.is_empty();
    wire::FunctionConfiguration {
        function_name: arn.name.clone(),
        function_arn: arn.to_string(),
        runtime: settings.runtime,
        role: settings.role,
        handler: settings.handler,
        code_size,
        description: settings.description,
        timeout: settings.timeout_seconds.cast_signed(),
        memory_size: settings.memory_mb.cast_signed(),
        last_modified: last_modified(settings.modified_at),
        code_sha256,
        version: version.to_string(),
        vpc_config: has_vpc.then(|| wire::VpcConfigResponse {
            subnet_ids: settings.subnet_ids,
            security_group_ids: settings.security_group_ids,
            vpc_id: String::new(),
        }),
        dead_letter_config: settings
            .dead_letter
            .map(|arn| wire::DeadLetterConfig { target_arn: Some(arn) }),
        environment: variables.map(|variables| wire::Environment { variables: Some(variables) }),
        tracing_config: wire::TracingConfigResponse {
            mode: match settings.traces_actively {
                true => wire::TracingMode::Active,
                false => wire::TracingMode::PassThrough,
            },
        },
        revision_id: settings.revision_id,
        state: "Active".to_owned(),
        last_update_status: "Successful".to_owned(),
        package_type: wire::PackageType::Zip,
        architectures: vec![settings.architecture],
        ephemeral_storage: wire::EphemeralStorage {
            size: settings.ephemeral_storage_mb.cast_signed(),
        },
        snap_start: wire::SnapStartResponse {
            apply_on: "None".to_owned(),
            optimization_status: "Off".to_owned(),
        },
        layers: has_layers.then(|| settings.layers.into_iter().map(layer).collect()),
        logging_config: wire::LoggingConfig {
            log_format: Some(wire::LogFormat::Text),
            log_group: Some(log_group),
        },
    }
}

/// What tells one code from another, and its bytes. A folder has neither, so its path stands for the digest.
fn digest_and_size(code: Code) -> (String, i64) {
    match code {
        Code::Zip { sha256, bytes } => (sha256, bytes.cast_signed()),
        Code::Folder { path } => (path, 0),
    }
}

/// `2026-11-23T01:02:03.456+0000`, as this service alone writes instants.
fn last_modified(millis: i64) -> String {
    Timestamp::from_millis(millis).to_string().replace('Z', "+0000")
}

/// A version of a layer, by itself. Its content is a file of this machine, as a function's is.
pub(crate) fn layer_version(
    ctx: &Visit<'_>,
    arn: &LayerArn,
    number: u64,
    version: LayerVersion,
) -> wire::LayerVersionOutput {
    let location = ctx.location(&version.code);
    let (code_sha256, code_size) = digest_and_size(version.code.clone());
    let listed = listed_layer_version(arn, number, version);
    wire::LayerVersionOutput {
        content: wire::LayerVersionContent { location, code_sha256, code_size },
        layer_arn: arn.to_string(),
        layer_version_arn: listed.layer_version_arn,
        description: listed.description,
        created_date: listed.created_date,
        version: listed.version,
        compatible_architectures: listed.compatible_architectures,
        compatible_runtimes: listed.compatible_runtimes,
        license_info: listed.license_info,
    }
}

/// A version of a layer in a list.
pub(crate) fn listed_layer_version(
    arn: &LayerArn,
    number: u64,
    version: LayerVersion,
) -> wire::LayerVersionsListItem {
    wire::LayerVersionsListItem {
        layer_version_arn: arn.version(number),
        version: number.cast_signed(),
        description: version.description,
        created_date: last_modified(version.created_at),
        compatible_architectures: Some(version.architectures).filter(|it| !it.is_empty()),
        compatible_runtimes: Some(version.runtimes).filter(|it| !it.is_empty()),
        license_info: version.license,
    }
}

pub(crate) fn alias(function: &FunctionArn, name: &str, alias: &Alias) -> wire::AliasConfiguration {
    wire::AliasConfiguration {
        alias_arn: function.qualified(Qualifier::Alias(name.to_owned())).to_string(),
        name: name.to_owned(),
        function_version: alias.version.clone(),
        description: alias.description.clone(),
        routing_config: alias.also.as_ref().map(|also| wire::AliasRoutingConfiguration {
            additional_version_weights: Some(BTreeMap::from([(also.version.clone(), also.weight)])),
        }),
        revision_id: alias.revision_id.clone(),
    }
}

/// How events of a function are tried; `key` is the qualifier under which it is kept.
pub(crate) fn event_config(
    function: &FunctionArn,
    key: &str,
    config: &EventConfig,
) -> wire::FunctionEventInvokeConfig {
    let to = |arn: &Option<String>| wire::Destination { destination: arn.clone() };
    wire::FunctionEventInvokeConfig {
        last_modified: EpochSeconds(Timestamp::from_millis(config.modified_at)),
        function_arn: function.with_qualifier(key).to_string(),
        maximum_retry_attempts: config.retries_max.map(u32::cast_signed),
        maximum_event_age_in_seconds: config.age_seconds_max.map(u32::cast_signed),
        destination_config: wire::DestinationConfig {
            on_success: Some(to(&config.on_success)),
            on_failure: Some(to(&config.on_failure)),
        },
    }
}

/// An address of a function. `key` is the qualifier under which it is kept.
pub(crate) fn url_config(
    ctx: &Visit<'_>,
    function: &FunctionArn,
    key: &str,
    config: &UrlConfig,
) -> wire::FunctionUrlConfig {
    let arn = match key {
        LATEST => function.unqualified(),
        alias => function.with_qualifier(alias),
    };
    let text = |millis| Timestamp::from_millis(millis).to_string();
    wire::FunctionUrlConfig {
        function_url: urls::address(ctx.request.origin().as_deref(), &config.id),
        function_arn: arn.to_string(),
        auth_type: match config.is_signed {
            true => wire::FunctionUrlAuthType::AwsIam,
            false => wire::FunctionUrlAuthType::None,
        },
        cors: config.cors.clone().map(|cors| wire::Cors {
            allow_credentials: cors.allows_credentials,
            allow_headers: unless_empty(cors.headers),
            allow_methods: unless_empty(cors.methods),
            allow_origins: unless_empty(cors.origins),
            expose_headers: unless_empty(cors.exposed_headers),
            max_age: cors.max_age_seconds,
        }),
        creation_time: text(config.created_at),
        last_modified_time: text(config.modified_at),
        invoke_mode: match config.streams {
            true => wire::InvokeMode::ResponseStream,
            false => wire::InvokeMode::Buffered,
        },
    }
}

fn unless_empty(list: Vec<String>) -> Option<Vec<String>> {
    (!list.is_empty()).then_some(list)
}

pub(crate) fn mapping(
    scope: &Scope,
    id: &str,
    mapping: &Mapping,
    state: &str,
) -> wire::EventSourceMappingConfiguration {
    let filter = |pattern: &String| wire::Filter { pattern: Some(pattern.clone()) };
    let filters = (!mapping.filters.is_empty()).then(|| wire::FilterCriteria {
        filters: Some(mapping.filters.iter().map(filter).collect()),
    });
    let reports = match mapping.reports_item_failures {
        true => vec![wire::FunctionResponseType::ReportBatchItemFailures],
        false => vec![],
    };
    let most = mapping.concurrency_max.map(u32::cast_signed);
    let stream = mapping.stream.as_ref();
    // AWS writes "without end" as -1.
    let bound = |most: Option<u32>| most.map_or(-1, u32::cast_signed);
    let destination = |reading: &StreamReading| wire::DestinationConfig {
        on_success: None,
        on_failure: reading
            .on_failure
            .clone()
            .map(|arn| wire::Destination { destination: Some(arn) }),
    };
    wire::EventSourceMappingConfiguration {
        u_u_i_d: id.to_owned(),
        batch_size: mapping.batch_size.cast_signed(),
        maximum_batching_window_in_seconds: mapping.window_seconds.cast_signed(),
        event_source_arn: mapping.source_arn.clone(),
        event_source_mapping_arn: scope.mapping(id),
        function_arn: mapping.function_arn.clone(),
        last_modified: EpochSeconds(Timestamp::from_millis(mapping.modified_at)),
        state: state.to_owned(),
        state_transition_reason: match stream {
            Some(_) => "User action".to_owned(),
            None => "USER_INITIATED".to_owned(),
        },
        starting_position: stream.map(|reading| reading.starting_position.clone()),
        maximum_retry_attempts: stream.map(|reading| bound(reading.retries_max)),
        maximum_record_age_in_seconds: stream.map(|reading| bound(reading.age_seconds_max)),
        bisect_batch_on_function_error: stream.map(|reading| reading.bisects),
        parallelization_factor: stream.map(|reading| reading.parallelization.cast_signed()),
        destination_config: stream.map(destination),
        tumbling_window_in_seconds: stream.map(|_| 0),

        filter_criteria: filters,
        function_response_types: Some(reports),
        scaling_config: most.map(|most| wire::ScalingConfig { maximum_concurrency: Some(most) }),
    }
}
