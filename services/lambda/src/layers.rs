//! Layers: from what a request names to what a function lies over.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html>

use store::Found;
use tokio::task::spawn_blocking;

use crate::arn::LayerArn;
use crate::errors::Error;
use crate::model::{Code, LayerUse, LayerVersion};
use crate::visit::Visit;

/// Layers of one function.
const LAYERS_MAX: usize = 5;

/// The layers that a function shall lie over, each by the ARN of a version.
pub(crate) async fn used(ctx: &Visit<'_>, arns: &[String]) -> Result<Vec<LayerUse>, Error> {
    if LAYERS_MAX < arns.len() {
        return Err(Error::invalid(format!("Cannot reference more than {LAYERS_MAX} layers.")));
    }
    let mut used: Vec<LayerUse> = Vec::new();
    let mut layers: Vec<LayerArn> = Vec::new();
    for arn in arns {
        let (layer, number) = parse(arn)?;
        if let Some(at) = layers.iter().position(|other| *other == layer) {
            let other = &used[at].version_arn;
            return Err(Error::invalid(format!(
                "Two different versions of the same layer are not allowed to be referenced in the same function. {other} and {arn} are versions of the same layer."
            )));
        }
        let missing = || Error::invalid(format!("Layer version {arn} does not exist."));
        let found = ctx.tables().layer_version(&layer, number).await?.ok_or_else(missing)?;
        used.push(LayerUse { version_arn: arn.clone(), code: found.value.code });
        layers.push(layer);
    }
    Ok(used)
}

/// Refuses code and layers that are together more than a function may unpack.
pub(crate) async fn fit(ctx: &Visit<'_>, code: &Code, layers: &[LayerUse]) -> Result<(), Error> {
    if layers.is_empty() {
        return Ok(());
    }
    let layers = layers.iter().map(|layer| layer.code.clone());
    let all: Vec<Code> = layers.chain([code.clone()]).collect();
    let (folders, most) = (ctx.room().folders.clone(), ctx.limits().unzipped_bytes_max);
    let bytes = spawn_blocking(move || folders.unzipped_bytes(&all)).await;
    match bytes.map_err(|_| Error::Closing)?? {
        bytes if most < bytes => Err(Error::LayersTooLarge(most)),
        _ => Ok(()),
    }
}

/// The layer and the number in the ARN of a version.
pub(crate) fn parse(arn: &str) -> Result<(LayerArn, u64), Error> {
    LayerArn::parse_version(arn).ok_or_else(|| {
        Error::Model(aws::Error::validation(format!(
            "1 validation error detected: Value '{arn}' at 'arn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{{12}}:layer:[a-zA-Z0-9-_]+:[0-9]+"
        )))
    })
}

impl Visit<'_> {
    /// The layer that a request names.
    pub(crate) fn layer_arn(&self, name: &str) -> Result<LayerArn, Error> {
        let invalid = || Error::invalid(format!("Invalid layer name: {name}"));
        LayerArn::parse(name, &self.scope()).ok_or_else(invalid)
    }

    /// A version of a layer that exists.
    pub(crate) async fn layer_version(
        &self,
        arn: &LayerArn,
        number: i64,
    ) -> Result<(u64, Found<LayerVersion>), Error> {
        let number = u64::try_from(number)
            .ok()
            .filter(|number| 0 < *number)
            .ok_or_else(|| Error::invalid("Layer Version Cannot be less than 1."))?;
        let found = self.tables().layer_version(arn, number).await?;
        Ok((number, found.ok_or(Error::LayerVersionNotFound)?))
    }
}
