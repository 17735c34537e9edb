use std::collections::BTreeMap;

use crate::errors::Error;
use crate::model::Code;
use crate::visit::Visit;
use crate::wire::{AccountLimit, AccountUsage, Empty, GetAccountSettingsOutput};

/// AWS's limit of all code together, which this room doesn't enforce.
const CODE_BYTES: i64 = 80_530_636_800;

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html>
pub(crate) async fn get_account_settings(
    ctx: &Visit<'_>,
    _: Empty,
) -> Result<GetAccountSettingsOutput, Error> {
    let functions = ctx.tables().functions(&ctx.scope(), None, usize::MAX).await?;
    let reserved: u32 =
        functions.iter().filter_map(|(_, function)| function.reserved_concurrency).sum();
    let codes: BTreeMap<&String, u64> = functions
        .iter()
        .filter_map(|(_, function)| match &function.latest.code {
            Code::Zip { sha256, bytes } => Some((sha256, *bytes)),
            Code::Folder { .. } => None,
        })
        .collect();
    let limits = ctx.limits();
    Ok(GetAccountSettingsOutput {
        account_limit: AccountLimit {
            total_code_size: CODE_BYTES,
            code_size_unzipped: limits.unzipped_bytes_max.cast_signed(),
            code_size_zipped: i64::try_from(limits.zip_bytes_max).unwrap_or(i64::MAX),
            concurrent_executions: limits.concurrency_max.cast_signed(),
            unreserved_concurrent_executions: limits
                .concurrency_max
                .saturating_sub(reserved)
                .cast_signed(),
        },
        account_usage: AccountUsage {
            total_code_size: codes.values().sum::<u64>().cast_signed(),
            function_count: i64::try_from(functions.len()).unwrap_or(i64::MAX),
        },
    })
}
